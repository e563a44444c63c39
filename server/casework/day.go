package casework

import (
	"fmt"
	"time"

	"google.golang.org/genproto/googleapis/type/date"

	"github.com/eile-housing/eile/policy/day"
	"github.com/eile-housing/eile/policy/words"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// DayOf reads a stored date; dates are checked before they are stored.
func DayOf(stored *date.Date) (day.Day, bool) {
	on, ok, err := day.FromProto(stored)
	return on, ok && err == nil
}

// GivenDay reads a date that a caller gave, which may be unset; wrong says why the
// calendar does not have it.
func GivenDay(given *date.Date) (on day.Day, set bool, wrong *eilev1.Reason) {
	on, set, err := day.FromProto(given)
	if err == nil {
		return on, set, nil
	}
	year, month := int(given.GetYear()), int(given.GetMonth())
	text := words.Text("date", fmt.Sprintf("%04d-%02d-%02d", year, month, given.GetDay()))
	switch {
	case year < 1 || year > 9999:
		return 0, false, words.Reason("NO_SUCH_DAY.year", text)
	case month < 1 || month > 12:
		return 0, false, words.Reason("NO_SUCH_DAY.month", text)
	case given.GetDay() < 1:
		return 0, false, words.Reason("NO_SUCH_DAY.day", text)
	}
	last := time.Date(year, time.Month(month)+1, 0, 0, 0, 0, 0, time.UTC)
	return 0, false, words.Reason("NO_SUCH_DAY.of_month", text,
		words.Term("month", last.Month().String()), words.Number("year", year), words.Number("days", last.Day()))
}
