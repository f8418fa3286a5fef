package quality

import "math/bits"

// Millionths is a number with six digits after the point.
type Millionths int64

// One is 1.
const One Millionths = 1_000_000

const (
	// logBits are the fractional bits of a logarithm.
	logBits = 40
	// powerBits are the fractional bits of a power of two; its integer part needs one bit more, and its sum's carries another.
	powerBits = 62
	// logOne is log2(One) with logBits.
	logOne uint64 = 0x13EE7B471B3A
	// ln2 is the natural logarithm of 2 with powerBits.
	ln2 uint64 = 0x2C5C85FDF473DE6A
)

// minusLog2 returns -log2(x) for x in (0, One], with logBits.
func minusLog2(x Millionths) uint64 { return logOne - log2(uint64(x)) }

// log2 returns log2(n) for n > 0, with logBits, cut off. It squares the mantissa bit after bit; every step keeps the order of
// its operands, so that the logarithm of the greater number is never the lesser.
func log2(n uint64) uint64 {
	exponent := uint64(bits.Len64(n) - 1)
	mantissa := n << (63 - exponent) // in [1, 2), with 63 fractional bits
	result := exponent
	for range logBits {
		hi, lo := bits.Mul64(mantissa, mantissa) // in [1, 4), hi with 62
		result <<= 1
		if hi>>63 == 1 {
			mantissa = hi
			result |= 1
		} else {
			mantissa = hi<<1 | lo>>63
		}
	}
	return result
}

// powerOfHalf returns 2^-y, for y with logBits, with powerBits.
func powerOfHalf(y uint64) uint64 {
	const one = 1 << logBits
	whole := (y + one - 1) >> logBits
	if whole > powerBits {
		return 0
	}
	// 2^-y is 2^f / 2^whole with f in [0, 1), and 2^f the series of e^(f ln 2), whose terms are all positive.
	hi, lo := bits.Mul64((whole<<logBits-y)<<(powerBits-logBits), ln2)
	z := shifted(hi, lo)
	sum, term := uint64(0), uint64(1)<<powerBits
	for n := uint64(1); term > 0; n++ {
		sum += term
		hi, lo = bits.Mul64(term, z)
		term = shifted(hi, lo) / n
	}
	return sum >> whole
}

// shifted returns a product of two numbers with powerBits, with powerBits.
func shifted(hi, lo uint64) uint64 { return hi<<(64-powerBits) | lo>>powerBits }

// toMillionths cuts a number with powerBits, at most 1, to the nearest millionth.
func toMillionths(power uint64) Millionths {
	hi, lo := bits.Mul64(power, uint64(One))
	lo, carry := bits.Add64(lo, 1<<(powerBits-1), 0)
	return Millionths(shifted(hi+carry, lo))
}

// times returns a*b, cut off, for numbers that are not negative and whose product fits.
func (m Millionths) times(factor uint64) Millionths {
	hi, lo := bits.Mul64(uint64(m), factor)
	return Millionths(shifted(hi, lo))
}

// over returns m/d to the nearest millionth, for d >= m >= 0 and d > 0.
func (m Millionths) over(d Millionths) Millionths {
	hi, lo := bits.Mul64(uint64(m), uint64(One))
	lo, carry := bits.Add64(lo, uint64(d)/2, 0)
	quotient, _ := bits.Div64(hi+carry, lo, uint64(d))
	return Millionths(quotient)
}
