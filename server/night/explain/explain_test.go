package explain_test

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"
	"pgregory.net/rapid"

	"github.com/eile-housing/eile/internal/eiletest"
	"github.com/eile-housing/eile/internal/eiletest/nighttest"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/night/explain"
	"github.com/eile-housing/eile/server/night/market"
	"github.com/eile-housing/eile/store"
)

type (
	answer = eilev1.ExplainRunResponse
	passed = eilev1.ExplainRunResponse_PassedOver
)

func ofUnit(w *nighttest.Nights, run, unit string) *answer {
	w.Helper()
	found, err := explain.Unit(w.Context(), w.Register, run, unit)
	if err != nil {
		w.Fatal(err)
	}
	return found
}

func ofApplication(w *nighttest.Nights, run, application string) *answer {
	w.Helper()
	found, err := explain.Application(w.Context(), w.Register, run, application)
	if err != nil {
		w.Fatal(err)
	}
	return found
}

// What is told of any night is right, and who asks twice gets the same answer,
// whatever happened in between.
func TestAnyAnswer(t *testing.T) {
	nighttest.EachTown(t, func(t *rapid.T, text string) {
		w := nighttest.Drawn(t, text)
		run := w.MustRun()
		answers := everyAnswer(w, run)
		right(t, w, run, answers)
		stir(t, w)
		for key, answer := range everyAnswer(w, run) {
			if !proto.Equal(answer, answers[key]) {
				t.Errorf("%s is explained by\n%v\nand later by\n%v", key, answers[key], answer)
			}
		}
	})
}

// everyAnswer asks about every home and every household of a run.
func everyAnswer(w *nighttest.Nights, run *eilev1.Run) map[string]*answer {
	w.Helper()
	answers := map[string]*answer{}
	for _, unit := range eiletest.All(w.World, store.Units) {
		answers[unit.GetReference()] = ofUnit(w, run.GetId(), unit.GetReference())
	}
	for _, application := range eiletest.All(w.World, store.Applications) {
		answers[application.GetReference()] = ofApplication(w, run.GetId(), application.GetReference())
	}
	return answers
}

// right holds the answers against the register, which is as the run left it.
func right(t *rapid.T, w *nighttest.Nights, run *eilev1.Run, answers map[string]*answer) {
	t.Helper()
	j := newJudge(t, w, run)
	for _, unit := range eiletest.All(w.World, store.Units) {
		got := answers[unit.GetReference()]
		holder := j.holder[unit.GetReference()]
		if got.GetOutcome() != holder && j.manual[unit.GetReference()] == "" {
			t.Errorf("unit %s went to %q, want %q", unit.GetReference(), got.GetOutcome(), holder)
		}
		if holder == "" {
			continue
		}
		var named []string
		for _, passed := range got.GetPassedOver() {
			named = append(named, passed.GetApplication())
			if own := homeOf(answers[passed.GetApplication()], unit.GetReference()); !proto.Equal(own, passed) {
				t.Errorf("unit %s: %v, the household is told %v", unit.GetReference(), passed, own)
			}
		}
		if want := j.before(holder); !slices.Equal(named, want) || got.GetNotListed() != 0 {
			t.Errorf("before the holder %s of unit %s stood %q, want %q", holder, unit.GetReference(), named, want)
		}
	}
	for _, application := range eiletest.All(w.World, store.Applications) {
		j.check(application, answers[application.GetReference()])
	}
}

func homeOf(answer *answer, unit string) *passed {
	at := slices.IndexFunc(answer.GetPassedOver(), func(p *passed) bool { return p.GetUnit() == unit })
	if at < 0 {
		return nil
	}
	return answer.GetPassedOver()[at]
}

// judge knows the matches of a run and finds the reasons by the plainest way.
type judge struct {
	*rapid.T
	w        *nighttest.Nights
	run      string
	home     map[string]string // by application
	holder   map[string]string // by unit
	released map[string]bool   // units of the second round
	first    map[string]bool   // applications that the first round housed
	manual   map[string]string // application by unit, of open manual offers
	engaged  map[string]bool
}

func newJudge(t *rapid.T, w *nighttest.Nights, run *eilev1.Run) *judge {
	t.Helper()
	j := &judge{
		T: t, w: w, run: run.GetId(), home: map[string]string{}, holder: map[string]string{}, released: map[string]bool{},
		first: map[string]bool{}, manual: map[string]string{}, engaged: map[string]bool{},
	}
	matches := w.Matches(run.GetId())
	for _, match := range matches {
		j.home[match.GetApplication()], j.holder[match.GetUnit()] = match.GetUnit(), match.GetApplication()
		j.first[match.GetApplication()] = !match.GetReleased()
	}
	for _, unit := range eiletest.All(w.World, store.Units) {
		// What the first round did not give of a released earmark was left to others.
		holder := j.holder[unit.GetReference()]
		j.released[unit.GetReference()] = unit.GetEarmark() != "" && run.GetRounds() > 1 && (holder == "" || !j.first[holder])
	}
	for _, offer := range eiletest.All(w.World, store.Offers) {
		if offer.GetRun() == "" {
			j.manual[offer.GetUnit()] = offer.GetApplication()
			j.engaged[offer.GetApplication()] = j.engaged[offer.GetApplication()] || offer.GetStatus() == eilev1.OfferStatus_OFFER_STATUS_OPEN
		}
	}
	return j
}

func (j *judge) placement(reference string) (found *eilev1.Placement) {
	j.w.View(func(v *store.View) (err error) {
		found, _, err = store.FindPlacement(v, reference)
		return err
	})
	return found
}

// hasPlace tells whether an application stands on a list, or at a place that is
// kept for it.
func hasPlace(place *eilev1.Placement) bool {
	switch place.GetStatus() {
	case eilev1.ApplicationStatus_APPLICATION_STATUS_ON_HOLD, eilev1.ApplicationStatus_APPLICATION_STATUS_SUSPENDED:
		return place.GetPlaced()
	default:
		return place.GetStatus() == eilev1.ApplicationStatus_APPLICATION_STATUS_WAITING
	}
}

// before are those who stood before a household, in legal order.
func (j *judge) before(holder string) []string {
	var seniors []*eilev1.Placement
	lists := j.w.InForce().Policy.Lists
	legal := func(a, b *eilev1.Placement) int {
		if a.GetList() != b.GetList() {
			return slices.Index(lists, a.GetList()) - slices.Index(lists, b.GetList())
		}
		return cmp.Or(bytes.Compare(a.GetOrderKey(), b.GetOrderKey()), strings.Compare(a.GetReference(), b.GetReference()))
	}
	for _, application := range eiletest.All(j.w.World, store.Applications) {
		if place := j.placement(application.GetReference()); hasPlace(place) && legal(place, j.placement(holder)) < 0 {
			seniors = append(seniors, place)
		}
	}
	slices.SortFunc(seniors, legal)
	var names []string
	for _, senior := range seniors {
		names = append(names, senior.GetReference())
	}
	return names
}

// check holds what a household is told against what can be known without the
// engine.
func (j *judge) check(application *eilev1.Application, got *answer) {
	reference := application.GetReference()
	if !hasPlace(j.placement(reference)) {
		if len(got.GetPassedOver()) != 0 || got.GetReason() == nil {
			j.Errorf("application %s has no place and is told %v", reference, got)
		}
		return
	}
	if got.GetOutcome() != j.home[reference] || (got.GetOutcome() == "") != (got.GetReason() != nil) {
		j.Errorf("application %s got %q: %v", reference, j.home[reference], got)
	}
	told := map[string]int{}
	for _, passed := range got.GetPassedOver() {
		told[passed.GetUnit()]++
		want := j.codes(application, passed.GetUnit())
		if !slices.Contains(want, passed.GetReason().GetCode()) || eiletest.Says("en", passed.GetReason()) == "" {
			j.Errorf("application %s did not get unit %s for %v, want %q", reference, passed.GetUnit(), passed, want)
		}
		elsewhere := slices.Contains([]string{"PREFERRED_OTHER", "PLACED_ELSEWHERE"}, passed.GetReason().GetCode())
		if elsewhere && (passed.GetInstead() == "" || passed.GetInstead() != j.home[reference]) || !elsewhere && passed.GetInstead() != "" {
			j.Errorf("application %s got %q: %v", reference, j.home[reference], passed)
		}
		if (passed.GetReason().GetCode() == "NOT_SUITABLE") != (passed.GetRule() != nil) {
			j.Errorf("the rule is missing: %v", passed)
		}
	}
	for unit, times := range told {
		if times != 1 || unit == got.GetOutcome() {
			j.Errorf("application %s is told %d reasons for unit %s", reference, times, unit)
		}
	}
}

// codes that may be told of a household and a home.
func (j *judge) codes(application *eilev1.Application, unit string) []string {
	home := eiletest.Read(j.w.World, store.Units, unit)
	codes := j.ofRun(application, home)
	if j.manual[unit] != "" && j.holder[unit] == "" {
		codes = append(codes, "MANUAL_OFFER")
	}
	if holder := j.holder[unit]; holder != "" && codes[0] == "NOT_SUITABLE" && !slices.Contains(j.before(holder), application.GetReference()) {
		// The engine need not have come to one who stands behind the holder.
		codes = append(codes, "OUTRANKED")
	}
	return codes
}

func (j *judge) ofRun(application *eilev1.Application, home *eilev1.Unit) []string {
	reference := application.GetReference()
	switch application.GetStatus() {
	case eilev1.ApplicationStatus_APPLICATION_STATUS_ON_HOLD:
		return []string{"ON_HOLD"}
	case eilev1.ApplicationStatus_APPLICATION_STATUS_SUSPENDED:
		return []string{"SUSPENDED"}
	default: // it may still be engaged, or wait
	}
	if j.engaged[reference] {
		return []string{"HAS_OPEN_OFFER"}
	}
	barred := ""
	j.w.View(func(v *store.View) (err error) {
		barred, err = store.Barred(v, reference, home.GetReference())
		return err
	})
	if barred != "" {
		return []string{"ALREADY_OFFERED"}
	}
	if j.released[home.GetReference()] && !j.first[reference] {
		home = proto.CloneOf(home)
		home.Earmark = ""
	}
	if len(market.Against(j.w.InForce().Evaluator, j.w.Today, application, home, false)) > 0 {
		return []string{"NOT_SUITABLE"}
	}
	if j.home[reference] != "" {
		return []string{"PREFERRED_OTHER", "PLACED_ELSEWHERE", "OUTRANKED", "RESERVED"}
	}
	return []string{"OUTRANKED", "RESERVED"}
}

// stir changes facts of all kinds after the run.
func stir(t *rapid.T, w *nighttest.Nights) {
	w.Today++
	for i, known := range eiletest.All(w.World, store.Applications) {
		reference := known.GetReference()
		if known.GetStatus() != eilev1.ApplicationStatus_APPLICATION_STATUS_WAITING {
			continue
		}
		switch i % 4 {
		case 0:
			w.Amend(reference, "rooms=1", "big=true", "points=9")
		case 1:
			w.Suspend(reference)
		case 2:
			w.Withdraw(reference)
		}
	}
	for _, unit := range eiletest.All(w.World, store.Units) {
		w.Mend(unit.GetReference(), fmt.Sprintf("rooms=%d", rapid.IntRange(1, 3).Draw(t, "rooms")))
	}
	w.MustRun()
}
