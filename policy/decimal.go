package policy

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

// decimalType is the CEL type of exact decimal numbers.
var decimalType = types.NewObjectType("eile.decimal", traits.ComparerType, traits.AdderType, traits.SubtractorType, traits.MultiplierType)

// maxScale is the most digits after the point that the register keeps.
const maxScale = 9

// celDecimal is an exact decimal number, units / 10^scale, so that 19.99 is less than 20 and no cent is lost.
type celDecimal struct {
	units int64
	scale int32
}

func decimalOf(d *eilev1.Decimal) *celDecimal {
	return &celDecimal{d.GetUnits(), min(max(d.GetScale(), 0), maxScale)}
}

// parseDecimal reads digits with an optional sign and point, e.g. 12.50.
func parseDecimal(s string) (*celDecimal, error) {
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
	return &celDecimal{units, int32(len(fraction))}, nil
}

// other answers the other operand, which may be a whole number.
func (d *celDecimal) other(v ref.Val) (*celDecimal, bool) {
	switch o := v.(type) {
	case *celDecimal:
		return o, true
	case types.Int:
		return &celDecimal{int64(o), 0}, true
	}
	return nil, false
}

// align answers both numbers in units of the finer scale.
func (d *celDecimal) align(o *celDecimal) (a, b big.Int, scale int32) {
	scale = max(d.scale, o.scale)
	a.Mul(big.NewInt(d.units), big.NewInt(int64(math.Pow10(int(scale-d.scale)))))
	b.Mul(big.NewInt(o.units), big.NewInt(int64(math.Pow10(int(scale-o.scale)))))
	return a, b, scale
}

// cmp compares exactly; numbers of one scale, the usual case, without allocating.
func (d *celDecimal) cmp(o *celDecimal) int {
	if d.scale == o.scale {
		switch {
		case d.units < o.units:
			return -1
		case d.units > o.units:
			return 1
		}
		return 0
	}
	a, b, _ := d.align(o)
	return a.Cmp(&b)
}

// Compare orders a decimal against a decimal or a whole number.
func (d *celDecimal) Compare(v ref.Val) ref.Val {
	o, ok := d.other(v)
	if !ok {
		return types.MaybeNoSuchOverloadErr(v)
	}
	return types.Int(d.cmp(o))
}

// Equal compares by value: 1.50 is 1.5.
func (d *celDecimal) Equal(v ref.Val) ref.Val {
	o, ok := d.other(v)
	return types.Bool(ok && d.cmp(o) == 0)
}

// Add answers the exact sum.
func (d *celDecimal) Add(v ref.Val) ref.Val {
	return d.combine(v, func(a, b *big.Int, scale int32) (*big.Int, int32) { return a.Add(a, b), scale })
}

// Subtract answers the exact difference.
func (d *celDecimal) Subtract(v ref.Val) ref.Val {
	return d.combine(v, func(a, b *big.Int, scale int32) (*big.Int, int32) { return a.Sub(a, b), scale })
}

// Multiply answers the exact product.
func (d *celDecimal) Multiply(v ref.Val) ref.Val {
	o, ok := d.other(v)
	if !ok {
		return types.MaybeNoSuchOverloadErr(v)
	}
	return fit(new(big.Int).Mul(big.NewInt(d.units), big.NewInt(o.units)), d.scale+o.scale)
}

func (d *celDecimal) combine(v ref.Val, f func(a, b *big.Int, scale int32) (*big.Int, int32)) ref.Val {
	o, ok := d.other(v)
	if !ok {
		return types.MaybeNoSuchOverloadErr(v)
	}
	a, b, scale := d.align(o)
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
	return &celDecimal{units.Int64(), scale}
}

// String writes the number with all its places, as it was given.
func (d *celDecimal) String() string {
	s := strconv.FormatUint(magnitude(d.units), 10)
	if d.scale > 0 {
		if missing := int(d.scale) + 1 - len(s); missing > 0 {
			s = strings.Repeat("0", missing) + s
		}
		s = s[:len(s)-int(d.scale)] + "." + s[len(s)-int(d.scale):]
	}
	if d.units < 0 {
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
func (d *celDecimal) ConvertToNative(t reflect.Type) (any, error) {
	return nil, fmt.Errorf("a decimal has no native form %v", t)
}

// ConvertToType answers the type and the text of a decimal.
func (d *celDecimal) ConvertToType(t ref.Type) ref.Val {
	switch t {
	case types.StringType:
		return types.String(d.String())
	case types.TypeType:
		return decimalType
	}
	return types.NewErr("a decimal does not convert to %s", t.TypeName())
}

// Type is eile.decimal.
func (d *celDecimal) Type() ref.Type { return decimalType }

// Value is the number itself.
func (d *celDecimal) Value() any { return d }
