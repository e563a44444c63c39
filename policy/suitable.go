package policy

import (
	"slices"

	"github.com/eile-housing/eile/policy/day"
	"github.com/eile-housing/eile/policy/fact"
	"github.com/eile-housing/eile/policy/rule"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// Suitable says whether a home may be offered to a household under the suitability rules and the
// earmark, and every reason why not. A fact that a rule needs and that is not known makes the home
// unsuitable, with the fact named. A home whose earmark is released counts as kept: for the round
// in which others may have it, clear the earmark. The wanted districts are not tested; see
// Districts.
func (e *Evaluator) Suitable(app *eilev1.Application, unit *eilev1.Unit, on day.Day) (bool, []*eilev1.Reason) {
	edition, f := e.ask(on)
	defer f.scope.Release()
	f.scope.Household(app)
	f.scope.Home(unit, nil)
	f.test(edition.suitability)
	if r := keptFor(e.policy.Reserves, f.scope, unit.GetEarmark()); r != nil {
		f.reasons = append(f.reasons, f.voice.earmarked(r.Code))
	}
	reasons := f.lacking()
	return len(reasons) == 0, reasons
}

// keptFor returns the reserve that keeps the home from this household; nil when it may have it.
func keptFor(reserves []Reserve, household *fact.Scope, earmark string) *Reserve {
	if earmark == "" {
		return nil
	}
	for i := range reserves {
		if r := &reserves[i]; r.Code == earmark && r.Strict != SoftReserve && !r.holds(household) {
			return r
		}
	}
	return nil
}

// Groups names the reserves to which a household belongs, in the order of the policy.
func (e *Evaluator) Groups(app *eilev1.Application, on day.Day) []string {
	_, f := e.ask(on)
	defer f.scope.Release()
	f.scope.Household(app)
	var groups []string
	for i := range e.policy.Reserves {
		if r := &e.policy.Reserves[i]; r.holds(f.scope) {
			groups = append(groups, r.Code)
		}
	}
	return groups
}

// SuitabilityKey is made of exactly what the suitability rules and the groups read of a household:
// two with equal keys on a day suit the same homes on that day and belong to the same groups. The
// figures in reasons may differ.
func (e *Evaluator) SuitabilityKey(app *eilev1.Application, on day.Day) string {
	_, f := e.ask(on)
	defer f.scope.Release()
	f.scope.Household(app)
	return e.suitabilityKey(f.scope)
}

func (e *Evaluator) suitabilityKey(household *fact.Scope) string {
	var buf [64]byte
	key := buf[:0]
	for _, id := range e.policy.keyed {
		key = household.AppendKey(key, id)
	}
	for i := range e.policy.Reserves {
		if e.policy.Reserves[i].holds(household) {
			key = append(key, byte(i))
		}
	}
	return string(key)
}

// UnitKey is made of exactly what the suitability rules read of a home, and its earmark: two with
// equal keys suit the same households on a day.
func (e *Evaluator) UnitKey(unit *eilev1.Unit, on day.Day) string {
	_, f := e.ask(on)
	defer f.scope.Release()
	f.scope.Home(unit, nil)
	key := fact.AppendText(nil, unit.GetEarmark())
	for _, id := range e.policy.unitKeyed {
		key = f.scope.AppendKey(key, id)
	}
	return string(key)
}

// keys finds the variables that suitability reads of a household and of a home. A value that a rule
// reads stands for whatever it was computed from.
func keys(language *rule.Language, suitability []*condition) (ofHousehold, ofHome []int) {
	var ids []int
	for _, c := range suitability {
		if c.require != nil {
			ids = append(ids, c.require.Reads...)
		}
	}
	slices.Sort(ids)
	for _, id := range slices.Compact(ids) {
		switch reach := language.Reach(id); {
		case reach&rule.ReachHousehold != 0:
			ofHousehold = append(ofHousehold, id)
		case reach&rule.ReachHome != 0:
			ofHome = append(ofHome, id)
		}
	}
	return ofHousehold, ofHome
}
