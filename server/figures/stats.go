package figures

import (
	"cmp"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/eile-housing/eile/policy/day"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/proto/spell"
	"github.com/eile-housing/eile/store"
	"github.com/eile-housing/eile/store/history"
	"github.com/eile-housing/eile/store/history/layer"
)

// Period is from the start of its first day to the end of its last.
type Period struct {
	from, to   day.Day
	start, end time.Time
}

// farAhead is after everything that ever happened.
var farAhead = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)

// NewPeriod is the time between two days of a zone; the zero Time is before
// everything, and so is the start where no first day is given.
func NewPeriod(from, to day.Day, open bool, zone *time.Location) Period {
	p := Period{from: from, to: to, end: to.End(zone)}
	if !open {
		p.start = from.Start(zone)
	}
	return p
}

// Stats counts the lists, the homes and the offers of a period. It costs time in
// proportion to the homes.
func Stats(v *store.View, p Period, now time.Time) (answer *eilev1.GetStatsResponse, err error) {
	err = v.Past(p.start.Add(-time.Microsecond), func(start *history.Past) error {
		return v.Past(p.end, func(end *history.Past) error {
			answer = &eilev1.GetStatsResponse{From: p.from.Proto(), To: p.to.Proto()}
			lists(p, start.Sums(), end.Sums(), answer)
			return errors.Join(homes(p, start, end, now, answer), offers(start, end, answer))
		})
	})
	if err != nil {
		return nil, err
	}
	return answer, refusals(v, p, answer)
}

// flow counts what came to and went from one list, or the stock of homes. Opening
// and closing are counted by who is there, not by adding, so that the equation is a
// check.
type flow struct {
	opening, closing int32
	came, left       map[string]int32
}

func newFlow() *flow { return &flow{came: map[string]int32{}, left: map[string]int32{}} }

// flows are those of all lists.
type flows map[string]*flow

func (f flows) at(list string) *flow {
	if f[list] == nil {
		f[list] = newFlow()
	}
	return f[list]
}

// lists tells what the sums of two moments say of the lists between them.
func lists(p Period, start, end layer.Sums, answer *eilev1.GetStatsResponse) {
	all, statuses := flows{}, map[string]int32{}
	for sum, n := range start {
		if sum.Kind == layer.Waiting {
			all.at(sum.List).opening += int32(n)
		}
	}
	for sum, n := range end {
		switch sum.Kind {
		case layer.Waiting:
			all.at(sum.List).closing += int32(n)
			answer.Waiting += int32(n)
		case layer.InStatus:
			statuses[spell.Name(eilev1.ApplicationStatus(sum.Number))] = int32(n)
		case layer.Housed:
			if housed := day.Day(sum.Number); housed >= p.from && housed <= p.to {
				answer.Lettings += int32(n)
			}
		case layer.Came, layer.Left:
			all.at(sum.List) // somebody waited there at some time
		default: // of homes
		}
	}
	for sum, n := range end.Since(start) {
		switch sum.Kind {
		case layer.Came:
			all.at(sum.List).came[cameBy(sum.Number)] = int32(n)
		case layer.Left:
			all.at(sum.List).left[wentBy(sum.Number)] = int32(n)
		default: // of what is there, and of homes
		}
	}
	for _, list := range slices.Sorted(maps.Keys(all)) {
		f := all[list]
		answer.Lists = append(answer.Lists, &eilev1.ListFlow{
			List: list, Opening: f.opening, Came: counts(f.came), Left: counts(f.left), Closing: f.closing,
		})
	}
	answer.ApplicationsByStatus = counts(statuses)
}

// cameBy says how somebody came onto a list: new, from another list, or back from
// another status.
func cameBy(from int32) string {
	switch from {
	case layer.FromNone:
		return "REGISTERED"
	case layer.FromList:
		return "ANOTHER_LIST"
	}
	return "FROM_" + spell.Name(eilev1.ApplicationStatus(from))
}

func wentBy(to int32) string {
	if to == layer.FromList {
		return "ANOTHER_LIST"
	}
	return spell.Name(eilev1.ApplicationStatus(to))
}

func counts(of map[string]int32) []*eilev1.Count {
	var all []*eilev1.Count
	for _, name := range slices.Sorted(maps.Keys(of)) {
		all = append(all, &eilev1.Count{Name: name, Count: of[name]})
	}
	return all
}

// homes tells what two moments say of the homes between them, and adds up the days
// that homes stood vacant, until now at most.
func homes(p Period, start, end *history.Past, now time.Time, answer *eilev1.GetStatsResponse) error {
	stock := newFlow()
	for sum, n := range end.Sums().Since(start.Sums()) {
		switch sum.Kind {
		case layer.HomesCame:
			stock.came[joinedBy(sum.Number)] = int32(n)
		case layer.HomesLeft:
			stock.left[leftBy(sum.Number)] = int32(n)
		default: // of households, and how long homes were vacant
		}
	}
	vacant := time.Duration(end.Sums().Since(start.Sums())[layer.Sum{Kind: layer.VacantFor}]) * time.Microsecond
	before := map[string]layer.Home{}
	for home, err := range start.Homes() {
		if err != nil {
			return err
		}
		stock.opening += number(home.Counted())
		before[home.Reference] = home
	}
	until := p.end
	if now.Before(until) {
		until = now
	}
	statuses, conditions := map[string]int32{}, map[string]int32{}
	for home, err := range end.Homes() {
		if err != nil {
			return err
		}
		// What was over in the period counts from its beginning only; what goes on is
		// not in the sums.
		if was, known := before[home.Reference]; known && was.Vacant() && !was.Since.Equal(home.Since) {
			vacant -= p.start.Sub(was.Since)
		}
		if !home.Counted() {
			continue
		}
		stock.closing++
		statuses[spell.Name(home.Status)]++
		conditions[spell.Name(home.Condition)]++
		if home.Vacant() {
			vacant += max(0, until.Sub(later(home.Since, p.start)))
		}
	}
	answer.Units = &eilev1.UnitFlow{Opening: stock.opening, Came: counts(stock.came), Left: counts(stock.left), Closing: stock.closing}
	answer.UnitsByStatus, answer.UnitsByCondition = counts(statuses), counts(conditions)
	answer.Flagged = conditions["FLAGGED"]
	answer.VacancyDays = int32(vacant / (24 * time.Hour))
	return nil
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// joinedBy says how a home came into the stock: new, or back with a lease that
// goes on after all.
func joinedBy(prolonged int32) string {
	if prolonged != 0 {
		return "LEASE_PROLONGED"
	}
	return "REGISTERED"
}

// leftBy says how a home left the stock.
func leftBy(to int32) string {
	if to == layer.LeaseOver {
		return "LEASE_ENDED"
	}
	return spell.Name(eilev1.UnitStatus(to))
}

func number(yes bool) int32 {
	if yes {
		return 1
	}
	return 0
}

// offers counts those that were made between two moments.
func offers(start, end *history.Past, answer *eilev1.GetStatsResponse) error {
	before, err := start.Offers()
	if err != nil {
		return err
	}
	until, err := end.Offers()
	made := layer.Sum{Kind: layer.Offered}
	answer.Offers = int32(until[made] - before[made])
	return err
}

// refusals counts those given on the days of a period, whenever they were noted.
func refusals(v *store.View, p Period, answer *eilev1.GetStatsResponse) error {
	return v.Past(farAhead, func(all *history.Past) error {
		sums, err := all.Offers()
		reasons := map[string]int32{}
		for sum, n := range sums {
			if on := day.Day(sum.Number); on < p.from || on > p.to {
				continue
			}
			switch sum.Kind {
			case layer.Refused:
				reasons[cmp.Or(sum.Class, "UNSTATED")] += int32(n)
			case layer.Missed:
				reasons["NO_SHOW"] += int32(n)
			default: // no refusal
			}
		}
		answer.Refusals = counts(reasons)
		return err
	})
}
