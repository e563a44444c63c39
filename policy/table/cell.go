package table

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/eile-housing/eile/policy/day"
)

// checkReference holds to 1–64 of A-Z a-z 0-9 . _ -
func checkReference(s string) error {
	if len(s) > 64 {
		return fmt.Errorf("%s is longer than 64 characters", quote(s))
	}
	for i := range len(s) {
		if c := s[i]; !letter(c) && !digit(c) && c != '.' && c != '_' && c != '-' {
			return fmt.Errorf("%s has a character other than A-Z a-z 0-9 . _ -", quote(s))
		}
	}
	return nil
}

func letter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

func digit(c byte) bool { return c >= '0' && c <= '9' }

// checkLanguage holds to the form of a language tag, such as lt or en-GB.
func checkLanguage(s string) error {
	ok := len(s) <= 35
	first := true
	for part := range strings.SplitSeq(s, "-") {
		ok = ok && len(part) >= 1 && len(part) <= 8 && (!first || len(part) >= 2)
		for i := range len(part) {
			ok = ok && (letter(part[i]) || digit(part[i]) && !first)
		}
		first = false
	}
	if !ok {
		return errors.New("it is not a language such as lt or en")
	}
	return nil
}

// splitNames reads names separated by ";", each once, none empty, in their order.
func splitNames(cell, what string) ([]string, error) {
	const maxNames, maxName = 100, 100
	names := strings.Split(cell, ";")
	if len(names) > maxNames {
		return nil, fmt.Errorf("there are more than %d", maxNames)
	}
	for i, name := range names {
		switch {
		case name == "":
			return nil, fmt.Errorf("%s %d of %d is empty: remove the ; too many", what, i+1, len(names))
		case strings.TrimSpace(name) != name:
			return nil, fmt.Errorf("%s %s begins or ends with a space: remove it", what, quote(name))
		case slices.Contains(names[:i], name):
			return nil, fmt.Errorf("%s %s stands there twice", what, quote(name))
		}
		if err := short(name, maxName); err != nil {
			return nil, fmt.Errorf("%s %s: %w", what, quote(name), err)
		}
	}
	return names, nil
}

// checkRegistered holds to a date alone, or RFC 3339 with an offset, of a moment that is not after today in the zone.
// Times of the rest of today are not told from the past: the package has no clock.
func checkRegistered(s string, today day.Day, zone *time.Location) error {
	on, timed, err := registered(s, zone)
	if err != nil {
		return err
	}
	if on > today && timed {
		return fmt.Errorf("%s is in the future, after %s", quote(s), today)
	}
	if on > today {
		return fmt.Errorf("%s is in the future, after %s", on, today)
	}
	return nil
}

var errTime = errors.New("write a time such as 2017-03-01T09:30:00+02:00, or a date alone such as 2017-03-01")

// registered answers the day of a date alone, or the day in the zone of a moment.
func registered(s string, zone *time.Location) (on day.Day, timed bool, err error) {
	const date = len("2006-01-02")
	if len(s) <= date || s[date] != 'T' {
		on, err = day.Parse(s)
		if errors.Is(err, day.ErrForm) {
			err = fmt.Errorf("%s is neither a time nor a date: %w", quote(s), errTime)
		}
		return on, false, err
	}
	on, err = day.Parse(s[:date])
	if err != nil {
		return 0, false, err
	}
	seconds, err := clockTime(s[date+1:])
	if err != nil {
		return 0, false, fmt.Errorf("%s %w", quote(s), err)
	}
	if zone == nil {
		zone = time.UTC
	}
	return day.Of(time.Unix(int64(on)*86400+int64(seconds), 0), zone), true, nil
}

// clockTime reads hh:mm:ss, a fraction of at most nine digits, and Z or an offset. It answers the seconds since
// midnight UTC of the same date, the fraction dropped; the offset can make them negative.
func clockTime(s string) (int, error) {
	const whole = len("09:30:00")
	if len(s) < whole || s[2] != ':' || s[5] != ':' {
		return 0, fmt.Errorf("has no time of the form 09:30:00: %w", errTime)
	}
	h, okH := twoDigits(s[0:2], 23)
	m, okM := twoDigits(s[3:5], 59)
	sec, okS := twoDigits(s[6:8], 59)
	if !okH || !okM || !okS {
		return 0, errors.New("has a time that no clock shows: hours are 00 to 23, minutes and seconds 00 to 59")
	}
	s = s[whole:]
	if strings.HasPrefix(s, ".") {
		n := 1
		for n < len(s) && digit(s[n]) {
			n++
		}
		if n < 2 || n > 10 {
			return 0, errors.New("has a fraction of a second that is not 1 to 9 digits")
		}
		s = s[n:]
	}
	offset, err := utcOffset(s)
	return h*3600 + m*60 + sec - offset, err
}

// utcOffset reads Z or an offset such as +02:00, in seconds.
func utcOffset(s string) (int, error) {
	if s == "Z" {
		return 0, nil
	}
	if s == "" {
		return 0, errors.New("has no offset from UTC: add it, such as +02:00, or Z")
	}
	if len(s) != len("+02:00") || s[0] != '+' && s[0] != '-' || s[3] != ':' {
		return 0, fmt.Errorf("has no offset of the form +02:00 or Z: %w", errTime)
	}
	h, okH := twoDigits(s[1:3], 23)
	m, okM := twoDigits(s[4:6], 59)
	if !okH || !okM {
		return 0, errors.New("has an offset that no zone has")
	}
	if s[0] == '-' {
		return -(h*3600 + m*60), nil
	}
	return h*3600 + m*60, nil
}

func twoDigits(s string, most int) (int, bool) {
	if !digit(s[0]) || !digit(s[1]) {
		return 0, false
	}
	n := int(s[0]-'0')*10 + int(s[1]-'0')
	return n, n <= most
}
