package day

import (
	"errors"
	"fmt"
	"strconv"
	"time"
)

// ErrForm is in the error of Parse where the text is not written as a date at all, rather than as
// one that the calendar does not have.
var ErrForm = errors.New("write YYYY-MM-DD")

// New returns the day of a date, or says why the calendar does not have it.
func New(year, month, d int) (Day, error) {
	switch {
	case year < 1 || year > 9999:
		return 0, fmt.Errorf("%04d-%02d-%02d is not a date: the year must be 1 to 9999", year, month, d)
	case month < 1 || month > 12:
		return 0, fmt.Errorf("%04d-%02d-%02d is not a date: the month must be 1 to 12", year, month, d)
	case d < 1:
		return 0, fmt.Errorf("%04d-%02d-%02d is not a date: the day must be 1 or more", year, month, d)
	}
	if last := lastOf(year, month); d > last {
		return 0, fmt.Errorf("%04d-%02d-%02d is not a date: %s %d has %d days",
			year, month, d, time.Month(month), year, last)
	}
	return civil(year, month, d), nil
}

// Parse reads YYYY-MM-DD and nothing else: no spaces, no signs, no shorter years.
func Parse(s string) (Day, error) {
	if len(s) != len("2006-01-02") || s[4] != '-' || s[7] != '-' {
		return 0, shapeError(s)
	}
	y, okY := number(s[:4])
	m, okM := number(s[5:7])
	d, okD := number(s[8:])
	if !okY || !okM || !okD {
		return 0, shapeError(s)
	}
	return New(y, m, d)
}

// String returns YYYY-MM-DD.
func (d Day) String() string {
	return string(d.Append(make([]byte, 0, len("2006-01-02"))))
}

// Append appends YYYY-MM-DD to b.
func (d Day) Append(b []byte) []byte {
	y, m, n := d.civil()
	if y < 0 || y > 9999 {
		// A Day outside Min to Max can only come from a conversion; show it rather than hide it.
		return strconv.AppendInt(append(b, "day "...), int64(d), 10)
	}
	return append(b, byte('0'+y/1000), byte('0'+y/100%10), byte('0'+y/10%10), byte('0'+y%10), '-',
		byte('0'+m/10), byte('0'+m%10), '-', byte('0'+n/10), byte('0'+n%10))
}

// shapeError quotes at most a few characters of what stands in place of a date.
func shapeError(s string) error {
	const most = 20
	if len(s) > most {
		return fmt.Errorf("%q… is not a date: %w", s[:most], ErrForm)
	}
	return fmt.Errorf("%q is not a date: %w", s, ErrForm)
}

// number reads decimal digits only; nine at most, so that it cannot overflow.
func number(s string) (int, bool) {
	n := 0
	for i := range len(s) {
		c := s[i] - '0'
		if c > 9 {
			return 0, false
		}
		n = n*10 + int(c)
	}
	return n, true
}
