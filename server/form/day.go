package form

import (
	"google.golang.org/genproto/googleapis/type/date"

	"github.com/eile-housing/eile/policy/day"
	"github.com/eile-housing/eile/policy/words"
	"github.com/eile-housing/eile/server/casework"
)

// Day reads a day that a caller may leave out; then it is another one.
func Day(field string, given *date.Date, other day.Day) (day.Day, error) {
	on, set, wrong := casework.GivenDay(given)
	switch {
	case wrong != nil:
		return 0, Wrong(field, wrong)
	case !set:
		return other, nil
	}
	return on, nil
}

// PastDay reads a day that is not to come; left out, it is today.
func PastDay(field string, given *date.Date, today day.Day) (day.Day, error) {
	on, err := Day(field, given, today)
	if err == nil && on > today {
		err = Wrong(field, words.Reason("IN_THE_FUTURE", words.Text("when", on.String())))
	}
	return on, err
}
