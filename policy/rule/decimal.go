package rule

import (
	"fmt"
	"math"
	"math/big"
	"reflect"
	"strconv"
	"strings"

	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// DecimalType is the CEL type of exact decimal numbers.
var DecimalType = types.NewObjectType("eile.decimal", traits.ComparerType, traits.AdderType, traits.SubtractorType, traits.MultiplierType)

// maxScale is the most digits after the point that the register keeps.
const maxScale = 9

// maxDigits keeps every number that is read, and the product of a few of them with the size of a
// household, inside an int64.
const maxDigits = 15

// Decimal is an exact decimal number, units / 10^scale, so that 19.99 is less than 20 and no cent
// is lost.
type Decimal struct {
	Units int64
	Scale int32
}

// DecimalOf reads a stored number.
func DecimalOf(d *eilev1.Decimal) *Decimal {
	return &Decimal{d.GetUnits(), min(max(d.GetScale(), 0), maxScale)}
}

// ParseDecimal reads digits with an optional sign and point, e.g. 12.50.
func ParseDecimal(s string) (*Decimal, error) {
	body := strings.TrimPrefix(s, "-")
	whole, fraction, point := strings.Cut(body, ".")
	digits := whole + fraction
	if whole == "" || point && fraction == "" || strings.Trim(digits, "0123456789") != "" {
		return nil, fmt.Errorf("%q is not a decimal number; write digits with a point, e.g. 12.50", clip(s))
	}
	if len(digits) > maxDigits || len(fraction) > maxScale {
		return nil, fmt.Errorf("%q has more than %d digits, or more than %d after the point", clip(s), maxDigits, maxScale)
	}
	units, err := strconv.ParseInt(digits, 10, 64)
	if err != nil {
		return nil, err
	}
	if len(body) < len(s) {
		units = -units
	}
	return &Decimal{units, int32(len(fraction))}, nil
}

// clip shortens a value that is quoted in an error.
func clip(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}

// Number returns a value as a decimal where it is one, or a whole number.
func Number(v ref.Val) (*Decimal, bool) {
	switch o := v.(type) {
	case *Decimal:
		return o, true
	case types.Int:
		return &Decimal{int64(o), 0}, true
	}
	return nil, false
}

// align returns both numbers in units of the finer scale.
func align(d, o *Decimal) (a, b big.Int, scale int32) {
	scale = max(d.Scale, o.Scale)
	a.Mul(big.NewInt(d.Units), big.NewInt(int64(math.Pow10(int(scale-d.Scale)))))
	b.Mul(big.NewInt(o.Units), big.NewInt(int64(math.Pow10(int(scale-o.Scale)))))
	return a, b, scale
}

// Cmp compares exactly; numbers of one scale, the usual case, without allocating.
func (d *Decimal) Cmp(o *Decimal) int {
	if d.Scale == o.Scale {
		switch {
		case d.Units < o.Units:
			return -1
		case d.Units > o.Units:
			return 1
		}
		return 0
	}
	a, b, _ := align(d, o)
	return a.Cmp(&b)
}

// Compare orders a decimal against a decimal or a whole number.
func (d *Decimal) Compare(v ref.Val) ref.Val {
	o, ok := Number(v)
	if !ok {
		return types.MaybeNoSuchOverloadErr(v)
	}
	return types.Int(d.Cmp(o))
}

// Equal compares by value: 1.50 is 1.5.
func (d *Decimal) Equal(v ref.Val) ref.Val {
	o, ok := Number(v)
	return types.Bool(ok && d.Cmp(o) == 0)
}

// Add returns the exact sum.
func (d *Decimal) Add(v ref.Val) ref.Val {
	return d.combine(v, func(a, b *big.Int, scale int32) (*big.Int, int32) { return a.Add(a, b), scale })
}

// Subtract returns the exact difference.
func (d *Decimal) Subtract(v ref.Val) ref.Val {
	return d.combine(v, func(a, b *big.Int, scale int32) (*big.Int, int32) { return a.Sub(a, b), scale })
}

// Multiply returns the exact product.
func (d *Decimal) Multiply(v ref.Val) ref.Val {
	o, ok := Number(v)
	if !ok {
		return types.MaybeNoSuchOverloadErr(v)
	}
	return fit(new(big.Int).Mul(big.NewInt(d.Units), big.NewInt(o.Units)), d.Scale+o.Scale)
}

func (d *Decimal) combine(v ref.Val, f func(a, b *big.Int, scale int32) (*big.Int, int32)) ref.Val {
	o, ok := Number(v)
	if !ok {
		return types.MaybeNoSuchOverloadErr(v)
	}
	a, b, scale := align(d, o)
	return fit(f(&a, &b, scale))
}

// fit brings a result back into 64 bits and 9 places, or answers an error; it never rounds.
func fit(units *big.Int, scale int32) ref.Val {
	ten, rest := big.NewInt(10), new(big.Int)
	for scale > 0 {
		q, r := new(big.Int).QuoRem(units, ten, rest)
		if r.Sign() != 0 {
			break
		}
		units, scale = q, scale-1
	}
	if scale > maxScale || !units.IsInt64() {
		return types.NewErr("decimal overflow")
	}
	return &Decimal{units.Int64(), scale}
}

// String writes the number with all its places, as it was given.
func (d *Decimal) String() string {
	s := strconv.FormatUint(magnitude(d.Units), 10)
	if d.Scale > 0 {
		if missing := int(d.Scale) + 1 - len(s); missing > 0 {
			s = strings.Repeat("0", missing) + s
		}
		s = s[:len(s)-int(d.Scale)] + "." + s[len(s)-int(d.Scale):]
	}
	if d.Units < 0 {
		return "-" + s
	}
	return s
}

func magnitude(n int64) uint64 {
	if n < 0 {
		return -uint64(n)
	}
	return uint64(n)
}

// ConvertToNative is not needed by any expression.
func (d *Decimal) ConvertToNative(t reflect.Type) (any, error) {
	return nil, fmt.Errorf("a decimal has no native form %v", t)
}

// ConvertToType returns the type and the text of a decimal.
func (d *Decimal) ConvertToType(t ref.Type) ref.Val {
	switch t {
	case types.StringType:
		return types.String(d.String())
	case types.TypeType:
		return DecimalType
	}
	return types.NewErr("a decimal does not convert to %s", t.TypeName())
}

// Type is eile.decimal.
func (d *Decimal) Type() ref.Type { return DecimalType }

// Value is the number itself.
func (d *Decimal) Value() any { return d }

// Split returns the greatest whole number not above d and the billionths that remain.
func (d *Decimal) Split() (whole int64, nanos uint32) {
	unit := int64(math.Pow10(int(d.Scale)))
	whole, rest := d.Units/unit, d.Units%unit
	if rest < 0 {
		whole, rest = whole-1, rest+unit
	}
	return whole, uint32(rest * int64(math.Pow10(maxScale-int(d.Scale))))
}

// Canonical writes equal numbers alike.
func (d *Decimal) Canonical() string {
	s := d.String()
	if strings.Contains(s, ".") {
		s = strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
	}
	return s
}
