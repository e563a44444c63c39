// Package day has calendar days without a time of day or a zone: dates of birth, deadlines, the day
// of a run.
//
// It promises exact proleptic Gregorian arithmetic from 0001-01-01 to 9999-12-31, the range of
// google.type.Date; what would leave that range stays at its end. Nothing here reads a clock. The
// package imports nothing of the project.
package day

import (
	"time"

	"google.golang.org/genproto/googleapis/type/date"
)

// Day counts days from 1970-01-01, which is 0: the zero Day is a date like any other and never
// means "unset". Days compare with < and subtract with -.
type Day int32

// The first and the last Day.
const (
	Min Day = -719162 // 0001-01-01
	Max Day = 2932896 // 9999-12-31
)

// Of returns the date that a clock in loc shows at t.
func Of(t time.Time, loc *time.Location) Day {
	y, m, d := t.In(loc).Date()
	return civil(y, int(m), d)
}

// FromProto reads a date message. It answers false for nil and for a message of zeros, which both
// mean that no date is known, and an error for a date that the calendar does not have, or one
// without a year, month or day.
func FromProto(d *date.Date) (Day, bool, error) {
	if d.GetYear() == 0 && d.GetMonth() == 0 && d.GetDay() == 0 {
		return 0, false, nil
	}
	on, err := New(int(d.GetYear()), int(d.GetMonth()), int(d.GetDay()))
	if err != nil {
		return 0, false, err
	}
	return on, true, nil
}

// Proto returns the day as a new date message.
func (d Day) Proto() *date.Date {
	y, m, n := d.civil()
	return &date.Date{Year: int32(y), Month: int32(m), Day: int32(n)}
}

// Date returns year, month and day of the month.
func (d Day) Date() (year int, month time.Month, dayOfMonth int) {
	y, m, n := d.civil()
	return y, time.Month(m), n
}

// Year of the day.
func (d Day) Year() int {
	y, _, _ := d.civil()
	return y
}

// Month of the day.
func (d Day) Month() time.Month {
	_, m, _ := d.civil()
	return time.Month(m)
}

// Day of the month, from 1.
func (d Day) Day() int {
	_, _, n := d.civil()
	return n
}

// Weekday of the day.
func (d Day) Weekday() time.Weekday {
	// 1970-01-01 was a Thursday.
	return time.Weekday(((int64(d)+int64(time.Thursday))%7 + 7) % 7)
}

// AddDays returns the day n days later, or earlier for a negative n.
func (d Day) AddDays(n int) Day {
	return clamp(int64(d) + int64(max(min(n, int(Max-Min)), int(Min-Max))))
}

// AddMonths returns the same day of the month n months later. A month without that day gives its
// last one: a month after 31 January is 28 or 29 February. So the law counts terms; a birthday is
// counted otherwise, by Birthday.
func (d Day) AddMonths(n int) Day {
	y, m, day := d.civil()
	months := int64(y)*12 + int64(m-1) + int64(max(min(n, 12*9999), -12*9999))
	year, month := int(floorDiv(months, 12)), int(months-12*floorDiv(months, 12))+1
	if year < 1 {
		return Min
	}
	if year > 9999 {
		return Max
	}
	return civil(year, month, min(day, lastOf(year, month)))
}

// AddYears returns the same date n years later; 29 February gives 28 February in common years, as
// AddMonths does.
func (d Day) AddYears(n int) Day {
	return d.AddMonths(12 * max(min(n, 9999), -9999))
}

// Birthday returns the first day on which one who was born on birth is years old. Born on 29
// February, one grows older on 1 March in common years.
func Birthday(birth Day, years int) Day {
	y, m, n := birth.civil()
	y += max(min(years, 9999), -9999)
	if y < 1 {
		return Min
	}
	if y > 9999 {
		return Max
	}
	if n > lastOf(y, m) {
		return civil(y, 3, 1)
	}
	return civil(y, m, n)
}

// Age returns the full years that one who was born on birth has lived on the day. Born on 29
// February, one grows older on 1 March in common years. It is negative before the birth.
func Age(birth, on Day) int {
	by, bm, bd := birth.civil()
	y, m, d := on.civil()
	if m < bm || m == bm && d < bd {
		return y - by - 1
	}
	return y - by
}

// Known returns the day of a date message. It is not ok where no date is known, or one that the
// calendar does not have.
func Known(d *date.Date) (on Day, ok bool) {
	on, ok, err := FromProto(d)
	return on, ok && err == nil
}
