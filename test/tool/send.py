# SPDX-License-Identifier: BSD-2-Clause
# send.py N BYTES PAUSE IF...: N UDP packets over IPv4 on these interfaces in turn, seconds
# of pause between them. Their identifiers count from 0, their source ports 100 times.
import socket
import sys
import time

count, size, pause = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
sockets = []
for name in sys.argv[4:]:
    s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    s.bind((name, 0))
    sockets.append(s)
head = bytes.fromhex("ffffffffffff0200000000010800")
for i in range(count):
    ip = bytes.fromhex("4500") + size.to_bytes(2, "big") + (i & 0xFFFF).to_bytes(2, "big")
    ip += bytes.fromhex("0000401100000a0000010a000002")
    udp = (1000 + i % 100).to_bytes(2, "big") + (9).to_bytes(2, "big")
    udp += (size - 20).to_bytes(2, "big") + b"\0\0"
    sockets[i % len(sockets)].send(head + ip + udp + bytes(size - 28))
    if pause:
        time.sleep(pause)
