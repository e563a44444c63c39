package flag

import (
	"errors"
	"time"

	"github.com/spf13/pflag"
	"google.golang.org/genproto/googleapis/type/date"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/eile-housing/eile/policy/day"
)

// DateVar adds a flag that is a calendar date.
func DateVar(flags *pflag.FlagSet, to **date.Date, name, usage string) {
	flags.Var(&value{kind: "date", read: unsettable(to, func(text string) (*date.Date, error) {
		day, err := parseDay(text)
		if err != nil {
			return nil, err
		}
		return &date.Date{Year: int32(day.Year()), Month: int32(day.Month()), Day: int32(day.Day())}, nil
	})}, name, usage)
}

func parseDay(text string) (time.Time, error) {
	day, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return time.Time{}, errors.New("must be a date of the calendar, YYYY-MM-DD")
	}
	return day, nil
}

// DayOr is the day that was given, or else today where loc is.
func DayOr(on *date.Date, loc *time.Location) (day.Day, error) {
	given, ok, err := day.FromProto(on)
	if err == nil && !ok {
		given = day.Of(time.Now(), loc)
	}
	return given, err
}

// MomentVar adds a flag that is a moment: RFC 3339, or a date, of which the given function makes a
// moment.
func MomentVar(flags *pflag.FlagSet, to **timestamppb.Timestamp, ofDay func(time.Time) time.Time, name, usage string) {
	flags.Var(&value{kind: "time", read: func(text string) error {
		moment, err := time.Parse(time.RFC3339Nano, text)
		if err != nil {
			day, err := parseDay(text)
			if err != nil {
				return errMoment
			}
			moment = ofDay(day)
		}
		*to = timestamppb.New(moment)
		return nil
	}}, name, usage)
}

var errMoment = errors.New("must be a time, YYYY-MM-DDThh:mm:ss with Z or an offset, or a date YYYY-MM-DD")

// StartOfDay is the first moment of a day in UTC.
func StartOfDay(day time.Time) time.Time { return day }

// EndOfDay is the last moment of a day in UTC, so that an answer as of a day holds what happened on
// it.
func EndOfDay(day time.Time) time.Time { return day.AddDate(0, 0, 1).Add(-time.Nanosecond) }

// registeredVar adds a flag that is a registration date with the precision in which it is written.
func registeredVar(flags *pflag.FlagSet, to *string, name, usage string) {
	flags.Var(&value{kind: "time", read: func(text string) error {
		if _, err := day.ParseMoment(text); err != nil {
			return errMoment
		}
		*to = text
		return nil
	}}, name, usage)
}
