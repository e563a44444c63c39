package policy

import (
	"cel.dev/cel-go/common/types"

	"github.com/eile-housing/eile/policy/rule"
	"github.com/eile-housing/eile/policy/source"
)

// condition is a compiled rule: an expression that must be true, and the reason when it is not.
type condition struct {
	code     string
	span     rule.Span
	require  *rule.Expression
	reason   *sentence
	proposes string
}

// conditions compiles rules that may read what may says.
func (c *compiler) conditions(rules []source.Rule, may rule.Reach) []*condition {
	var out []*condition
	for i := range rules {
		r := &rules[i]
		if !source.IsReasonCode(r.Code.Text) {
			c.Add(r.Code.Position, "%q is no code of a reason; use A-Z, 0-9 and _, a letter first, at most 64", source.Clip(r.Code.Text))
		}
		c.sources.Check(c.Faults, r.Source, r.Certainty)
		out = append(out, &condition{
			code: r.Code.Text, span: spanOf(c.Faults, r.From, r.Until), require: c.expression(r.Require, may, types.BoolType),
			reason: c.sentence(r.Code.Text, r.Reason, may), proposes: c.Choice(r.Proposes, "removal", "review"),
		})
	}
	return out
}

func inForce(conditions []*condition, today *rule.Today) []*condition {
	var out []*condition
	for _, c := range conditions {
		if c.span.Holds(today) {
			out = append(out, c)
		}
	}
	return out
}
