package form

import (
	"time"

	"google.golang.org/genproto/googleapis/type/date"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/eile-housing/eile/policy/day"
	"github.com/eile-housing/eile/policy/words"
	"github.com/eile-housing/eile/server/casework"
)

// Moment reads a moment that a caller may give as a time in a field, as a date in the field of that
// name with _date, or not at all.
func Moment(field string, at *timestamppb.Timestamp, on *date.Date) (moment day.Moment, given bool, err error) {
	d, dated, wrong := casework.GivenDay(on)
	switch {
	case wrong != nil:
		return moment, false, Wrong(field+"_date", wrong)
	case at == nil:
		return d.Moment(), dated, nil
	case dated:
		return moment, false, Wrong(field+"_date", words.Reason("NOT_BESIDE", words.Text("field", field)))
	case at.CheckValid() != nil:
		return moment, false, Wrong(field, words.Reason("WRONG_VALUE", words.Text("problem", at.CheckValid().Error())))
	}
	return day.At(at.AsTime()), true, nil
}

// PastMoment reads a moment as Moment does and returns its last instant, for a date in zone. That
// of today is now, since the rest of the day is to come; a later moment is refused.
func PastMoment(field string, at *timestamppb.Timestamp, on *date.Date, now time.Time, zone *time.Location) (time.Time, bool, error) {
	moment, given, err := Moment(field, at, on)
	if err != nil || !given {
		return time.Time{}, false, err
	}
	if moment.NotAfter(now, zone) != nil {
		if !moment.Timed() {
			field += "_date"
		}
		return time.Time{}, false, Wrong(field, words.Reason("IN_THE_FUTURE", words.Text("when", moment.String())))
	}
	last := moment.Last(zone)
	if last.After(now) {
		last = now
	}
	return last, true, nil
}
