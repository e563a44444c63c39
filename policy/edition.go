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

// calendar is what of a policy depends on the day, and the editions of the days that were asked
// about. It is safe for concurrent use.
type calendar struct {
	period     rule.Span
	vocabulary *fact.Vocabulary
	figures    []fact.Figure
	grounds    []Ground

	eligibility, suitability, standard []*condition

	mu       sync.Mutex
	editions map[day.Day]*edition
	latest   atomic.Pointer[edition]
}

// at returns the edition of a day, folding the parameters when the day is new.
func (c *calendar) at(on day.Day) *edition {
	if e := c.latest.Load(); e != nil && e.On == on {
		return e
	}
	c.mu.Lock()
	e, ok := c.editions[on]
	if !ok {
		if c.editions == nil || len(c.editions) >= maxEditions {
			c.editions = map[day.Day]*edition{}
		}
		e = c.fold(on)
		c.editions[on] = e
	}
	c.mu.Unlock()
	c.latest.Store(e)
	return e
}

func (c *calendar) fold(on day.Day) *edition {
	today := rule.Today{On: on}
	e := &edition{Day: fact.Day{On: on, Figures: c.vocabulary.Figures(c.figures, &today), Grounds: map[string]bool{}}}
	e.eligibility = inForce(c.eligibility, &today)
	e.suitability = inForce(c.suitability, &today)
	e.standard = inForce(c.standard, &today)
	for _, g := range c.grounds {
		e.Grounds[g.Code] = g.period.Holds(&today)
	}
	c.period.Holds(&today)
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
