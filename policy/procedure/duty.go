package procedure

import (
	"strconv"
	"strings"

	"github.com/eile-housing/eile/policy/day"
	"github.com/eile-housing/eile/policy/source"
)

// Duty is what applicants must do every year.
type Duty struct {
	source.Entry
	// Settles is the attribute that holds the year for which it was last done; may be empty.
	Settles  string
	due      day.Yearly
	extended day.Yearly
}

// Next returns the next last day on or after a day, and the last day with an important reason,
// which is the same where there is no extension.
func (d *Duty) Next(on day.Day) (due, extended day.Day) {
	year := on.Year()
	if due = d.due.In(year); due < on {
		year++
		due = d.due.In(year)
	}
	if d.extended == (day.Yearly{}) {
		return due, due
	}
	return due, d.extended.In(year)
}

// Duties reads the yearly duties; year says whether an application has an attribute of a name that
// may hold the year for which one was last done.
func Duties(faults *source.Faults, raw []source.Duty, names source.Names, year func(name string) bool) []Duty {
	var out []Duty
	for i := range raw {
		r := &raw[i]
		if !source.IsReasonCode(r.Code.Text) {
			faults.Add(r.Code.Position, "%q is no code of a duty; use A-Z, 0-9 and _, a letter first, at most 64", source.Clip(r.Code.Text))
		}
		names.Check(faults, r.Source, source.Text{})
		d := Duty{Entry: source.EntryOf(r.Code, r.Title), Settles: r.Settles.Text, due: monthDay(faults, r.Due), extended: monthDay(faults, r.Extended)}
		if r.Settles.Set() && !year(d.Settles) {
			faults.Add(r.Settles.Position, "%q is no attribute of type int", source.Clip(d.Settles))
		}
		out = append(out, d)
	}
	return out
}

// monthDay reads MM-DD, a day that every year has.
func monthDay(faults *source.Faults, t source.Text) day.Yearly {
	if !t.Set() {
		return day.Yearly{}
	}
	month, dayOfMonth, ok := strings.Cut(t.Text, "-")
	m, errM := strconv.Atoi(month)
	d, errD := strconv.Atoi(dayOfMonth)
	if _, err := day.Parse("2001-" + t.Text); !ok || err != nil || errM != nil || errD != nil {
		faults.Add(t.Position, "%q is no day of every year; write MM-DD, e.g. 05-01", source.Clip(t.Text))
	}
	return day.Yearly{Month: m, Day: d}
}
