package server

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"github.com/eile-housing/eile/policy/day"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store"
)

type stats struct {
	eilev1.UnimplementedStatsServiceServer
	*Server
}

// period is from the start of its first day to the end of its last.
type period struct {
	from, to   day.Day
	start, end time.Time
}

func (s *Server) period(req *eilev1.GetStatsRequest) (period, error) {
	in, err := s.inForce()
	if err != nil {
		return period{}, err
	}
	today := day.Of(s.Now(), in.policy.Location())
	p := period{to: today}
	from, hasFrom, err := day.FromProto(req.GetFrom())
	if err != nil {
		return p, wrong("from", "%v", err)
	}
	if to, ok, err := day.FromProto(req.GetTo()); err != nil {
		return p, wrong("to", "%v", err)
	} else if ok {
		p.to = to
	}
	if hasFrom {
		p.from = from
		p.start = midnight(from, in.policy.Location())
	}
	if p.to < p.from {
		return p, wrong("to", "%s is before %s", p.to, p.from)
	}
	p.end = midnight(p.to+1, in.policy.Location()).Add(-time.Microsecond)
	return p, nil
}

func midnight(on day.Day, zone *time.Location) time.Time {
	return time.Date(on.Year(), on.Month(), on.Day(), 0, 0, 0, 0, zone)
}

// flow counts what came to and went from one list. Opening and closing are
// counted by who is there, not by adding, so that the equation is a check.
type flow struct {
	opening, closing int32
	came, left       map[string]int32
}

func newFlow() *flow { return &flow{came: map[string]int32{}, left: map[string]int32{}} }

func (s *stats) GetStats(ctx context.Context, req *eilev1.GetStatsRequest) (*eilev1.GetStatsResponse, error) {
	p, err := s.period(req)
	if err != nil {
		return nil, err
	}
	answer := &eilev1.GetStatsResponse{From: p.from.Proto(), To: p.to.Proto()}
	err = s.register.View(ctx, func(v *store.View) error {
		if err := s.lists(v, p, answer); err != nil {
			return err
		}
		if err := s.homes(v, p, answer); err != nil {
			return err
		}
		return offersIn(v, p, answer)
	})
	return answer, err
}

// lists replays the placements.
func (s *stats) lists(v *store.View, p period, answer *eilev1.GetStatsResponse) error {
	flows := map[string]*flow{}
	last := map[string]*eilev1.Placement{}
	at := func(list string) *flow {
		if flows[list] == nil {
			flows[list] = newFlow()
		}
		return flows[list]
	}
	for moved, err := range v.Placements(p.end) {
		if err != nil {
			return err
		}
		before, after := last[moved.After.GetReference()], moved.After
		last[after.GetReference()] = after
		was, is := waits(before), waits(after)
		switch {
		case moved.At.Before(p.start):
			if was {
				at(before.GetList()).opening--
			}
			if is {
				at(after.GetList()).opening++
			}
		case was && is && before.GetList() != after.GetList():
			at(before.GetList()).left["ANOTHER_LIST"]++
			at(after.GetList()).came["ANOTHER_LIST"]++
		case is && !was:
			at(after.GetList()).came[cameBy(before)]++
		case was && !is:
			at(before.GetList()).left[statusText(after.GetStatus())]++
		}
	}
	statuses := map[string]int32{}
	for _, placement := range last {
		statuses[statusText(placement.GetStatus())]++
		if waits(placement) {
			at(placement.GetList()).closing++
			answer.Waiting++
		}
		if housed := day.Day(placement.GetHousedOn()); housed != 0 && housed >= p.from && housed <= p.to {
			answer.Lettings++
		}
	}
	for _, list := range slices.Sorted(maps.Keys(flows)) {
		f := flows[list]
		answer.Lists = append(answer.Lists, &eilev1.ListFlow{
			List: list, Opening: f.opening, Came: counts(f.came), Left: counts(f.left), Closing: f.closing,
		})
	}
	answer.ApplicationsByStatus = counts(statuses)
	return nil
}

func waits(placement *eilev1.Placement) bool {
	return placement.GetStatus() == eilev1.ApplicationStatus_APPLICATION_STATUS_WAITING
}

// cameBy says how somebody came onto a list: new, or back from another status.
func cameBy(before *eilev1.Placement) string {
	if before == nil {
		return "REGISTERED"
	}
	return "FROM_" + statusText(before.GetStatus())
}

func counts(of map[string]int32) []*eilev1.Count {
	var all []*eilev1.Count
	for _, name := range slices.Sorted(maps.Keys(of)) {
		all = append(all, &eilev1.Count{Name: name, Count: of[name]})
	}
	return all
}

// homes replays the states of the homes and adds up the days that they stood
// vacant.
func (s *stats) homes(v *store.View, p period, answer *eilev1.GetStatsResponse) error {
	f := newFlow()
	last := map[string]store.UnitMoved{}
	var vacant time.Duration
	stood := func(from store.UnitMoved, until time.Time) {
		if from.After.GetStatus() == eilev1.UnitStatus_UNIT_STATUS_VACANT && counted(from.After) {
			begin := from.At
			if begin.Before(p.start) {
				begin = p.start
			}
			vacant += max(0, until.Sub(begin))
		}
	}
	for moved, err := range v.UnitStates(p.end) {
		if err != nil {
			return err
		}
		before, known := last[moved.After.GetReference()]
		last[moved.After.GetReference()] = moved
		if known {
			stood(before, moved.At)
		}
		was, is := known && counted(before.After), counted(moved.After)
		switch {
		case moved.At.Before(p.start):
			f.opening += number(is) - number(was)
		case is && !was:
			f.came[joinedBy(before.After)]++
		case was && !is:
			f.left[leftBy(moved.After)]++
		}
	}
	until := p.end
	if now := s.Now(); now.Before(until) {
		until = now
	}
	statuses, conditions := map[string]int32{}, map[string]int32{}
	for _, end := range last {
		stood(end, until)
		if !counted(end.After) {
			continue
		}
		f.closing++
		statuses[unitText(end.After.GetStatus())]++
		conditions[conditionText(end.After.GetCondition())]++
	}
	answer.Units = &eilev1.UnitFlow{Opening: f.opening, Came: counts(f.came), Left: counts(f.left), Closing: f.closing}
	answer.UnitsByStatus, answer.UnitsByCondition = counts(statuses), counts(conditions)
	answer.Flagged = conditions["FLAGGED"]
	answer.VacancyDays = int32(vacant / (24 * time.Hour))
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
	return unitText(after.GetStatus())
}

func number(yes bool) int32 {
	if yes {
		return 1
	}
	return 0
}

// offersIn counts the offers made and the refusals given in the period.
func offersIn(v *store.View, p period, answer *eilev1.GetStatsResponse) error {
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
