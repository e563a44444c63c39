package policy

import (
	"bytes"
	"slices"
	"strings"

	"github.com/eile-housing/eile/policy/table"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// exampleSeed is the seed of the draw under which examples run; their references are their names.
const exampleSeed = "examples"

// Check runs the examples of the policy. The error joins a Fault for each thing that does not come out as stated, with its line; nil when all hold.
func (p *Policy) Check() error {
	c := &checker{faults: &faults{file: p.file}, p: p, e: p.Evaluator(exampleSeed), cases: map[string]*householdCase{}, units: map[string]*unitCase{}}
	for i := range p.examples.Households {
		c.household(&p.examples.Households[i])
	}
	for i := range p.examples.Households {
		c.before(&p.examples.Households[i])
	}
	for i := range p.examples.Units {
		c.unit(&p.examples.Units[i])
	}
	for i := range p.examples.Suitability {
		c.suitable(&p.examples.Suitability[i])
	}
	return c.err()
}

// checker runs examples and collects those that fail.
type checker struct {
	*faults
	p     *Policy
	e     *Evaluator
	cases map[string]*householdCase
	units map[string]*unitCase
}

type householdCase struct {
	app     *eilev1.Application
	example *householdExample
	verdict Verdict
}

type unitCase struct {
	unit        *eilev1.Unit
	inspections []*eilev1.Inspection
}

func (c *checker) household(x *householdExample) {
	if c.cases[x.Name.s] != nil {
		c.add(x.Name.position, "the example %q stands twice", clip(x.Name.s))
		return
	}
	app, ok := c.application(x)
	if !ok {
		return
	}
	v := c.e.Evaluate(app, x.On.day)
	c.cases[x.Name.s] = &householdCase{app, x, v}
	c.same(x.Name, x.Eligibility, strings.TrimPrefix(v.Eligibility.String(), "ELIGIBILITY_"), "eligibility")
	c.sameList(x.Name, x.Reasons, reasonCodes(v.Reasons), "reasons")
	c.sameList(x.Name, x.Missing, v.Missing, "missing")
	if len(v.Reasons) > 0 {
		c.same(x.Name, x.Detail, v.Reasons[0].GetDetail(), "detail")
		c.same(x.Name, x.DetailLt, v.Reasons[0].GetDetailLt(), "detail_lt")
	} else if x.Detail.set() || x.DetailLt.set() {
		c.add(x.Name.position, "example %q: there is no reason, and a detail is expected", clip(x.Name.s))
	}
	if x.Need.set() && x.Need.n != int64(v.Need) {
		c.add(x.Need.position, "example %q: need is %d, not %d", clip(x.Name.s), v.Need, x.Need.n)
	}
	c.same(x.Name, x.Class, v.NeedClass, "need_class")
	c.sameList(x.Name, x.Groups, c.e.Groups(app, x.On.day), "groups")
	if x.OutOfTurn != nil && x.OutOfTurn.b != v.OutOfTurn {
		c.add(x.OutOfTurn.position, "example %q: out_of_turn is %t", clip(x.Name.s), v.OutOfTurn)
	}
	if x.NextDue.set() && x.NextDue.day != v.NextDue {
		c.add(x.NextDue.position, "example %q: next_due is %s, not %s", clip(x.Name.s), v.NextDue, x.NextDue.day)
	}
}

// before compares order keys; both sides are evaluated on the date of the example.
func (c *checker) before(x *householdExample) {
	mine := c.cases[x.Name.s]
	if mine == nil {
		return
	}
	for _, other := range x.Before {
		theirs := c.cases[other.s]
		if theirs == nil {
			c.add(other.position, "there is no example %q", clip(other.s))
			continue
		}
		if bytes.Compare(mine.verdict.OrderKey, c.e.Evaluate(theirs.app, x.On.day).OrderKey) >= 0 {
			c.add(other.position, "example %q does not stand before %q", clip(x.Name.s), clip(other.s))
		}
	}
}

func (c *checker) unit(x *unitExample) {
	if c.units[x.Name.s] != nil {
		c.add(x.Name.position, "the example %q stands twice", clip(x.Name.s))
		return
	}
	u, ok := c.home(x)
	if !ok {
		return
	}
	c.units[x.Name.s] = u
	a := c.e.Assess(u.unit, u.inspections, x.On.day)
	c.same(x.Name, x.State, strings.TrimPrefix(a.State.String(), "CONDITION_STATE_"), "state")
	c.sameList(x.Name, x.Reasons, reasonCodes(a.Reasons), "reasons")
	c.sameList(x.Name, x.Missing, a.Missing, "missing")
	if len(a.Reasons) > 0 {
		c.same(x.Name, x.Detail, a.Reasons[0].GetDetail(), "detail")
	}
}

func (c *checker) suitable(x *suitabilityExample) {
	h, u := c.cases[x.Household.s], c.units[x.Unit.s]
	if h == nil {
		c.add(x.Household.position, "there is no example household %q", clip(x.Household.s))
	}
	if u == nil {
		c.add(x.Unit.position, "there is no example home %q", clip(x.Unit.s))
	}
	if h == nil || u == nil {
		return
	}
	ok, reasons := c.e.Suitable(h.app, u.unit, h.example.On.day)
	if ok != x.Suitable.b {
		c.add(x.Suitable.position, "the home %q suits %q: %t (%s)", clip(x.Unit.s), clip(x.Household.s), ok, strings.Join(reasonCodes(reasons), ", "))
		return
	}
	c.sameList(x.Unit, x.Reasons, reasonCodes(reasons), "reasons")
	if len(reasons) > 0 {
		c.same(x.Unit, x.Detail, reasons[0].GetDetail(), "detail")
	}
}

func (c *checker) same(name, want text, got, what string) {
	if want.set() && want.s != got {
		c.add(want.position, "example %q: %s is %q", clip(name.s), what, got)
	}
}

func (c *checker) sameList(name text, want *[]text, got []string, what string) {
	if want != nil && !slices.Equal(texts(*want), got) {
		c.add(name.position, "example %q: %s are [%s], not [%s]", clip(name.s), what, strings.Join(got, ", "), strings.Join(texts(*want), ", "))
	}
}

func reasonCodes(reasons []*eilev1.Reason) []string {
	var out []string
	for _, r := range reasons {
		out = append(out, r.GetCode())
	}
	return out
}

// application builds the application of an example.
func (c *checker) application(x *householdExample) (*eilev1.Application, bool) {
	before := len(c.list)
	app := &eilev1.Application{
		Reference: x.Name.s, List: x.List.s, RegisteredAt: x.Registered.s, RegisterNumber: x.Number.s, Districts: texts(x.Districts),
		Attributes: c.sheet(x.Attributes, c.p.facts[ApplicationKind]),
	}
	if x.Members.set() {
		members, err := table.ParseMembers(x.Members.s, x.On.day)
		if err != nil {
			c.add(x.Members.position, "members: %v", err)
		}
		app.Household = &eilev1.Household{Members: members}
	}
	for _, sheet := range x.MemberFacts {
		n, err := wholeNumber(sheet.Name.s)
		if members := app.GetHousehold().GetMembers(); err != nil || n < 1 || n > int64(len(members)) {
			c.add(sheet.Name.position, "there is no member %s", clip(sheet.Name.s))
		} else {
			members[n-1].Attributes = c.sheet(sheet.Value, c.p.facts[MemberKind])
		}
	}
	if x.Transfer.set() {
		app.Transfer = &eilev1.Transfer{Unit: "example", Reason: x.Transfer.s}
	}
	for _, g := range x.Grounds {
		granted := &eilev1.Ground{Code: g.Code.s, GrantedFrom: g.From.day.Proto()}
		if g.Until.set() {
			granted.GrantedUntil = g.Until.day.Proto()
		}
		app.Grounds = append(app.Grounds, granted)
	}
	for _, v := range c.p.Validate(app) {
		c.add(x.position, "example %q: %s: %s", clip(x.Name.s), v.Field, v.Reason.GetDetail())
	}
	return app, len(c.list) == before
}

// sheet reads the facts of an example by their declarations.
func (c *checker) sheet(sheet []named[text], declared []*fact) map[string]*eilev1.Fact {
	facts := map[string]*eilev1.Fact{}
	for _, entry := range sheet {
		i := slices.IndexFunc(declared, func(f *fact) bool { return f.Name == entry.Name.s })
		if i < 0 {
			c.add(entry.Name.position, "the policy declares no attribute %q", clip(entry.Name.s))
			continue
		}
		stored, err := table.ParseFact(declared[i].Attribute, entry.Value.s)
		if err != nil {
			c.add(entry.Value.position, "%s: %v", entry.Name.s, err)
			continue
		}
		facts[entry.Name.s] = stored
	}
	return facts
}
