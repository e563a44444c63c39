package number

import (
	"cmp"
	"math"
	"math/big"
	"strconv"
	"strings"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// Decimal is units / 10^scale, with a scale of 0 to MaxScale. Two that are equal may differ in
// their places: 1.50 stays 1.50.
type Decimal struct {
	Units int64
	Scale int32
}

// Of reads a stored number.
func Of(d *eilev1.Decimal) Decimal {
	return Decimal{d.GetUnits(), min(max(d.GetScale(), 0), MaxScale)}
}

// Proto returns the number as it is stored.
func (d Decimal) Proto() *eilev1.Decimal { return &eilev1.Decimal{Units: d.Units, Scale: d.Scale} }

// String writes the number with all its places, as ParseDecimal reads it.
func (d Decimal) String() string { return d.Text(".") }

// Text writes the number with all its places as a language does that has a point of its own.
func (d Decimal) Text(point string) string {
	sign, digits := "", strconv.FormatInt(d.Units, 10)
	if d.Units < 0 {
		sign, digits = "-", digits[1:]
	}
	scale := int(d.Scale)
	if scale == 0 {
		return sign + digits
	}
	if missing := scale + 1 - len(digits); missing > 0 {
		digits = strings.Repeat("0", missing) + digits
	}
	return sign + digits[:len(digits)-scale] + point + digits[len(digits)-scale:]
}

// Reduced is the number without the zeros at its end: equal numbers are alike.
func (d Decimal) Reduced() Decimal {
	for d.Scale > 0 && d.Units%10 == 0 {
		d.Units, d.Scale = d.Units/10, d.Scale-1
	}
	return d
}

// Split returns the greatest whole number not above d and the billionths that remain.
func (d Decimal) Split() (whole int64, nanos uint32) {
	unit := power(d.Scale)
	whole, rest := d.Units/unit, d.Units%unit
	if rest < 0 {
		whole, rest = whole-1, rest+unit
	}
	return whole, uint32(rest * power(MaxScale-d.Scale))
}

// Cmp compares exactly and without allocating.
func (d Decimal) Cmp(o Decimal) int {
	if d.Scale == o.Scale {
		return cmp.Compare(d.Units, o.Units)
	}
	dWhole, dNanos := d.Split()
	oWhole, oNanos := o.Split()
	return cmp.Or(cmp.Compare(dWhole, oWhole), cmp.Compare(dNanos, oNanos))
}

// Align returns both numbers in units of the finer scale.
func Align(d, o Decimal) (a, b *big.Int, scale int32) {
	scale = max(d.Scale, o.Scale)
	a = new(big.Int).Mul(big.NewInt(d.Units), big.NewInt(power(scale-d.Scale)))
	b = new(big.Int).Mul(big.NewInt(o.Units), big.NewInt(power(scale-o.Scale)))
	return a, b, scale
}

// power of ten, exact up to 10^MaxScale.
func power(n int32) int64 { return int64(math.Pow10(int(n))) }
