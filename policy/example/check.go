package example

import (
	"bytes"
	"slices"
	"strings"

	"github.com/eile-housing/eile/policy"
	"github.com/eile-housing/eile/policy/source"
	"github.com/eile-housing/eile/policy/words"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/proto/spell"
)

// seed of the draw under which examples run; their references are their names.
const seed = "examples"

// Check runs the examples of a policy. The error joins a source.Fault for each thing that does not
// come out as stated, with its line; nil when all hold.
func Check(p *policy.Policy) error {
	c := &checker{Faults: source.NewFaults(p.File), policy: p, evaluator: p.Evaluator(seed), households: map[string]*householdCase{}, homes: map[string]*homeCase{}}
	for i := range p.Examples.Households {
		c.household(&p.Examples.Households[i])
	}
	for i := range p.Examples.Households {
		c.before(&p.Examples.Households[i])
	}
	for i := range p.Examples.Units {
		c.home(&p.Examples.Units[i])
	}
	for i := range p.Examples.Suitability {
		c.suitable(&p.Examples.Suitability[i])
	}
	return c.Err()
}

// checker runs examples and collects those that fail.
type checker struct {
	*source.Faults
	policy     *policy.Policy
	evaluator  *policy.Evaluator
	households map[string]*householdCase
	homes      map[string]*homeCase
}

type householdCase struct {
	application *eilev1.Application
	example     *source.HouseholdExample
	verdict     policy.Verdict
}

func (c *checker) household(x *source.HouseholdExample) {
	if c.households[x.Name.Text] != nil {
		c.Add(x.Name.Position, "the example %q stands twice", source.Clip(x.Name.Text))
		return
	}
	app, ok := application(c.Faults, c.policy, x)
	if !ok {
		return
	}
	v := c.evaluator.Evaluate(app, x.On.Day)
	c.households[x.Name.Text] = &householdCase{app, x, v}
	c.same(x.Name, x.Eligibility, spell.Name(v.Eligibility), "eligibility")
	c.sameList(x.Name, x.Reasons, reasonCodes(v.Reasons), "reasons")
	c.sameList(x.Name, x.Missing, v.Missing, "missing")
	if len(v.Reasons) > 0 {
		c.says(x.Name, x.Detail, v.Reasons[0], "en", "detail")
		c.says(x.Name, x.DetailLt, v.Reasons[0], "lt", "detail_lt")
	} else if x.Detail.Set() || x.DetailLt.Set() {
		c.Add(x.Name.Position, "example %q: there is no reason, and a detail is expected", source.Clip(x.Name.Text))
	}
	if x.Need.Set() && x.Need.Int != int64(v.Need) {
		c.Add(x.Need.Position, "example %q: need is %d, not %d", source.Clip(x.Name.Text), v.Need, x.Need.Int)
	}
	c.same(x.Name, x.Class, v.NeedClass, "need_class")
	c.sameList(x.Name, x.Groups, c.evaluator.Groups(app, x.On.Day), "groups")
	if x.OutOfTurn != nil && x.OutOfTurn.Bool != v.OutOfTurn {
		c.Add(x.OutOfTurn.Position, "example %q: out_of_turn is %t", source.Clip(x.Name.Text), v.OutOfTurn)
	}
	if x.NextDue.Set() && x.NextDue.Day != v.NextDue {
		c.Add(x.NextDue.Position, "example %q: next_due is %s, not %s", source.Clip(x.Name.Text), v.NextDue, x.NextDue.Day)
	}
}

// before compares order keys; both sides are evaluated on the date of the example.
func (c *checker) before(x *source.HouseholdExample) {
	mine := c.households[x.Name.Text]
	if mine == nil {
		return
	}
	for _, other := range x.Before {
		theirs := c.households[other.Text]
		if theirs == nil {
			c.Add(other.Position, "there is no example %q", source.Clip(other.Text))
			continue
		}
		if bytes.Compare(mine.verdict.OrderKey, c.evaluator.Evaluate(theirs.application, x.On.Day).OrderKey) >= 0 {
			c.Add(other.Position, "example %q does not stand before %q", source.Clip(x.Name.Text), source.Clip(other.Text))
		}
	}
}

func (c *checker) home(x *source.UnitExample) {
	if c.homes[x.Name.Text] != nil {
		c.Add(x.Name.Position, "the example %q stands twice", source.Clip(x.Name.Text))
		return
	}
	u, ok := home(c.Faults, c.policy, x)
	if !ok {
		return
	}
	c.homes[x.Name.Text] = u
	a := c.evaluator.Assess(u.unit, u.inspections, x.On.Day)
	c.same(x.Name, x.State, spell.Name(a.State), "state")
	c.sameList(x.Name, x.Reasons, reasonCodes(a.Reasons), "reasons")
	c.sameList(x.Name, x.Missing, a.Missing, "missing")
	if len(a.Reasons) > 0 {
		c.says(x.Name, x.Detail, a.Reasons[0], "en", "detail")
	}
}

func (c *checker) suitable(x *source.SuitabilityExample) {
	h, u := c.households[x.Household.Text], c.homes[x.Unit.Text]
	if h == nil {
		c.Add(x.Household.Position, "there is no example household %q", source.Clip(x.Household.Text))
	}
	if u == nil {
		c.Add(x.Unit.Position, "there is no example home %q", source.Clip(x.Unit.Text))
	}
	if h == nil || u == nil {
		return
	}
	ok, reasons := c.evaluator.Suitable(h.application, u.unit, h.example.On.Day)
	if ok != x.Suitable.Bool {
		c.Add(x.Suitable.Position, "the home %q suits %q: %t (%s)", source.Clip(x.Unit.Text), source.Clip(x.Household.Text), ok, strings.Join(reasonCodes(reasons), ", "))
		return
	}
	c.sameList(x.Unit, x.Reasons, reasonCodes(reasons), "reasons")
	if len(reasons) > 0 {
		c.says(x.Unit, x.Detail, reasons[0], "en", "detail")
	}
}

// says holds a reason against what it should say in a language.
func (c *checker) says(name, want source.Text, reason *eilev1.Reason, lang, what string) {
	said, _ := words.Rules.Sentence(lang, reason, words.Of(c.policy.SHA256, c.policy))
	c.same(name, want, said, what)
}

func (c *checker) same(name, want source.Text, got, what string) {
	if want.Set() && want.Text != got {
		c.Add(want.Position, "example %q: %s is %q", source.Clip(name.Text), what, got)
	}
}

func (c *checker) sameList(name source.Text, want *[]source.Text, got []string, what string) {
	if want != nil && !slices.Equal(source.Texts(*want), got) {
		c.Add(name.Position, "example %q: %s are [%s], not [%s]", source.Clip(name.Text), what, strings.Join(got, ", "), strings.Join(source.Texts(*want), ", "))
	}
}

func reasonCodes(reasons []*eilev1.Reason) []string {
	var out []string
	for _, r := range reasons {
		out = append(out, r.GetCode())
	}
	return out
}
