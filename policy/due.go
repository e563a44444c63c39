package policy

import (
	"fmt"
	"reflect"

	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"
	dates "google.golang.org/genproto/googleapis/type/date"

	"github.com/eile-housing/eile/policy/day"
)

// due notes the earliest date after on at which what was read of today would read differently. Every road from today into an answer passes through it, so
// until that date the same expressions take the same branches and give the same answer.
type due struct{ on, next day.Day }

func (d *due) note(at day.Day) {
	if at > d.on && (d.next == 0 || at < d.next) {
		d.next = at
	}
}

// newYear notes the next 1 January.
func (d *due) newYear() {
	d.note(yearDay(d.on.Year()+1, 1, 1))
}

// dayOf reads a stored date; ok is false where none is known.
func dayOf(stored *dates.Date) (on day.Day, ok bool) {
	on, ok, err := day.FromProto(stored)
	return on, ok && err == nil
}

// yearDay answers a day that every year has.
func yearDay(year, month, dayOfMonth int) day.Day {
	d, err := day.New(min(year, 9999), month, dayOfMonth)
	if err != nil {
		return day.Max
	}
	return d
}

// dateType is the CEL type of calendar dates.
var dateType = types.NewObjectType("eile.date", traits.ComparerType)

// celDate is a calendar date in CEL. The date that is today carries due, so that comparing it notes when the comparison turns.
type celDate struct {
	day day.Day
	due *due
}

// Compare orders dates.
func (d *celDate) Compare(other ref.Val) ref.Val {
	o, ok := other.(*celDate)
	if !ok {
		return types.MaybeNoSuchOverloadErr(other)
	}
	d.turn(o)
	switch {
	case d.day < o.day:
		return types.IntNegOne
	case d.day > o.day:
		return types.IntOne
	default:
		return types.IntZero
	}
}

// turn notes the days on which comparing a and b changes: when today reaches the other date and when it has passed it.
func (d *celDate) turn(o *celDate) {
	if d.due != nil {
		d.due.note(o.day)
		d.due.note(o.day + 1)
	}
	if o.due != nil {
		o.due.note(d.day)
		o.due.note(d.day + 1)
	}
}

// tomorrow notes that something was computed from the date which changes every day, when the date is today.
func (d *celDate) tomorrow() {
	if d.due != nil {
		d.due.note(d.due.on + 1)
	}
}

// Equal compares dates for equality.
func (d *celDate) Equal(other ref.Val) ref.Val {
	o, ok := other.(*celDate)
	if !ok {
		return types.False
	}
	d.turn(o)
	return types.Bool(d.day == o.day)
}

// ConvertToNative is not needed by any expression.
func (d *celDate) ConvertToNative(t reflect.Type) (any, error) {
	return nil, fmt.Errorf("a date has no native form %v", t)
}

// ConvertToType answers the type and the text of a date.
func (d *celDate) ConvertToType(t ref.Type) ref.Val {
	switch t {
	case types.StringType:
		d.tomorrow()
		return types.String(d.day.String())
	case types.TypeType:
		return dateType
	}
	return types.NewErr("a date does not convert to %s", t.TypeName())
}

// Type is eile.date.
func (d *celDate) Type() ref.Type { return dateType }

// Value is the date itself.
func (d *celDate) Value() any { return d }
