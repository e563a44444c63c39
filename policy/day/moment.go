package day

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// Moment is when something happened, as precisely as somebody wrote it: a time, or a date alone, as
// old registers have it. No midnight is invented for a date. The zero Moment is the date
// 1970-01-01.
type Moment struct {
	on    Day       // as it is written
	at    time.Time // of a time only
	timed bool
}

// At returns the moment of a time.
func At(t time.Time) Moment {
	return Moment{on: Of(t, t.Location()), at: t, timed: true}
}

// Moment returns the moment of a date alone.
func (d Day) Moment() Moment { return Moment{on: d} }

// errMoment is in the error of ParseMoment where the text has not the form.
var errMoment = errors.New("write a time such as 2017-03-01T09:30:00+02:00, or a date alone such as 2017-03-01")

// ParseMoment reads a date alone, or a time of RFC 3339: T and Z are capitals, hours, minutes and
// seconds have two digits, a fraction of a second has one to nine, and the offset is Z or at most
// 23:59 to either side.
func ParseMoment(s string) (Moment, error) {
	const date = len("2006-01-02")
	if len(s) <= date || s[date] != 'T' {
		on, err := Parse(s)
		if errors.Is(err, ErrForm) {
			err = fmt.Errorf("%s is neither a time nor a date: %w", quote(s), errMoment)
		}
		return Moment{on: on}, err
	}
	on, err := Parse(s[:date])
	if err != nil {
		return Moment{}, err
	}
	clock, err := parseClock(s[date+1:])
	if err != nil {
		return Moment{}, fmt.Errorf("%s %w", quote(s), err)
	}
	return Moment{on, clock.on(on), true}, nil
}

// KeptMoment reads what a register keeps. It knows more than ParseMoment: an earlier program took
// hours of one digit, any number of digits after the second and an offset of 24 hours from people,
// and who was registered so keeps their place.
func KeptMoment(s string) (Moment, bool) {
	if m, err := ParseMoment(s); err == nil {
		return m, true
	}
	t, err := time.Parse(time.RFC3339, s)
	return At(t), err == nil
}

// Timed tells a time from a date alone.
func (m Moment) Timed() bool { return m.timed }

// Day is a date alone as it is written, or the date that a clock in zone shows at a time.
func (m Moment) Day(zone *time.Location) Day {
	if m.timed {
		return Of(m.at, zone)
	}
	return m.on
}

// Ahead is how far the clock of who writes a time may be ahead of the one that it is held against.
const Ahead = time.Minute

// NotAfter says that a moment is still to come at now: a time by its instant, a date alone by the
// date in zone.
func (m Moment) NotAfter(now time.Time, zone *time.Location) error {
	today := Of(now, zone)
	switch {
	case !m.timed && m.on > today:
		return fmt.Errorf("%s is in the future, after %s", m, today)
	case m.timed && m.Day(zone) > today && m.at.After(now.Add(Ahead)):
		return fmt.Errorf("%q is in the future, after %s", m, today)
	case m.timed && m.at.After(now.Add(Ahead)):
		return fmt.Errorf("%q is in the future, after %s", m, now.In(zone).Format(time.RFC3339))
	}
	return nil
}

// AppendKey appends bytes that order moments: by the date in zone, then a date alone before times,
// then by the instant, of which digits beyond the microsecond do not count.
func (m Moment) AppendKey(key []byte, zone *time.Location) []byte {
	key = binary.BigEndian.AppendUint32(key, uint32(m.Day(zone))^1<<31)
	timed, micros := byte(0), int64(0)
	if m.timed {
		timed, micros = 1, m.at.UnixMicro()
	}
	return binary.BigEndian.AppendUint64(append(key, timed), uint64(micros)^1<<63)
}

// First returns the first instant of a moment: a time itself, or the start of a date in zone.
func (m Moment) First(zone *time.Location) time.Time {
	if m.timed {
		return m.at
	}
	return m.on.Start(zone)
}

// Last returns the last instant of a moment: a time itself, or the end of a date in zone.
func (m Moment) Last(zone *time.Location) time.Time {
	if m.timed {
		return m.at
	}
	return m.on.End(zone)
}

// End returns the last instant of a day.
func (d Day) End(zone *time.Location) time.Time {
	return d.AddDays(1).Start(zone).Add(-time.Nanosecond)
}

// Start returns the first instant of a day, which is not midnight where clocks are put forward at
// midnight.
func (d Day) Start(zone *time.Location) time.Time {
	y, m, n := d.Date()
	t := time.Date(y, m, n, 0, 0, 0, 0, zone)
	for Of(t, zone) < d {
		t = t.Add(time.Minute)
	}
	return t
}

// String returns the text that ParseMoment reads: a time in its own offset, its fraction without
// zeros at the end.
func (m Moment) String() string {
	if m.timed {
		return m.at.Format(time.RFC3339Nano)
	}
	return m.on.String()
}

// clock is what follows the T of a time.
type clock struct{ seconds, nanos, offset int }

// on returns the instant of a clock on a date, in its own offset.
func (c clock) on(d Day) time.Time {
	zone := time.UTC
	if c.offset != 0 {
		zone = time.FixedZone("", c.offset)
	}
	return time.Unix(int64(d)*86400+int64(c.seconds-c.offset), int64(c.nanos)).In(zone)
}

// parseClock reads hh:mm:ss, a fraction and an offset.
func parseClock(s string) (clock, error) {
	const whole = len("09:30:00")
	if len(s) < whole || s[2] != ':' || s[5] != ':' {
		return clock{}, fmt.Errorf("has no time of the form 09:30:00: %w", errMoment)
	}
	h, okH := number(s[0:2])
	m, okM := number(s[3:5])
	sec, okS := number(s[6:8])
	if !okH || !okM || !okS || h > 23 || m > 59 || sec > 59 {
		return clock{}, errors.New("has a time that no clock shows: hours are 00 to 23, minutes and seconds 00 to 59")
	}
	nanos, rest, err := parseFraction(s[whole:])
	if err != nil {
		return clock{}, err
	}
	offset, err := parseOffset(rest)
	return clock{h*3600 + m*60 + sec, nanos, offset}, err
}

// parseFraction reads a point and one to nine digits, or nothing, in nanoseconds.
func parseFraction(s string) (nanos int, rest string, err error) {
	if !strings.HasPrefix(s, ".") {
		return 0, s, nil
	}
	rest = strings.TrimLeft(s[1:], "0123456789")
	digits := s[1 : len(s)-len(rest)]
	if len(digits) < 1 || len(digits) > 9 {
		return 0, s, errors.New("has a fraction of a second that is not 1 to 9 digits")
	}
	nanos, _ = number(digits + strings.Repeat("0", 9-len(digits)))
	return nanos, rest, nil
}

// parseOffset reads Z or an offset such as +02:00, in seconds.
func parseOffset(s string) (int, error) {
	if s == "Z" {
		return 0, nil
	}
	if s == "" {
		return 0, errors.New("has no offset from UTC: add it, such as +02:00, or Z")
	}
	if len(s) != len("+02:00") || s[0] != '+' && s[0] != '-' || s[3] != ':' {
		return 0, fmt.Errorf("has no offset of the form +02:00 or Z: %w", errMoment)
	}
	h, okH := number(s[1:3])
	m, okM := number(s[4:6])
	if !okH || !okM || h > 23 || m > 59 {
		return 0, errors.New("has an offset that no zone has")
	}
	if s[0] == '-' {
		return -(h*3600 + m*60), nil
	}
	return h*3600 + m*60, nil
}

// quote shows what stands in place of a moment, shortened.
func quote(s string) string {
	const most = 40
	if utf8.RuneCountInString(s) <= most {
		return fmt.Sprintf("%q", s)
	}
	return fmt.Sprintf("%q…", string([]rune(s)[:most]))
}
