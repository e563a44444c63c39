package rule

import (
	"fmt"
	"reflect"

	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"

	"github.com/eile-housing/eile/policy/day"
)

// DateType is the CEL type of calendar dates.
var DateType = types.NewObjectType("eile.date", traits.ComparerType)

// Date is a calendar date in CEL. The date that is today carries it, so that comparing it notes
// when the comparison turns; others have no Today.
type Date struct {
	Day   day.Day
	Today *Today
}

// Compare orders dates.
func (d *Date) Compare(other ref.Val) ref.Val {
	o, ok := other.(*Date)
	if !ok {
		return types.MaybeNoSuchOverloadErr(other)
	}
	d.turn(o)
	switch {
	case d.Day < o.Day:
		return types.IntNegOne
	case d.Day > o.Day:
		return types.IntOne
	default:
		return types.IntZero
	}
}

// turn notes the days on which comparing a and b changes: when today reaches the other date and
// when it has passed it.
func (d *Date) turn(o *Date) {
	if d.Today != nil {
		d.Today.Note(o.Day)
		d.Today.Note(o.Day + 1)
	}
	if o.Today != nil {
		o.Today.Note(d.Day)
		o.Today.Note(d.Day + 1)
	}
}

// tomorrow notes that something was computed from the date which changes every day, when the date
// is today.
func (d *Date) tomorrow() {
	if d.Today != nil {
		d.Today.Note(d.Today.On + 1)
	}
}

// Equal compares dates for equality.
func (d *Date) Equal(other ref.Val) ref.Val {
	o, ok := other.(*Date)
	if !ok {
		return types.False
	}
	d.turn(o)
	return types.Bool(d.Day == o.Day)
}

// ConvertToNative is not needed by any expression.
func (d *Date) ConvertToNative(t reflect.Type) (any, error) {
	return nil, fmt.Errorf("a date has no native form %v", t)
}

// ConvertToType returns the type and the text of a date.
func (d *Date) ConvertToType(t ref.Type) ref.Val {
	switch t {
	case types.StringType:
		d.tomorrow()
		return types.String(d.Day.String())
	case types.TypeType:
		return DateType
	}
	return types.NewErr("a date does not convert to %s", t.TypeName())
}

// Type is eile.date.
func (d *Date) Type() ref.Type { return DateType }

// Value is the date itself.
func (d *Date) Value() any { return d }
