package day

import (
	_ "embed"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// easter is a published table, which no code of this package made.
//
//go:embed testdata/easter.txt
var easter string

func TestEasterSunday(t *testing.T) {
	_, table, _ := strings.Cut(easter, "\n")
	year := 1583
	for date := range strings.FieldsSeq(table) {
		want := must(t, strconv.Itoa(year)+"-"+date)
		if got := EasterSunday(year); got != want {
			t.Errorf("Easter of %d is %s, want %s", year, got, want)
		}
		year++
	}
	if year != 2300 {
		t.Errorf("the table ends before %d", year)
	}
}

// Easter is a Sunday from 22 March to 25 April in every year.
func TestEasterIsASundayOfSpring(t *testing.T) {
	for year := 1; year <= 9999; year++ {
		d := EasterSunday(year)
		if d.Weekday() != time.Sunday || d < civil(year, 3, 22) || d > civil(year, 4, 25) {
			t.Fatalf("Easter of %d is %s, a %s", year, d, d.Weekday())
		}
	}
}

// calendars are drawn with at least one day of the week that is worked on.
var calendars = rapid.Custom(func(t *rapid.T) *Calendar {
	weekend := rapid.SliceOfN(rapid.IntRange(0, 6), 0, 5).Draw(t, "weekend")
	days := make([]time.Weekday, len(weekend))
	for i, w := range weekend {
		days[i] = time.Weekday(w)
	}
	yearly := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Yearly {
		m := rapid.IntRange(1, 12).Draw(t, "month")
		return Yearly{m, rapid.IntRange(1, lastOf(2001, m)).Draw(t, "day")}
	}), 0, 15).Draw(t, "yearly")
	after := rapid.SliceOfN(rapid.IntRange(-80, 250), 0, 4).Draw(t, "easter")
	single := rapid.SliceOfN(near, 0, 6).Draw(t, "single")
	return NewCalendar(days, yearly, after, single)
})

// near are days of a few years, among them those around the turn of a century.
var near = rapid.Map(rapid.IntRange(int(civil(2098, 1, 1)), int(civil(2103, 12, 31))), func(n int) Day { return Day(n) })

func TestCountingWorkingDays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c, a, b := calendars.Draw(t, "calendar"), near.Draw(t, "a"), near.Draw(t, "b")
		n, low, high := 0, min(a, b), max(a, b)
		for d := low + 1; d <= high; d++ {
			if c.Working(d) {
				n++
			}
		}
		if b < a {
			n = -n
		}
		if got := c.WorkingBetween(a, b); got != n {
			t.Errorf("after %s up to %s there are %d, want %d", a, b, got, n)
		}
	})
}

// The n-th working day is one, n of them lie in between, and it is the first such day.
func TestAddingWorkingDays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c, d, n := calendars.Draw(t, "calendar"), near.Draw(t, "d"), rapid.IntRange(1, 60).Draw(t, "n")
		later := c.AddWorking(d, n)
		if !c.Working(later) || c.WorkingBetween(d, later) != n {
			t.Errorf("%s and %d working days are %s", d, n, later)
		}
		earlier := c.AddWorking(d, -n)
		if !c.Working(earlier) || earlier >= d || c.WorkingBetween(earlier-1, d-1) != n {
			t.Errorf("%s less %d working days are %s", d, n, earlier)
		}
		if c.AddWorking(d, 0) != d {
			t.Errorf("nothing after %s is another day", d)
		}
		next := c.Next(d)
		if !c.Working(next) || c.WorkingBetween(d-1, next-1) != 0 {
			t.Errorf("from %s on the first working day is %s", d, next)
		}
	})
}

func TestACalendarAtItsEnds(t *testing.T) {
	idle := NewCalendar([]time.Weekday{0, 1, 2, 3, 4, 5, 6}, nil, nil, nil)
	if idle.Next(Max-3) != Max || idle.AddWorking(Max-3, 9) != Max || idle.AddWorking(Min+3, -9) != Min {
		t.Error("where nobody works a term ends with the calendar")
	}
	if got := idle.WorkingBetween(Min, Max); got != 0 {
		t.Errorf("where nobody works, %d days are worked on", got)
	}
}

// A calendar knows the years from its first single day to its last.
func TestYearsOfACalendar(t *testing.T) {
	always := NewCalendar(nil, []Yearly{{1, 1}}, []int{1}, nil)
	some := NewCalendar(nil, nil, nil, []Day{civil(2027, 9, 2), civil(2025, 9, 2)})
	var known []int
	for year := 2023; year < 2030; year++ {
		if some.Knows(year) {
			known = append(known, year)
		}
		if !always.Knows(year) {
			t.Errorf("%d is not known", year)
		}
	}
	if !slices.Equal(known, []int{2025, 2026, 2027}) {
		t.Errorf("it knows %v", known)
	}
	if some.Working(civil(2025, 9, 2)) || !some.Working(civil(2026, 9, 2)) {
		t.Error("a single day is a holiday of its year alone")
	}
}

// A term that ends on a holiday or at a weekend ends on the first working day from then on.
func TestAYearOfHolidays(t *testing.T) {
	c := NewCalendar([]time.Weekday{time.Saturday, time.Sunday}, []Yearly{{1, 1}, {12, 25}}, []int{0, 1}, nil)
	for date, want := range map[string]string{
		"2026-01-01": "2026-01-02", "2026-04-03": "2026-04-03", "2026-04-04": "2026-04-07",
		"2026-12-25": "2026-12-28", "2027-12-31": "2027-12-31", "2028-01-01": "2028-01-03",
	} {
		if got := c.Next(must(t, date)); got != must(t, want) {
			t.Errorf("from %s on the first working day is %s, want %s", date, got, want)
		}
	}
}

func BenchmarkWorkingBetween(b *testing.B) {
	c := NewCalendar([]time.Weekday{time.Saturday, time.Sunday}, []Yearly{{1, 1}, {12, 25}}, []int{1}, nil)
	for b.Loop() {
		c.WorkingBetween(civil(2016, 5, 1), civil(2026, 5, 1))
	}
}
