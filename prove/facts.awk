# SPDX-License-Identifier: BSD-2-Clause
# Products, quotients and remainders for smt.awk: solvers do not find their way through
# those of 64 bits.
#
# A solver sees two functions of numbers of 128 bits without sign: times, over. It knows
# only facts of them, of each use and of each two; facts.smt2 proves them, by the names
# that stand here. A remainder is a - (a over b) times b; what is signed is made of
# magnitudes, as C does.

BEGIN {
	# 2^31, 2^32 - 1, 2^63
	split("2147483648 4611686018427387904 4294967295 18446744065119617025 9223372036854775808 85070591730234615865843651857942052864", square, " ")
	# What is told of bits and of remainders would only delay other answers.
	bits = name ~ /_bits_/
	rests = name ~ /mod_/
	split("mul times sdiv over udiv over srem rest urem rest", pair, " ")
	for (i = 1; i in pair; i += 2) hard[pair[i]] = pair[i + 1]
}

function number(n) { return "(_ bv" n " 128)" }
function power(n) { return "(bvshl " number(1) " " number(n) ")" }
function negative(a) { return "(bvslt " a " " number(0) ")" }
function fact(when, what) { put("(assert (=> (and " when ") " what "))") }

# A value of 128 bits, by a name.
function wide(e) {
	if (!(e in wide_name)) {
		wide_name[e] = "w" ++wides
		put("(define-fun w" wides " () (_ BitVec 128) " e ")")
	}
	return wide_name[e]
}

function magnitude(a) { return wide("(ite " negative(a) " (bvneg " a ") " a ")") }

# What a OP b is, of w bits, which have a sign or not: it does not matter to a product,
# but one of the two never wraps.
function hard_op(op, a, b, w, signed,    fn, extend, minus, e) {
	fn = hard[op]
	extend = "((_ " (signed ? "sign" : "zero") "_extend " 128 - w ") "
	a = wide(w < 128 ? extend a ")" : a)
	b = wide(w < 128 ? extend b ")" : b)
	if (op ~ /^u/)
		e = use(fn, a, b)
	else {
		minus = fn == "rest" ? negative(a) : "(xor " negative(a) " " negative(b) ")"
		e = use(fn, magnitude(a), magnitude(b))
		e = "(ite " minus " (bvneg " e ") " e ")"
	}
	return w < 128 ? "((_ extract " w - 1 " 0) " e ")" : e
}

function use(fn, a, b,    e, i) {
	if (fn == "rest") return "(bvsub " a " " use("times", use("over", a, b), b) ")"
	e = "(" fn " " a " " b ")"
	if (e in wide_name) return wide(e)
	if (!uses[fn]) put("(declare-fun " fn " ((_ BitVec 128) (_ BitVec 128)) (_ BitVec 128))")
	e = wide(e)
	i = ++uses[fn]
	use_is[fn, i] = e; use_a[fn, i] = a; use_b[fn, i] = b
	if (fn == "times") products(e, a, b, i)
	else quotients(e, a, b, i)
	return e
}

function products(e, a, b, n,    i) {
	fact("(= " a " " number(0) ")", "(= " e " " number(0) ")") # times_zero
	fact("(= " b " " number(0) ")", "(= " e " " number(0) ")")
	for (i = 1; i in square; i += 2) # times_grows, up to a square
		fact("(bvule " a " " number(square[i]) ") (bvule " b " " number(square[i]) ")", "(bvule " e " " number(square[i + 1]) ")")
	for (i = 1; i < n; i++) { # times_grows
		grows(a, b, e, use_a["times", i], use_b["times", i], use_is["times", i])
		grows(use_a["times", i], use_b["times", i], use_is["times", i], a, b, e)
	}
}

# a * b is e, c * d is f; by times_fits as integers.
function grows(a, b, e, c, d, f,    fits) {
	fits = "(bvult " c " " power(64) ") (bvult " d " " power(64) ") "
	fact(fits "(bvule " a " " c ") (bvule " b " " d ")", "(bvule " e " " f ")")
	fact(fits "(bvule " a " " d ") (bvule " b " " c ")", "(bvule " e " " f ")")
}

function quotients(e, a, b, n,    some, i, t) {
	some = "(not (= " b " " number(0) "))"
	fact(some, "(bvule " e " " a ")") # over_below
	fact("(bvult " a " " b ")", "(= " e " " number(0) ")") # over_none
	for (i = 0; bits && i < 64; i++) # a shift, by a power of two
		fact("(= " b " " power(i) ")", "(= " e " (bvlshr " a " " number(i) "))")
	for (i = 1; i < n; i++) { # over_grows
		shrinks(a, b, e, use_a["over", i], use_b["over", i], use_is["over", i])
		shrinks(use_a["over", i], use_b["over", i], use_is["over", i], a, b, e)
	}
	if (!rests) return
	t = use("times", e, b)
	fact(some, "(and (bvule " t " " a ") (bvult (bvsub " a " " t ") " b "))") # rest_below
	if (bits) fact(some, "(= " number(0) " (bvand " t " (bvsub (bvand " b " (bvneg " b ")) " number(1) ")))") # rest_low
}

# a / b is e, c / d is f.
function shrinks(a, b, e, c, d, f) {
	fact("(bvule " a " " c ") (bvule " d " " b ") (not (= " d " " number(0) "))", "(bvule " e " " f ")")
}
