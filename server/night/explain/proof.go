package explain

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/eile-housing/eile/allocation"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/night/evidence"
	"github.com/eile-housing/eile/store"
	"github.com/eile-housing/eile/store/history"
)

// proof is a run's evidence, read back and joined with who is meant.
type proof struct {
	run     *eilev1.Run
	rounds  []*explained
	homeOf  map[string]string           // unit by application
	holder  map[string]string           // application by unit
	skipped map[string]*eilev1.Run_Skip // by application
	engaged map[string]bool             // applications that had an open offer
}

// explained is one round with what is looked up in it.
type explained struct {
	*evidence.Round
	read    map[string]int32 // place among those read, by application
	class   map[string]int32 // by unit
	pattern map[string]int32 // by suitability
}

func open(ctx context.Context, register *store.Register, id string) (*proof, error) {
	run, err := evidence.Run(ctx, register, id)
	if err != nil {
		return nil, err
	}
	p := &proof{
		run: run, homeOf: map[string]string{}, holder: map[string]string{}, skipped: map[string]*eilev1.Run_Skip{}, engaged: map[string]bool{},
	}
	rounds, err := evidence.Rounds(ctx, register, run)
	if err != nil {
		return nil, err
	}
	for _, round := range rounds {
		p.rounds = append(p.rounds, read(round))
		for _, application := range round.Kept.GetEngaged() {
			p.engaged[application] = true
		}
	}
	matches, err := evidence.Matches(ctx, register, id)
	if err != nil {
		return nil, err
	}
	for _, match := range matches {
		p.homeOf[match.GetApplication()], p.holder[match.GetUnit()] = match.GetUnit(), match.GetApplication()
	}
	skips, err := evidence.Skips(ctx, register, id)
	if err != nil {
		return nil, err
	}
	for _, skip := range skips {
		p.skipped[skip.GetApplication()] = skip
	}
	return p, nil
}

func read(round *evidence.Round) *explained {
	e := &explained{Round: round, read: map[string]int32{}, class: map[string]int32{}, pattern: map[string]int32{}}
	for i, application := range round.Kept.GetRead() {
		e.read[application] = int32(i)
	}
	for i, class := range round.Kept.GetClasses() {
		for _, unit := range class.GetUnits() {
			e.class[unit] = int32(i)
		}
	}
	for i, pattern := range round.Kept.GetPatterns() {
		e.pattern[string(pattern.GetSuitability())] = int32(i)
	}
	return e
}

// units of the round: the homes that it could offer, class after class.
func (e *explained) units() []string {
	var units []string
	for _, class := range e.Kept.GetClasses() {
		units = append(units, class.GetUnits()...)
	}
	return units
}

// round is the one in which it was settled that a household does not get a home:
// the first where it got another one there, else the last that the home was in.
func (p *proof) round(application, unit string) *explained {
	first := p.rounds[0]
	if h, read := first.read[application]; len(p.rounds) == 1 || read && first.seated(h) {
		return first
	}
	if _, released := p.rounds[1].class[unit]; released {
		return p.rounds[1]
	}
	return first
}

func (e *explained) seated(household int32) bool {
	_, found := e.seatOf(household)
	return found
}

func (e *explained) seatOf(household int32) (allocation.Seat, bool) {
	i, found := slices.BinarySearchFunc(e.Seats, household, func(s allocation.Seat, h int32) int { return int(s.Household) - int(h) })
	if !found {
		return allocation.Seat{}, false
	}
	return e.Seats[i], true
}

// unsuitable is the rule that a class does not meet for a pattern; nil: it suits.
func (e *explained) unsuitable(pattern, class int32) *eilev1.Reason {
	for _, unsuitable := range e.Kept.GetPatterns()[pattern].GetUnsuitable() {
		if slices.Contains(unsuitable.GetClasses(), class) {
			return unsuitable.GetReason()
		}
	}
	return nil
}

// ask is the engine asked for one household.
func ask(e *explained, household, class int32) (allocation.Why, bool) {
	for at, why := range e.Instance.Explain(e.Seats, household) {
		if at == class {
			return why, true
		}
	}
	return allocation.Why{}, false
}

// engine says why a household that a round read did not get a home of a class;
// false where it did.
type engine func(e *explained, household, class int32) (allocation.Why, bool)

// answer says, with exactly one reason, why a household did not get a home of
// the run. standing is its placement at the run's revision; why asks the engine.
func (p *proof) answer(standing *eilev1.Placement, unit string, why engine) *eilev1.ExplainRunResponse_PassedOver {
	application := standing.GetReference()
	passed := &eilev1.ExplainRunResponse_PassedOver{Application: application, Unit: unit, Holder: p.holder[unit]}
	switch standing.GetStatus() {
	case eilev1.ApplicationStatus_APPLICATION_STATUS_ON_HOLD, eilev1.ApplicationStatus_APPLICATION_STATUS_SUSPENDED:
		passed.Reason = stood(standing)
		return passed
	default:
	}
	e := p.round(application, unit)
	class := e.class[unit]
	household, read := e.read[application]
	pattern, known := e.pattern[string(standing.GetSuitability())]
	if read {
		pattern, known = e.Kept.GetPattern()[household], true
	}
	var rule *eilev1.Reason
	if known {
		rule = e.unsuitable(pattern, class)
	}
	switch {
	case p.engaged[application]:
		passed.Reason = told("HAS_OPEN_OFFER")
	case slices.Contains(e.Kept.GetClasses()[class].GetBarred(), application):
		passed.Reason = told("ALREADY_OFFERED")
	case rule != nil:
		passed.Reason, passed.Rule = unsuited(rule), rule
	case !read:
		passed.Reason = told(string(allocation.Outranked))
	default:
		p.engineAnswer(passed, e, household, class, why)
	}
	return passed
}

// engineAnswer is the reason of the engine, for a home that suits a household
// which it read.
func (p *proof) engineAnswer(passed *eilev1.ExplainRunResponse_PassedOver, e *explained, household, class int32, why engine) {
	found, passedOver := why(e, household, class)
	reason := found.Reason
	if !passedOver {
		// It has a home of the same class, which is as good.
		reason = allocation.PlacedElsewhere
	}
	passed.Reason = told(string(reason))
	if reason == allocation.PlacedElsewhere || reason == allocation.PreferredOther {
		passed.Instead = p.homeOf[passed.GetApplication()]
	}
}

// hasPlace tells whether an application stood on a list, or at a place that was
// kept for it.
func hasPlace(placement *eilev1.Placement) bool {
	switch placement.GetStatus() {
	case eilev1.ApplicationStatus_APPLICATION_STATUS_ON_HOLD, eilev1.ApplicationStatus_APPLICATION_STATUS_SUSPENDED:
		return placement.GetPlaced()
	default:
		return waits(placement)
	}
}

func waits(placement *eilev1.Placement) bool {
	return placement.GetStatus() == eilev1.ApplicationStatus_APPLICATION_STATUS_WAITING
}

// legal orders placements as the run read them: list after list, then by key.
func (p *proof) legal(a, b *eilev1.Placement) int {
	return cmp.Or(p.rank(a.GetList())-p.rank(b.GetList()), compareKeys(a, b))
}

// senior orders places so.
func (p *proof) senior(a, b history.Senior) int {
	return cmp.Or(p.rank(a.List)-p.rank(b.List), strings.Compare(a.Key, b.Key))
}

// rank is which one of the lists that the run read a list was.
func (p *proof) rank(list string) int { return slices.Index(p.rounds[0].Kept.GetLists(), list) }
