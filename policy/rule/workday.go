package rule

import (
	"fmt"
	"strconv"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"github.com/eile-housing/eile/policy/day"
)

// Bounds of the functions of working days: ten years of them are counted one by one, a hundred
// years of days by the week.
const (
	maxWorkingDays = 3_660
	maxSpan        = 36_600
)

// workdays counts by the calendar of a policy. In a year that the calendar does not know the answer
// is unknown, under the name calendar.YEAR.
type workdays struct{ *day.Calendar }

// workdayFunctions are there where the policy has a calendar.
var workdayFunctions = []string{"add_working_days", "working_days_between"}

func (w workdays) functions() []cel.EnvOption {
	return []cel.EnvOption{
		cel.Function(workdayFunctions[0],
			cel.Overload("eile_add_working_days", []*cel.Type{DateType, cel.IntType}, DateType, cel.BinaryBinding(w.add))),
		cel.Function(workdayFunctions[1],
			cel.Overload("eile_working_days_between", []*cel.Type{DateType, DateType}, cel.IntType, cel.BinaryBinding(w.between))),
	}
}

// add is the n-th working day after a date; 0 is the date itself.
func (w workdays) add(v, n ref.Val) ref.Val {
	d, days := v.(*Date), n.(types.Int)
	if days < -maxWorkingDays || days > maxWorkingDays {
		return types.NewErr("%d working days are more than the %d that are counted", days, maxWorkingDays)
	}
	d.tomorrow()
	if days == 0 {
		return &Date{Day: d.Day}
	}
	result := w.AddWorking(d.Day, int(days))
	if unknown := w.unknown(d.Day, result); unknown != nil {
		return unknown
	}
	return &Date{Day: result}
}

// between counts the working days after a date up to another.
func (w workdays) between(a, b ref.Val) ref.Val {
	from, to := a.(*Date), b.(*Date)
	if span := to.Day - from.Day; span < -maxSpan || span > maxSpan {
		return types.NewErr("from %s to %s are more days than the %d that are counted", from.Day, to.Day, maxSpan)
	}
	from.tomorrow()
	to.tomorrow()
	if from.Day == to.Day {
		return types.IntZero
	}
	if unknown := w.unknown(from.Day, to.Day); unknown != nil {
		return unknown
	}
	return types.Int(w.WorkingBetween(from.Day, to.Day))
}

// unknown names the years from the day after one date to another that the calendar does not know;
// nil: it knows all.
func (w workdays) unknown(a, b day.Day) ref.Val {
	var missing *types.Unknown
	for year := (min(a, b) + 1).Year(); year <= max(a, b).Year(); year++ {
		if !w.Knows(year) {
			missing = types.MergeUnknowns(missing, Unknown(unknownYears+year, UnknownYear+strconv.Itoa(year)).(*types.Unknown))
		}
	}
	if missing == nil {
		return nil
	}
	return missing
}

// UnknownYear is how the name of a year begins that the calendar does not know.
const UnknownYear = "calendar."

// unknownYears is behind every other number of an unknown.
const unknownYears = 1 << 29

// without tells of a function of working days that the policy has no calendar.
func without(name string) string {
	return fmt.Sprintf("%s needs the key calendar, which says what days are worked on: "+
		"write calendar: {weekend: [sat, sun], holidays: [{on: 01-01}]}", name)
}
