package form

import (
	"google.golang.org/genproto/googleapis/type/date"

	"github.com/eile-housing/eile/policy/day"
)

// Day reads a day that a caller may leave out; then it is another one.
func Day(field string, given *date.Date, other day.Day) (day.Day, error) {
	on, ok, err := day.FromProto(given)
	switch {
	case err != nil:
		return 0, Wrong(field, "%v", err)
	case !ok:
		return other, nil
	}
	return on, nil
}

// PastDay reads a day that is not to come; left out, it is today.
func PastDay(field string, given *date.Date, today day.Day) (day.Day, error) {
	on, err := Day(field, given, today)
	if err == nil && on > today {
		err = Wrong(field, "%s is in the future", on)
	}
	return on, err
}
