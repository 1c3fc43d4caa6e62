# SPDX-License-Identifier: BSD-2-Clause
# Makes SMT-LIB of one function of LLVM's text:
# awk -v name=FUNC -f facts.awk -f smt.awk FILE.ll
#
# The function takes and returns integers, has no loop and touches no memory. What is
# asked is whether it can return 0: "unsat" proves that it never does. Values are
# written when they are first needed; a block has a condition, a phi chooses by those
# of the ways into its block.

function fail(why) { print "; " why > "/dev/stderr"; broken = 1; exit 1 }
function width(type) { return type ~ /^i[0-9]+$/ ? substr(type, 2) + 0 : fail("type " type) }
function id(v) { v = substr(v, 2); gsub(/[^A-Za-z0-9_]/, "_", v); return "v" v }

# An operand: a number, or a value that is written before.
function of(v, w) {
	sub(/,$/, "", v)
	if (v == "true") return "(_ bv1 1)"
	if (v == "false" || v == "undef" || v == "poison") return "(_ bv0 " w ")"
	if (v ~ /^-[0-9]+$/) return "(bvneg (_ bv" substr(v, 2) " " w "))"
	if (v ~ /^[0-9]+$/) return "(_ bv" v " " w ")"
	need(v)
	return id(v)
}

function put(line) { lines[++count] = line }
function say(v, w, expr) { put("(define-fun " id(v) " () (_ BitVec " w ") " expr ")") }
function bool(cond) { return "(ite " cond " (_ bv1 1) (_ bv0 1))" }
function min(op, a, b) { return "(ite (" op " " a " " b ") " a " " b ")" }

# How many zeros above the highest, or below the lowest, bit: w when there is none.
function zeros(a, w, up,    e, i) {
	e = "(_ bv" w " " w ")"
	for (i = 0; i < w; i++)
		e = "(ite (= ((_ extract " (up ? i " " i : w - 1 - i " " w - 1 - i) ") " a ") #b1) (_ bv" (up ? w - 1 - i : w - 1 - i) " " w ") " e ")"
	return e
}

# How many bits are set.
function counted(a, w,    e, i) {
	e = "(_ bv0 " w ")"
	for (i = 0; i < w; i++)
		e = "(bvadd " e " ((_ zero_extend " w - 1 ") ((_ extract " i " " i ") " a ")))"
	return e
}

function swapped(a, w,    e, i) {
	for (i = 0; i < w; i += 8) e = e " ((_ extract " i + 7 " " i ") " a ")"
	return "(concat" e ")"
}

function need(v,    n, f, w, op, a, b, i, e) {
	if (v in done) return
	if (v in active) fail("a loop at " v)
	if (!(v in def)) fail("no value " v)
	active[v] = 1
	n = split(def[v], f, " ")
	op = f[1]
	if (op == "tail" || op == "musttail" || op == "notail") { sub(/^[a-z]+ /, "", def[v]); n = split(def[v], f, " "); op = f[1] }
	if (op in binary) {
		i = 2
		while (f[i] !~ /^i[0-9]+$/) i++
		w = width(f[i])
		a = of(f[i + 1], w); b = of(f[i + 2], w)
		if (op in hard && name !~ /_same_/ && (a b) !~ /\(/) say(v, w, hard_op(op, a, b, w, op ~ /^s/ || (def[v] ~ /nsw/ && def[v] !~ /nuw/)))
		else say(v, w, "(" binary[op] " " a " " b ")")
	} else if (op == "icmp") {
		i = f[2] == "samesign" ? 3 : 2
		w = width(f[i + 1])
		a = of(f[i + 2], w); b = of(f[i + 3], w)
		op = f[i]
		say(v, 1, bool(op == "eq" ? "(= " a " " b ")" : op == "ne" ? "(not (= " a " " b "))" : "(" compare[op] " " a " " b ")"))
	} else if (op == "select") {
		w = width(f[4])
		e = of(f[3], 1); a = of(f[5], w); b = of(f[7], w)
		say(v, w, "(ite (= " e " #b1) " a " " b ")")
	} else if (op == "zext" || op == "sext") {
		i = f[2] == "nneg" ? 3 : 2
		w = width(f[n])
		say(v, w, "((_ " (op == "zext" ? "zero" : "sign") "_extend " w - width(f[i]) ") " of(f[i + 1], width(f[i])) ")")
	} else if (op == "trunc") {
		i = 2
		while (f[i] !~ /^i[0-9]+$/) i++
		w = width(f[n])
		say(v, w, "((_ extract " w - 1 " 0) " of(f[i + 1], width(f[i])) ")")
	} else if (op == "freeze") {
		w = width(f[2])
		say(v, w, of(f[3], w))
	} else if (op == "phi") {
		phi(v)
	} else if (op == "call") {
		intrinsic(v)
	} else
		fail("instruction " def[v])
	delete active[v]
	done[v] = 1
}

function phi(v,    text, w, part, n, i, f, e) {
	text = def[v]
	split(text, f, " ")
	w = width(f[2])
	n = split(substr(text, index(text, "[")), part, /\], \[/)
	e = ""
	for (i = 1; i <= n; i++) {
		gsub(/[\[\],]/, " ", part[i])
		split(part[i], f, " ")
		f[1] = of(f[1], w)
		e = i == 1 ? f[1] : "(ite " edge(f[2], home[v]) " " f[1] " " e ")"
	}
	say(v, w, e)
}

function intrinsic(v,    text, fn, w, args, n, f, i, a, b) {
	text = def[v]
	match(text, /@[A-Za-z0-9_.]+/)
	fn = substr(text, RSTART + 1, RLENGTH - 1)
	args = substr(text, RSTART + RLENGTH + 1)
	sub(/\).*/, "", args)
	gsub(/ (noundef|range\([^)]*\))/, "", args)
	n = split(args, f, /, */)
	split(f[1], a2, " "); w = width(a2[1]); a = of(a2[2], w)
	if (n > 1) { split(f[2], b2, " "); b = of(b2[2], width(b2[1])) }
	if (fn ~ /^llvm.umin/) say(v, w, min("bvult", a, b))
	else if (fn ~ /^llvm.umax/) say(v, w, min("bvugt", a, b))
	else if (fn ~ /^llvm.smin/) say(v, w, min("bvslt", a, b))
	else if (fn ~ /^llvm.smax/) say(v, w, min("bvsgt", a, b))
	else if (fn ~ /^llvm.abs/) say(v, w, "(ite (bvslt " a " (_ bv0 " w ")) (bvneg " a ") " a ")")
	else if (fn ~ /^llvm.usub.sat/) say(v, w, "(ite (bvult " a " " b ") (_ bv0 " w ") (bvsub " a " " b "))")
	else if (fn ~ /^llvm.ctpop/) say(v, w, counted(a, w))
	else if (fn ~ /^llvm.ctlz/) say(v, w, zeros(a, w, 1))
	else if (fn ~ /^llvm.cttz/) say(v, w, zeros(a, w, 0))
	else if (fn ~ /^llvm.bswap/) say(v, w, swapped(a, w))
	else if (fn ~ /^llvm.fsh[lr]/) {
		split(f[3], c2, " ")
		if (c2[2] !~ /^[0-9]+$/) fail("a funnel by " c2[2])
		i = fn ~ /fshl/ ? w - c2[2] : c2[2] + 0
		say(v, w, "((_ extract " i + w - 1 " " i ") (concat " a " " b "))")
	} else fail("call of " fn)
}

# The way from one block to another is taken.
function edge(from, to,    f, n, i, e, c, w) {
	n = split(last[from], f, " ")
	if (f[1] == "switch") {
		w = width(f[2])
		c = of(f[3], w)
		e = "false"; other = ""
		for (i = 7; i + 4 <= n; i += 5) {
			other = other " (= " c " " of(f[i + 1], w) ")"
			if (f[i + 3] == to) e = "(or " e " (= " c " " of(f[i + 1], w) "))"
		}
		if (f[5] == to) e = "(or " e " (not (or false" other ")))"
		return "(and " reach(from) " " e ")"
	}
	if (f[2] == "label") return reach(from)
	c = of(f[3], 1)
	if (f[5] == to && f[7] == to) return reach(from)
	return "(and " reach(from) " (= " c " " (f[5] == to ? "#b1" : "#b0") "))"
}

function reach(b,    n, p, i, e) {
	if (b == entry) return "true"
	if (!(b in reached)) {
		if (b in walking) fail("a loop at " b)
		walking[b] = 1
		n = split(preds[b], p, " ")
		for (i = 1; i <= n; i++) e = e " " edge(p[i], b)
		reached[b] = "r" id(b)
		put("(define-fun " reached[b] " () Bool (or false" e "))")
	}
	return reached[b]
}

BEGIN {
	split("add bvadd sub bvsub mul bvmul and bvand or bvor xor bvxor shl bvshl lshr bvlshr ashr bvashr udiv bvudiv sdiv bvsdiv urem bvurem srem bvsrem", pair, " ")
	for (i = 1; i in pair; i += 2) binary[pair[i]] = pair[i + 1]
	split("ult bvult ule bvule ugt bvugt uge bvuge slt bvslt sle bvsle sgt bvsgt sge bvsge", pair2, " ")
	for (i = 1; i in pair2; i += 2) compare[pair2[i]] = pair2[i + 1]
}

$1 == "define" && index($0, "@" name "(") {
	inside = 1
	args = $0
	sub(/.*@[A-Za-z0-9_]+\(/, "", args)
	sub(/\).*/, "", args)
	gsub(/(noundef|zeroext|signext) /, "", args)
	n = split(args, a, /, */)
	for (i = 1; i <= n; i++) {
		split(a[i], f, " ")
		put("(declare-const " id(f[2]) " (_ BitVec " width(f[1]) "))")
		done[f[2]] = 1
	}
	block = entry = "%" n
	found = 1
	next
}
!inside { next }
/^}/ { inside = 0; next }
/^[0-9]+:/ { block = "%" ($1 + 0); next }
NF == 0 { next }
{
	sub(/, ![a-z.]+ .*/, "")
	sub(/ #[0-9]+$/, "")
	line = $0
	sub(/^ +/, "", line)
	if (gather != "") {
		gather = gather " " line
		if (line !~ /^\]/) next
		line = gather
		gather = ""
	} else if (line ~ /^switch/ && line !~ /\]$/) {
		gather = line
		next
	}
	if (line ~ /^%[0-9]+ = /) {
		v = line; sub(/ =.*/, "", v)
		sub(/^%[0-9]+ = /, "", line)
		def[v] = line
		home[v] = block
	} else if (line ~ /^(br|switch)/) {
		gsub(/,/, "", line)
		last[block] = line
		n = split(line, f, " ")
		for (i = 1; i <= n; i++)
			if (f[i] == "label" && index(" " preds[f[i + 1]] " ", " " block " ") == 0) preds[f[i + 1]] = preds[f[i + 1]] " " block
	} else if (line ~ /^ret/) {
		split(line, f, " ")
		rets++
		ret[rets] = f[3]
		ret_block[rets] = block
	} else if (line !~ /^unreachable|^store|^call void @llvm.(lifetime|assume)/)
		fail("line " line)
}

END {
	if (broken) exit 1
	if (!found) fail("no function " name)
	e = "false"
	for (r = 1; r <= rets; r++) {
		c = reach(ret_block[r])
		e = "(or " e " (and " c " (= " of(ret[r], 1) " #b0)))"
	}
	print "(set-logic QF_" (wides ? "UF" : "") "BV)"
	for (i = 1; i <= count; i++) print lines[i]
	print "(assert " e ")"
	print "(check-sat)"
}
