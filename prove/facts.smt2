; SPDX-License-Identifier: BSD-2-Clause
; What facts.awk tells of products, quotients and remainders, proved of integers: of each
; is asked whether it can be false. Numbers of 128 bits are integers, as long as a product
; fits ("fits"); a quotient q and a remainder r of a by b are those with a = q b + r, 0 <= r < b.
(set-logic QF_NIA)
(declare-const a Int) (declare-const b Int) (declare-const c Int) (declare-const d Int)
(declare-const q Int) (declare-const r Int) (declare-const s Int) (declare-const t Int)
(declare-const p Int) (declare-const m Int)
(define-fun e64 () Int 18446744073709551616)
(define-fun divides ((x Int) (y Int) (q Int) (r Int)) Bool
	(and (<= 0 x) (< 0 y) (<= 0 q) (= x (+ (* q y) r)) (<= 0 r) (< r y)))

(echo "times_fits")
(push)
(assert (and (<= 0 a) (< a e64) (<= 0 b) (< b e64)))
(assert (not (< (* a b) (* e64 e64))))
(check-sat)
(pop)

(echo "times_zero")
(push)
(assert (= a 0))
(assert (not (= (* a b) 0)))
(check-sat)
(pop)

(echo "times_grows")
(push)
(assert (and (<= 0 a c) (<= 0 b d)))
(assert (not (<= (* a b) (* c d))))
(check-sat)
(pop)

(echo "over_below")
(push)
(assert (divides a b q r))
(assert (not (<= q a)))
(check-sat)
(pop)

(echo "over_none")
(push)
(assert (and (divides a b q r) (< a b)))
(assert (not (= q 0)))
(check-sat)
(pop)

(echo "over_grows")
(push)
(assert (and (divides a b q r) (divides c d s t) (<= a c) (>= b d)))
(assert (not (<= q s)))
(check-sat)
(pop)

(echo "rest_below")
(push)
(assert (divides a b q r))
(assert (not (and (<= (* q b) a) (< (- a (* q b)) b))))
(check-sat)
(pop)

; q b is a multiple of what b is a multiple of.
(echo "rest_low")
(push)
(assert (= b (* m p)))
(assert (not (= (* q b) (* (* q m) p))))
(check-sat)
(pop)
