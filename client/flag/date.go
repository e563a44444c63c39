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
		on, err := day.Parse(text)
		if err != nil {
			return nil, errors.New("must be a date of the calendar, YYYY-MM-DD")
		}
		return on.Proto(), nil
	})}, name, usage)
}

// DayOr is the day that was given, or else today where loc is.
func DayOr(on *date.Date, loc *time.Location) (day.Day, error) {
	given, ok, err := day.FromProto(on)
	if err == nil && !ok {
		given = day.Of(time.Now(), loc)
	}
	return given, err
}

// LatestToday is today's date where it is latest: who does not know in which zone something was
// born cannot say of an earlier day that it is to come.
func LatestToday() day.Day {
	const farthestEast = 14 * 60 * 60
	return day.Of(time.Now(), time.FixedZone("", farthestEast))
}

// MomentVar adds a flag that is a time of RFC 3339, or a date alone. A date is sent as it is: where
// its day begins and ends is known to the server, by the time zone of its policy.
func MomentVar(flags *pflag.FlagSet, at **timestamppb.Timestamp, on **date.Date, name, usage string) {
	flags.Var(&value{kind: "time", read: func(text string) error {
		moment, err := day.ParseMoment(text)
		if err != nil {
			return errMoment
		}
		*at, *on = nil, nil
		if moment.Timed() {
			*at = timestamppb.New(moment.First(time.UTC))
		} else {
			*on = moment.Day(time.UTC).Proto()
		}
		return nil
	}}, name, usage)
}

var errMoment = errors.New("must be a time, YYYY-MM-DDThh:mm:ss with Z or an offset, or a date YYYY-MM-DD")

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
