package figures_test

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/eile-housing/eile/policy/day"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/proto/spell"
	"github.com/eile-housing/eile/store"
	"github.com/eile-housing/eile/store/kv"
	"github.com/eile-housing/eile/store/past"
)

// replay is a period as a replay of the whole history shows it.
type replay struct {
	from, to   day.Day
	start, end time.Time
	now        time.Time
}

func (r replay) stats(c *city) *eilev1.GetStatsResponse {
	answer := &eilev1.GetStatsResponse{From: r.from.Proto(), To: r.to.Proto(), Units: &eilev1.UnitFlow{}}
	err := c.db.View(c.Context(), func(reader kv.Reader) error {
		if err := r.lists(reader, answer); err != nil {
			return err
		}
		return r.homes(reader, answer)
	})
	if err != nil {
		c.Fatal(err)
	}
	c.view(func(v *store.View) error { return r.offers(v, answer) })
	return answer
}

func (r replay) lists(reader kv.Reader, answer *eilev1.GetStatsResponse) error {
	now := map[string]*eilev1.Placement{}
	opening, closing, came, left := map[string]int32{}, map[string]int32{}, map[string]map[string]int32{}, map[string]map[string]int32{}
	waits := func(p *eilev1.Placement) bool {
		return p.GetStatus() == eilev1.ApplicationStatus_APPLICATION_STATUS_WAITING
	}
	note := func(of map[string]map[string]int32, list, how string, at time.Time) {
		if of[list] == nil {
			of[list] = map[string]int32{}
		}
		if !at.Before(r.start) {
			of[list][how]++
		}
	}
	for moved, err := range past.Placements(reader, r.end) {
		if err != nil {
			return err
		}
		before, after := now[moved.After.GetReference()], moved.After
		now[after.GetReference()] = after
		another := waits(before) && waits(after) && before.GetList() != after.GetList()
		if waits(after) && (!waits(before) || another) {
			how := "FROM_" + spell.Name(before.GetStatus())
			if before == nil {
				how = "REGISTERED"
			}
			if another {
				how = "ANOTHER_LIST"
			}
			note(came, after.GetList(), how, moved.At)
		}
		if waits(before) && (!waits(after) || another) {
			how := spell.Name(after.GetStatus())
			if another {
				how = "ANOTHER_LIST"
			}
			note(left, before.GetList(), how, moved.At)
		}
		if moved.At.Before(r.start) {
			opening[after.GetList()] += one(waits(after))
			opening[before.GetList()] -= one(waits(before))
		}
	}
	statuses := map[string]int32{}
	for _, p := range now {
		statuses[spell.Name(p.GetStatus())]++
		closing[p.GetList()] += one(waits(p))
		answer.Waiting += one(waits(p))
		answer.Lettings += one(p.GetHousedOn() != 0 && day.Day(p.GetHousedOn()) >= r.from && day.Day(p.GetHousedOn()) <= r.to)
	}
	for _, list := range slices.Sorted(maps.Keys(came)) {
		answer.Lists = append(answer.Lists, &eilev1.ListFlow{
			List: list, Opening: opening[list], Came: listed(came[list]), Left: listed(left[list]), Closing: closing[list],
		})
	}
	answer.ApplicationsByStatus = listed(statuses)
	return nil
}

func one(yes bool) int32 {
	if yes {
		return 1
	}
	return 0
}

func listed(of map[string]int32) (all []*eilev1.Count) {
	for _, name := range slices.Sorted(maps.Keys(of)) {
		all = append(all, &eilev1.Count{Name: name, Count: of[name]})
	}
	return all
}

func (r replay) homes(reader kv.Reader, answer *eilev1.GetStatsResponse) error {
	type state = eilev1.UnitChange_UnitState
	counted := func(s *state) bool {
		return s != nil && s.GetStatus() != eilev1.UnitStatus_UNIT_STATUS_DECOMMISSIONED && !s.GetLeftStock()
	}
	now, since, vacant := map[string]*state{}, map[string]time.Time{}, time.Duration(0)
	came, left := map[string]int32{}, map[string]int32{}
	stood := func(home string, until time.Time) {
		from := since[home]
		if from.Before(r.start) {
			from = r.start
		}
		if s := now[home]; counted(s) && s.GetStatus() == eilev1.UnitStatus_UNIT_STATUS_VACANT && until.After(from) {
			vacant += until.Sub(from)
		}
	}
	for moved, err := range past.UnitStates(reader, r.end) {
		if err != nil {
			return err
		}
		home, within := moved.After.GetReference(), one(!moved.At.Before(r.start))
		stood(home, moved.At)
		before := now[home]
		now[home], since[home] = moved.After, moved.At
		if within == 0 {
			answer.Units.Opening += one(counted(moved.After)) - one(counted(before))
			continue
		}
		switch was, is := counted(before), counted(moved.After); {
		case is && !was && before.GetLeftStock():
			came["LEASE_PROLONGED"]++
		case is && !was:
			came["REGISTERED"]++
		case was && !is && moved.After.GetLeftStock():
			left["LEASE_ENDED"]++
		case was && !is:
			left[spell.Name(moved.After.GetStatus())]++
		}
	}
	until := r.end
	if r.now.Before(until) {
		until = r.now
	}
	statuses, conditions := map[string]int32{}, map[string]int32{}
	for home, s := range now {
		stood(home, until)
		if counted(s) {
			answer.Units.Closing++
			statuses[spell.Name(s.GetStatus())]++
			conditions[spell.Name(s.GetCondition())]++
		}
	}
	answer.Units.Came, answer.Units.Left = listed(came), listed(left)
	answer.UnitsByStatus, answer.UnitsByCondition = listed(statuses), listed(conditions)
	answer.Flagged, answer.VacancyDays = conditions["FLAGGED"], int32(vacant/(24*time.Hour))
	return nil
}

func (r replay) offers(v *store.View, answer *eilev1.GetStatsResponse) error {
	refusals := map[string]int32{}
	for entry, err := range store.Offers.All(v, "", "") {
		if err != nil {
			return err
		}
		made := entry.Record.GetCreatedAt().AsTime()
		answer.Offers += one(!made.Before(r.start) && !made.After(r.end))
		on, ok, err := day.FromProto(entry.Record.GetAnsweredOn())
		if err != nil || !ok || on < r.from || on > r.to {
			continue
		}
		switch entry.Record.GetStatus() {
		case eilev1.OfferStatus_OFFER_STATUS_REFUSED:
			refusals[cmp.Or(entry.Record.GetRefusalReason(), "UNSTATED")]++
		case eilev1.OfferStatus_OFFER_STATUS_NO_SHOW:
			refusals["NO_SHOW"]++
		default: // no refusal
		}
	}
	answer.Refusals = listed(refusals)
	return nil
}
