package policy

import (
	"sync"
	"sync/atomic"

	"github.com/eile-housing/eile/policy/day"
	"github.com/eile-housing/eile/policy/fact"
	"github.com/eile-housing/eile/policy/rule"
)

// edition is the policy as it stands on one day: the figures of the day and the rules in force. It
// is immutable and shared.
type edition struct {
	fact.Day
	// next is the first day after it on which the policy reads differently; 0: it stays.
	next                               day.Day
	eligibility, suitability, standard []*condition
}

// maxEditions bounds the cache; a night and an import read one or two days, as-of and rehearsals a
// few more.
const maxEditions = 64

// editions is what of a policy depends on the day, and the editions of the days that were asked
// about. It is safe for concurrent use.
type editions struct {
	period     rule.Span
	vocabulary *fact.Vocabulary
	figures    []fact.Figure
	grounds    []Ground

	eligibility, suitability, standard []*condition

	mu     sync.Mutex
	known  map[day.Day]*edition
	latest atomic.Pointer[edition]
}

// at returns the edition of a day, folding the parameters when the day is new.
func (all *editions) at(on day.Day) *edition {
	if e := all.latest.Load(); e != nil && e.On == on {
		return e
	}
	all.mu.Lock()
	e, ok := all.known[on]
	if !ok {
		if all.known == nil || len(all.known) >= maxEditions {
			all.known = map[day.Day]*edition{}
		}
		e = all.fold(on)
		all.known[on] = e
	}
	all.mu.Unlock()
	all.latest.Store(e)
	return e
}

func (all *editions) fold(on day.Day) *edition {
	today := rule.Today{On: on}
	e := &edition{Day: fact.Day{On: on, Figures: all.vocabulary.Figures(all.figures, &today), Grounds: map[string]bool{}}}
	e.eligibility = inForce(all.eligibility, &today)
	e.suitability = inForce(all.suitability, &today)
	e.standard = inForce(all.standard, &today)
	for _, g := range all.grounds {
		e.Grounds[g.Code] = g.period.Holds(&today)
	}
	all.period.Holds(&today)
	e.next = today.Next
	return e
}

// due is the day on which what was read under the edition would read differently; 0: never.
func (e *edition) due(today *rule.Today) day.Day {
	if e.next != 0 {
		today.Note(e.next)
	}
	return today.Next
}
