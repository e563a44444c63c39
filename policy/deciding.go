package policy

import (
	"slices"
	"strings"

	"cel.dev/cel-go/common/types"

	"github.com/eile-housing/eile/policy/day"
	"github.com/eile-housing/eile/policy/rule"
	"github.com/eile-housing/eile/policy/source"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/proto/spell"
)

// Deciding is how decisions of one kind are taken. The zero value is that of a kind of which the
// policy says nothing: one person decides, and nothing need be cited.
type Deciding struct {
	// LegalGround says that the decision cites the act and the paragraph.
	LegalGround bool
	// AppealDays run from the day that counts as served; 0: the policy says nothing of an appeal.
	AppealDays int

	policy *Policy
	always bool
	// who says of a household whether a second person must approve; nil: always does.
	who *rule.Expression
	// household says that who reads one.
	household bool
}

// Deciding is how the policy has decisions of a kind taken.
func (p *Policy) Deciding(kind eilev1.DecisionKind) Deciding { return p.deciding[kind] }

// NeedsTwo says whether a second person must approve a decision about an application on a day; nil
// is none. What cannot be told needs two.
func (d Deciding) NeedsTwo(application *eilev1.Application, on day.Day) bool {
	if d.who == nil || d.household && application == nil {
		return d.always || d.who != nil
	}
	scope := d.policy.vocabulary.Acquire(d.policy.editions.at(on).Day)
	defer scope.Release()
	scope.Household(application)
	return d.who.Eval(scope) != types.False
}

// withoutHousehold are the kinds that are about none, so that four_eyes can read none.
var withoutHousehold = []eilev1.DecisionKind{
	eilev1.DecisionKind_DECISION_KIND_APPROVE_RUN, eilev1.DecisionKind_DECISION_KIND_VOID_RUN, eilev1.DecisionKind_DECISION_KIND_ACTIVATE_POLICY,
	eilev1.DecisionKind_DECISION_KIND_MIGRATION, eilev1.DecisionKind_DECISION_KIND_DECOMMISSION, eilev1.DecisionKind_DECISION_KIND_ORGANISATION,
	eilev1.DecisionKind_DECISION_KIND_TIE,
}

// shortNames are what people call some kinds, with the name that a file has for them.
var shortNames = map[string]string{"GRANT": "GRANT_GROUND", "RUN": "APPROVE_RUN"}

// deciding reads how a policy has decisions taken, by their kind.
func deciding(p *Policy, c *compiler, raw []source.Named[source.Deciding]) map[eilev1.DecisionKind]Deciding {
	out := make(map[eilev1.DecisionKind]Deciding, len(raw))
	for i := range raw {
		name, r := raw[i].Name, &raw[i].Value
		kind, ok := kindOf(c.Faults, name)
		if !ok {
			continue
		}
		c.sources.Check(c.Faults, r.Source, r.Certainty)
		d := Deciding{
			policy:      p,
			LegalGround: c.Choice(r.LegalGround, "", "required") != "",
		}
		if r.AppealDays.Set() {
			d.AppealDays = c.Between(r.AppealDays, 1, 3660)
		}
		d.fourEyes(c, kind, r.FourEyes)
		out[kind] = d
	}
	return out
}

// kindOf is the kind that a file names.
func kindOf(faults *source.Faults, name source.Text) (eilev1.DecisionKind, bool) {
	var known []string
	values := eilev1.DecisionKind(0).Descriptor().Values()
	for i := 1; i < values.Len(); i++ {
		kind := eilev1.DecisionKind(values.Get(i).Number())
		if spell.Name(kind) == name.Text {
			return kind, true
		}
		known = append(known, spell.Name(kind))
	}
	if full, ok := shortNames[name.Text]; ok {
		faults.Add(name.Position, "%s is no kind of decision: write %s", name.Text, full)
		return 0, false
	}
	slices.Sort(known)
	faults.Add(name.Position, "%q is no kind of decision; use one of %s", source.Clip(name.Text), strings.Join(known, ", "))
	return 0, false
}

// fourEyes reads true, false or an expression over what the decision is about.
func (d *Deciding) fourEyes(c *compiler, kind eilev1.DecisionKind, text source.Text) {
	may := rule.ReachDate | rule.ReachHousehold
	switch d.always = text.Text == "true"; {
	case d.always || !text.Set():
		return
	case kind == eilev1.DecisionKind_DECISION_KIND_APPROVE_RUN:
		c.Add(text.Position, "a night is never approved by who started it, so four_eyes of APPROVE_RUN is true: write true or leave it out")
		return
	case text.Text == "false":
		return
	case slices.Contains(withoutHousehold, kind):
		may = rule.ReachDate
	}
	d.who = c.expression(text, may, types.BoolType)
	d.household = d.who != nil && slices.ContainsFunc(d.who.Reads, func(v int) bool { return c.language.Reach(v)&rule.ReachHousehold != 0 })
}
