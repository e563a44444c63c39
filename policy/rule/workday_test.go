package rule

import (
	"testing"
	"time"

	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"pgregory.net/rapid"

	"github.com/eile-housing/eile/policy/day"
)

// working is a calendar with single holidays in 2025 and 2026, so that no other year is known.
func working(t testing.TB) *day.Calendar {
	t.Helper()
	return day.NewCalendar([]time.Weekday{time.Saturday, time.Sunday}, []day.Yearly{{Month: 1, Day: 1}}, []int{1},
		[]day.Day{on(t, "2025-03-11"), on(t, "2026-09-02")})
}

func TestWorkingDays(t *testing.T) {
	w := withCalendar(t, "2025-03-07", working(t)) // a Friday
	for text, want := range map[string]string{
		"add_working_days(on, 0)":                        "2025-03-07",
		"add_working_days(add_days(on, 1), 0)":           "2025-03-08",
		"add_working_days(on, 1)":                        "2025-03-10",
		"add_working_days(on, 2)":                        "2025-03-12",
		"add_working_days(on, -1)":                       "2025-03-06",
		"add_working_days(date('2025-04-18'), 1)":        "2025-04-22",
		"add_working_days(date('2025-12-31'), 1)":        "2026-01-02",
		"add_working_days(date('2026-12-31'), 1)":        "lacks calendar.2027",
		"add_working_days(date('2024-12-31'), 1)":        "2025-01-02",
		"add_working_days(born, 1)":                      "lacks calendar.2016",
		"add_working_days(date('2024-12-31'), -1)":       "lacks calendar.2024",
		"add_working_days(born, 0)":                      "2016-02-29",
		"add_working_days(on, 3661)":                     "error: 3661 working days are more than the 3660 that are counted",
		"working_days_between(on, on)":                   "0",
		"working_days_between(born, born)":               "0",
		"working_days_between(on, date('2025-03-12'))":   "2",
		"working_days_between(date('2025-03-12'), on)":   "-2",
		"working_days_between(born, date('2018-01-01'))": "lacks calendar.2016,calendar.2017,calendar.2018",
		"working_days_between(on, date('2225-01-01'))":   "error: from 2025-03-07 to 2225-01-01 are more days than the 36600 that are counted",
		"known(add_working_days(born, 1))":               "no",
		"otherwise(working_days_between(born, on), 3)":   "3",
		"add_working_days(born, 1) > on || n == 3":       "yes",
	} {
		if got := w.eval(t, text); got != want {
			t.Errorf("%s is %s, want %s", text, got, want)
		}
	}
}

// Until the day that a function of dates notes, it answers the same.
func TestFunctionsOfDatesNoteWhenTheyTurn(t *testing.T) {
	always := workdays{day.NewCalendar([]time.Weekday{time.Sunday}, []day.Yearly{{Month: 5, Day: 1}}, []int{1}, nil)}
	functions := map[string]func(a, b ref.Val) ref.Val{
		"days_between": daysBetween, "months_between": monthsBetween, "working_days_between": always.between,
		"month_of":   func(a, _ ref.Val) ref.Val { return monthOf(a) },
		"day_of":     func(a, _ ref.Val) ref.Val { return dayOf(a) },
		"weekday_of": func(a, _ ref.Val) ref.Val { return weekdayOf(a) },
		"add_working_days": func(a, _ ref.Val) ref.Val {
			return types.Int(always.add(a, types.Int(5)).(*Date).Day)
		},
	}
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.SampledFrom([]string{"days_between", "months_between", "working_days_between", "month_of", "day_of", "weekday_of", "add_working_days"}).Draw(t, "function")
		start, other := anyDate(t, "today"), &Date{Day: anyDate(t, "other")}
		first := rapid.Bool().Draw(t, "first")
		ask := func(on day.Day) (ref.Val, day.Day) {
			today := &Today{On: on}
			if first {
				return functions[name](&Date{on, today}, other), today.Next
			}
			return functions[name](other, &Date{on, today}), today.Next
		}
		was, next := ask(start)
		for d := start + 1; d < start+400 && (next == 0 || d < next); d++ {
			if now, _ := ask(d); now != was {
				t.Fatalf("%s is %v on %s and %v on %s; it noted %s", name, was, start, now, d, next)
			}
		}
	})
}

// The months between two days are the most that do not lead beyond the later one.
func TestMonthsBetween(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := anyDate(t, "a"), anyDate(t, "b")
		n := int(monthsBetween(&Date{Day: a}, &Date{Day: b}).(types.Int))
		if back := monthsBetween(&Date{Day: b}, &Date{Day: a}); back != types.Int(-n) {
			t.Errorf("from %s to %s there are %d months, and back %v", a, b, n, back)
		}
		from, to := min(a, b), max(a, b)
		if n = max(n, -n); from.AddMonths(n) > to || from.AddMonths(n+1) <= to {
			t.Errorf("from %s to %s there are %d months", a, b, n)
		}
	})
}

// anyDate is a day of a few years, often the last ones of a month.
func anyDate(t *rapid.T, label string) day.Day {
	first, _ := day.Parse("2023-12-01")
	d := first.AddDays(rapid.IntRange(0, 900).Draw(t, label))
	if rapid.Bool().Draw(t, label+" at the end of a month") {
		_, _, n := d.Date()
		d = d.AddDays(1 - n).AddMonths(1).AddDays(-rapid.IntRange(0, 4).Draw(t, label+" before"))
	}
	return d
}
