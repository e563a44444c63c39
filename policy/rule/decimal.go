package rule

import (
	"fmt"
	"math/big"
	"reflect"

	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"

	"github.com/eile-housing/eile/policy/number"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// DecimalType is the CEL type of exact decimal numbers.
var DecimalType = types.NewObjectType("eile.decimal", traits.ComparerType, traits.AdderType, traits.SubtractorType, traits.MultiplierType)

// Decimal is an exact decimal number in an expression.
type Decimal struct{ number.Decimal }

// DecimalOf reads a stored number.
func DecimalOf(d *eilev1.Decimal) *Decimal { return &Decimal{number.Of(d)} }

// ParseDecimal reads a number as number.ParseDecimal does.
func ParseDecimal(s string) (*Decimal, error) {
	d, err := number.ParseDecimal(s)
	if err != nil {
		return nil, err
	}
	return &Decimal{d}, nil
}

// Number returns a value as a decimal where it is one, or a whole number.
func Number(v ref.Val) (*Decimal, bool) {
	switch o := v.(type) {
	case *Decimal:
		return o, true
	case types.Int:
		return &Decimal{number.Decimal{Units: int64(o)}}, true
	}
	return nil, false
}

// Cmp compares exactly.
func (d *Decimal) Cmp(o *Decimal) int { return d.Decimal.Cmp(o.Decimal) }

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
	return fit(f(number.Align(d.Decimal, o.Decimal)))
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
	if scale > number.MaxScale || !units.IsInt64() {
		return types.NewErr("decimal overflow")
	}
	return &Decimal{number.Decimal{Units: units.Int64(), Scale: scale}}
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
