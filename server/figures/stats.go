package figures

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/eile-housing/eile/policy/day"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/store"
	"github.com/eile-housing/eile/store/past"
)

// Period is from the start of its first day to the end of its last.
type Period struct {
	from, to   day.Day
	start, end time.Time
}

// NewPeriod is the time between two days of a zone; the zero Time is before
// everything, and so is the start where no first day is given.
func NewPeriod(from, to day.Day, open bool, zone *time.Location) Period {
	p := Period{from: from, to: to, end: midnight(to+1, zone).Add(-time.Microsecond)}
	if !open {
		p.start = midnight(from, zone)
	}
	return p
}

func midnight(on day.Day, zone *time.Location) time.Time {
	return time.Date(on.Year(), on.Month(), on.Day(), 0, 0, 0, 0, zone)
}

// Stats counts the lists, the homes and the offers of a period. It costs time in
// proportion to the history.
func Stats(v *store.View, p Period, now time.Time) (*eilev1.GetStatsResponse, error) {
	answer := &eilev1.GetStatsResponse{From: p.from.Proto(), To: p.to.Proto()}
	if err := lists(v, p, answer); err != nil {
		return nil, err
	}
	if err := homes(v, p, now, answer); err != nil {
		return nil, err
	}
	return answer, offersIn(v, p, answer)
}

// flow counts what came to and went from one list. Opening and closing are
// counted by who is there, not by adding, so that the equation is a check.
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

// add counts one change of a placement.
func (f flows) add(p Period, at time.Time, before, after *eilev1.Placement) {
	was, is := waits(before), waits(after)
	switch {
	case at.Before(p.start):
		if was {
			f.at(before.GetList()).opening--
		}
		if is {
			f.at(after.GetList()).opening++
		}
	case was && is && before.GetList() != after.GetList():
		f.at(before.GetList()).left["ANOTHER_LIST"]++
		f.at(after.GetList()).came["ANOTHER_LIST"]++
	case is && !was:
		f.at(after.GetList()).came[cameBy(before)]++
	case was && !is:
		f.at(before.GetList()).left[casework.Name(after.GetStatus())]++
	}
}

// lists replays the placements.
func lists(v *store.View, p Period, answer *eilev1.GetStatsResponse) error {
	all := flows{}
	last := map[string]*eilev1.Placement{}
	for moved, err := range v.Placements(p.end) {
		if err != nil {
			return err
		}
		reference := moved.After.GetReference()
		all.add(p, moved.At, last[reference], moved.After)
		last[reference] = moved.After
	}
	statuses := map[string]int32{}
	for _, placement := range last {
		statuses[casework.Name(placement.GetStatus())]++
		if waits(placement) {
			all.at(placement.GetList()).closing++
			answer.Waiting++
		}
		if housed := day.Day(placement.GetHousedOn()); housed != 0 && housed >= p.from && housed <= p.to {
			answer.Lettings++
		}
	}
	for _, list := range slices.Sorted(maps.Keys(all)) {
		f := all[list]
		answer.Lists = append(answer.Lists, &eilev1.ListFlow{
			List: list, Opening: f.opening, Came: counts(f.came), Left: counts(f.left), Closing: f.closing,
		})
	}
	answer.ApplicationsByStatus = counts(statuses)
	return nil
}

// cameBy says how somebody came onto a list: new, or back from another status.
func cameBy(before *eilev1.Placement) string {
	if before == nil {
		return "REGISTERED"
	}
	return "FROM_" + casework.Name(before.GetStatus())
}

func counts(of map[string]int32) []*eilev1.Count {
	var all []*eilev1.Count
	for _, name := range slices.Sorted(maps.Keys(of)) {
		all = append(all, &eilev1.Count{Name: name, Count: of[name]})
	}
	return all
}

// stock is the homes of a period, and how long they stood vacant.
type stock struct {
	period Period
	flow   *flow
	last   map[string]past.UnitMoved
	vacant time.Duration
}

// stood adds the time for which a home was as it became at a moment.
func (s *stock) stood(from past.UnitMoved, until time.Time) {
	if from.After.GetStatus() != eilev1.UnitStatus_UNIT_STATUS_VACANT || !counted(from.After) {
		return
	}
	begin := from.At
	if begin.Before(s.period.start) {
		begin = s.period.start
	}
	s.vacant += max(0, until.Sub(begin))
}

// add counts one change of a home.
func (s *stock) add(moved past.UnitMoved) {
	before, known := s.last[moved.After.GetReference()]
	s.last[moved.After.GetReference()] = moved
	if known {
		s.stood(before, moved.At)
	}
	was, is := known && counted(before.After), counted(moved.After)
	switch {
	case moved.At.Before(s.period.start):
		s.flow.opening += number(is) - number(was)
	case is && !was:
		s.flow.came[joinedBy(before.After)]++
	case was && !is:
		s.flow.left[leftBy(moved.After)]++
	}
}

// homes replays the states of the homes and adds up the days that they stood
// vacant, until now at most.
func homes(v *store.View, p Period, now time.Time, answer *eilev1.GetStatsResponse) error {
	s := &stock{period: p, flow: newFlow(), last: map[string]past.UnitMoved{}}
	for moved, err := range v.UnitStates(p.end) {
		if err != nil {
			return err
		}
		s.add(moved)
	}
	until := p.end
	if now.Before(until) {
		until = now
	}
	statuses, conditions := map[string]int32{}, map[string]int32{}
	for _, end := range s.last {
		s.stood(end, until)
		if !counted(end.After) {
			continue
		}
		s.flow.closing++
		statuses[casework.Name(end.After.GetStatus())]++
		conditions[casework.Name(end.After.GetCondition())]++
	}
	answer.Units = &eilev1.UnitFlow{Opening: s.flow.opening, Came: counts(s.flow.came), Left: counts(s.flow.left), Closing: s.flow.closing}
	answer.UnitsByStatus, answer.UnitsByCondition = counts(statuses), counts(conditions)
	answer.Flagged = conditions["FLAGGED"]
	answer.VacancyDays = int32(s.vacant / (24 * time.Hour))
	return nil
}

// counted tells whether a home is part of the stock.
func counted(state *eilev1.UnitChange_UnitState) bool {
	return state.GetStatus() != eilev1.UnitStatus_UNIT_STATUS_DECOMMISSIONED && !state.GetLeftStock()
}

// joinedBy says how a home came into the stock: new, or back with a lease that
// goes on after all.
func joinedBy(before *eilev1.UnitChange_UnitState) string {
	if before.GetLeftStock() {
		return "LEASE_PROLONGED"
	}
	return "REGISTERED"
}

// leftBy says how a home left the stock.
func leftBy(after *eilev1.UnitChange_UnitState) string {
	if after.GetLeftStock() {
		return "LEASE_ENDED"
	}
	return casework.Name(after.GetStatus())
}

func number(yes bool) int32 {
	if yes {
		return 1
	}
	return 0
}

// offersIn counts the offers made and the refusals given in the period.
func offersIn(v *store.View, p Period, answer *eilev1.GetStatsResponse) error {
	refusals := map[string]int32{}
	for entry, err := range store.Offers.All(v, "", "") {
		if err != nil {
			return err
		}
		offer := entry.Record
		if made := offer.GetCreatedAt().AsTime(); !made.Before(p.start) && !made.After(p.end) {
			answer.Offers++
		}
		on, ok, err := day.FromProto(offer.GetAnsweredOn())
		if err != nil || !ok || on < p.from || on > p.to {
			continue
		}
		switch offer.GetStatus() {
		case eilev1.OfferStatus_OFFER_STATUS_REFUSED:
			refusals[cmp.Or(offer.GetRefusalReason(), "UNSTATED")]++
		case eilev1.OfferStatus_OFFER_STATUS_NO_SHOW:
			refusals["NO_SHOW"]++
		}
	}
	answer.Refusals = counts(refusals)
	return nil
}
