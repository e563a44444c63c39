package day

import (
	"slices"
	"time"
)

// Yearly is a day that every year has; zero: none.
type Yearly struct{ Month, Day int }

// In returns the day in a year; the last day of the calendar in one that it does not have.
func (y Yearly) In(year int) Day {
	d, err := New(min(year, 9999), y.Month, y.Day)
	if err != nil {
		return Max
	}
	return d
}

// Calendar says which days are worked on. It is immutable.
type Calendar struct {
	// off are the days of the week that are not worked on.
	off     [7]bool
	working int // days of a week that are
	yearly  []Yearly
	// easter are holidays by their distance from Easter Sunday.
	easter []int
	// single are holidays of one year, in order.
	single []Day
}

// NewCalendar makes a calendar of the days of the week that are not worked on, of the holidays of
// every year, of those that lie so many days after Easter Sunday, and of single ones.
func NewCalendar(weekend []time.Weekday, yearly []Yearly, easter []int, single []Day) *Calendar {
	c := &Calendar{working: 7, yearly: slices.Clone(yearly), easter: slices.Clone(easter), single: slices.Clone(single)}
	slices.Sort(c.single)
	for _, w := range weekend {
		if !c.off[w] {
			c.off[w], c.working = true, c.working-1
		}
	}
	return c
}

// Knows says whether the holidays of a year are known: single ones stand for their first year to
// their last, and a calendar without them knows every year.
func (c *Calendar) Knows(year int) bool {
	if len(c.single) == 0 {
		return true
	}
	return year >= c.single[0].Year() && year <= c.single[len(c.single)-1].Year()
}

// Working says whether a day is worked on. In a year that is not known, the weekends and the
// holidays of every year count.
func (c *Calendar) Working(d Day) bool {
	return !c.off[d.Weekday()] && !c.holiday(d)
}

func (c *Calendar) holiday(d Day) bool {
	y, m, n := d.civil()
	if slices.Contains(c.yearly, Yearly{m, n}) {
		return true
	}
	// Easter Sunday lies between 22 March and 25 April.
	if len(c.easter) > 0 && slices.Contains(c.easter, int(d-EasterSunday(y))) {
		return true
	}
	_, found := slices.BinarySearch(c.single, d)
	return found
}

// Next returns the first day from d on that is worked on.
func (c *Calendar) Next(d Day) Day {
	for d < Max && !c.Working(d) {
		d++
	}
	return d
}

// AddWorking returns the n-th day after d that is worked on, or before it for a negative n; for 0
// it is d.
func (c *Calendar) AddWorking(d Day, n int) Day {
	step, end := Day(1), Max
	if n < 0 {
		n, step, end = -n, -1, Min
	}
	for n > 0 && d != end {
		if d += step; c.Working(d) {
			n--
		}
	}
	return d
}

// WorkingBetween counts the days after a up to b that are worked on. Where b lies before a, it is
// less the days after b up to a.
func (c *Calendar) WorkingBetween(a, b Day) int {
	if b < a {
		return -c.WorkingBetween(b, a)
	}
	n := int(b-a) / 7 * c.working
	for d := b - Day(int(b-a)%7) + 1; d <= b; d++ {
		if !c.off[d.Weekday()] {
			n++
		}
	}
	var holidays []Day
	for year := a.Year(); year <= b.Year(); year++ {
		holidays = c.holidays(holidays[:0], year)
		for _, h := range holidays {
			if a < h && h <= b && !c.off[h.Weekday()] {
				n--
			}
		}
	}
	return n
}

// holidays appends the holidays of a year, each once.
func (c *Calendar) holidays(list []Day, year int) []Day {
	for _, y := range c.yearly {
		list = append(list, y.In(year))
	}
	sunday := EasterSunday(year)
	for _, after := range c.easter {
		list = append(list, sunday.AddDays(after))
	}
	for _, d := range c.single {
		if d.Year() == year {
			list = append(list, d)
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// EasterSunday of a year by the Gregorian reckoning, which the western churches keep.
func EasterSunday(year int) Day {
	century := year / 100
	// The moon is put right by a day in each common centennial year, and by 8 days in 2500 years.
	solar := century - century/4
	lunar := (8*century + 13) / 25
	// Days from 21 March to the full moon that follows, which two years of the nineteen bring
	// forward, so that it is never the 30th and not the 29th twice in a cycle.
	golden := year % 19
	moon := (19*golden + solar - lunar + 15) % 30
	if moon == 29 || moon == 28 && golden > 10 {
		moon--
	}
	full := civil(year, 3, 21).AddDays(moon)
	return full.AddDays(7 - int(full.Weekday()))
}
