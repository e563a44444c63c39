package procedure

import (
	"slices"
	"strings"
	"time"

	"github.com/eile-housing/eile/policy/day"
	"github.com/eile-housing/eile/policy/source"
)

// Workdays are the days that are worked on.
type Workdays struct {
	// Calendar says which; nil: the policy does not.
	Calendar *day.Calendar
}

// Working is the first day from a day on that is worked on; the day itself where there is no
// calendar. In a year whose single holidays the calendar does not know, its others count.
func (w Workdays) Working(on day.Day) day.Day {
	if w.Calendar == nil {
		return on
	}
	return w.Calendar.Next(on)
}

// maxHolidays bounds a calendar.
const maxHolidays = 400

// Easter Sunday falls on 22 March at the earliest and on 25 April at the latest; these days from it
// are of its year.
const (
	beforeEaster = -80
	afterEaster  = 250
)

// WorkdaysOf reads which days are worked on.
func WorkdaysOf(faults *source.Faults, raw *source.Calendar, names source.Names) Workdays {
	if raw == nil {
		return Workdays{}
	}
	names.Check(faults, raw.Source, raw.Certainty)
	if len(raw.Holidays) > maxHolidays {
		faults.Add(raw.Position, "the calendar has %d holidays; at most %d are read", len(raw.Holidays), maxHolidays)
		return Workdays{}
	}
	var h holidays
	for i := range raw.Holidays {
		h.add(faults, &raw.Holidays[i])
	}
	return Workdays{day.NewCalendar(weekend(faults, raw), h.yearly, h.easter, h.single)}
}

// weekdays are the days of the week as a file writes them.
var weekdays = []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

func weekend(faults *source.Faults, raw *source.Calendar) []time.Weekday {
	var out []time.Weekday
	for _, t := range raw.Weekend {
		i := time.Weekday(slices.Index(weekdays, t.Text))
		switch {
		case i < 0:
			faults.Add(t.Position, "%q is no day of the week; use %s", source.Clip(t.Text), strings.Join(weekdays, ", "))
		case slices.Contains(out, i):
			faults.Add(t.Position, "%s stands twice", t.Text)
		default:
			out = append(out, i)
		}
	}
	if len(out) == len(weekdays) {
		faults.Add(raw.Position, "weekend has every day of the week; one at least is worked on")
	}
	return out
}

// holidays are those of a file by how they return.
type holidays struct {
	yearly []day.Yearly
	easter []int
	single []day.Day
}

// add reads one holiday; each stands once.
func (h *holidays) add(faults *source.Faults, raw *source.Holiday) {
	switch {
	case raw.On.Set() == raw.Easter.Set():
		faults.Add(raw.Position, "a holiday has either on or easter")
	case raw.Easter.Set():
		after := faults.Between(raw.Easter, beforeEaster, afterEaster)
		h.easter = once(faults, raw.Easter.Position, h.easter, after)
	case len(raw.On.Text) == len("01-02"):
		h.yearly = once(faults, raw.On.Position, h.yearly, monthDay(faults, raw.On))
	default:
		d, err := day.Parse(raw.On.Text)
		if err != nil {
			faults.Add(raw.On.Position, "%q is no holiday; write MM-DD for every year, e.g. 05-01, or YYYY-MM-DD for one", source.Clip(raw.On.Text))
			return
		}
		h.single = once(faults, raw.On.Position, h.single, d)
	}
}

// once adds what is not there yet.
func once[T comparable](faults *source.Faults, at source.Position, list []T, one T) []T {
	if slices.Contains(list, one) {
		faults.Add(at, "the holiday stands twice")
	}
	return append(list, one)
}
