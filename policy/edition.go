package policy

import (
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"github.com/eile-housing/eile/policy/day"
)

// edition is the policy as it stands on one day: the figures of the day and the rules in force. It is immutable and shared.
type edition struct {
	on day.Day
	// figures are the values of parameters, by slot.
	figures []ref.Val
	// next is the first day after on on which the policy reads differently; 0: it stays.
	next day.Day

	eligibility, suitability, standard []*condition
	grounds                            map[string]bool
}

// maxEditions bounds the cache; a night and an import read one or two days, as-of and rehearsals a few more.
const maxEditions = 64

// at answers the edition of a day, folding the parameters when the day is new.
func (p *Policy) at(on day.Day) *edition {
	if e := p.latest.Load(); e != nil && e.on == on {
		return e
	}
	p.editionsMu.Lock()
	e, ok := p.editions[on]
	if !ok {
		if len(p.editions) >= maxEditions {
			clear(p.editions)
		}
		e = p.fold(on)
		p.editions[on] = e
	}
	p.editionsMu.Unlock()
	p.latest.Store(e)
	return e
}

func (p *Policy) fold(on day.Day) *edition {
	e := &edition{on: on, figures: make([]ref.Val, len(p.slots)), grounds: map[string]bool{}}
	s := &scope{p: p, edition: e, due: due{on: on}, vals: make([]ref.Val, len(p.slots))}
	s.today = celDate{day: on, due: &s.due}
	for _, f := range p.figures {
		if f.expr != nil {
			e.figures[f.slot] = f.expr.eval(s)
			continue
		}
		e.figures[f.slot] = types.NewErr("%s has no value on %s", p.slots[f.slot].name, on)
		for _, v := range f.values {
			if v.from > on {
				s.due.note(v.from)
				break
			}
			e.figures[f.slot] = v.value
		}
	}
	e.eligibility = inForce(p.eligibility, &s.due)
	e.suitability = inForce(p.suitability, &s.due)
	e.standard = inForce(p.standard, &s.due)
	for _, g := range p.grounds {
		e.grounds[g.Code] = g.period.holds(&s.due)
	}
	p.period().holds(&s.due)
	e.next = s.due.next
	return e
}

// span is the days on which something holds; 0 is open.
type span struct{ from, until day.Day }

// holds says whether the span covers today, and notes when that changes.
func (s span) holds(d *due) bool {
	if s.from != 0 && d.on < s.from {
		d.note(s.from)
		return false
	}
	if s.until == 0 {
		return true
	}
	d.note(s.until + 1)
	return d.on <= s.until
}

func inForce(conditions []*condition, d *due) []*condition {
	var out []*condition
	for _, c := range conditions {
		if c.span.holds(d) {
			out = append(out, c)
		}
	}
	return out
}
