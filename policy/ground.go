package policy

import (
	"slices"
	"strings"

	"cel.dev/cel-go/common/types"

	"github.com/eile-housing/eile/policy/fact"
	"github.com/eile-housing/eile/policy/rule"
	"github.com/eile-housing/eile/policy/source"
	"github.com/eile-housing/eile/policy/table"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// Ground is a reason to stand before the ordinary order, once granted.
type Ground struct {
	source.Entry
	period  rule.Span
	require *rule.Expression
	reason  *sentence
}

// Alternation shares homes between those granted and the ordinary list; zero: those granted come
// first.
type Alternation struct{ OutOfTurn, Ordinary int }

// outOfTurn is who stands before the ordinary order, and in which order.
type outOfTurn struct {
	grounds []Ground
	// claims is the attribute in which an applicant claims grounds; nil: there is none.
	claims *fact.Attribute
	// transfers are the reasons of a transfer that stand with the granted grounds.
	transfers []string
	order     []*orderTerm
	alternate Alternation
}

// holds says whether the household stands before the ordinary order: by a granted ground, or by a
// transfer that the policy puts there.
func (o *outOfTurn) holds(household *fact.Scope) bool {
	return len(household.Granted()) > 0 || slices.Contains(o.transfers, household.Application().GetTransfer().GetReason())
}

// claimed names the grounds that an application claims, in the order of the claim. A claim has no
// effect until it is granted.
func (o *outOfTurn) claimed(app *eilev1.Application) []string {
	if o.claims == nil {
		return nil
	}
	v, ok := o.claims.Value(app.GetAttributes()[o.claims.Name])
	claim, isText := v.(types.String)
	if !ok || !isText {
		return nil
	}
	var codes []string
	for _, code := range o.claims.Parts(string(claim)) {
		if !slices.Contains(codes, code) && slices.ContainsFunc(o.grounds, func(g Ground) bool { return g.Code == code }) {
			codes = append(codes, code)
		}
	}
	return codes
}

// transferReasons are why a sitting tenant applies.
var transferReasons = []string{"HOME_GIVEN_UP", "ADAPTED_HOME", "BETTER_CONDITIONS", "LEASE_ENDING"}

// outOfTurn compiles the grounds and the order among those granted, which is the ordinary one where
// the file has none.
func (c *compiler) outOfTurn(raw *source.OutOfTurn, attributes []*fact.Attribute, ordinary []*orderTerm) outOfTurn {
	out := outOfTurn{order: ordinary}
	if raw == nil {
		return out
	}
	out.claims = claims(c.Faults, raw.Claims, attributes)
	out.grounds = c.grounds(raw.Grounds)
	for _, t := range raw.Transfers {
		if !slices.Contains(transferReasons, t.Text) {
			c.Add(t.Position, "%q is not one of %s", source.Clip(t.Text), strings.Join(transferReasons, ", "))
		}
		out.transfers = append(out.transfers, t.Text)
	}
	if len(raw.Order) > 0 {
		out.order = c.order(raw.Order)
	}
	if a := raw.Alternate; a != nil {
		out.alternate = Alternation{c.Between(a.OutOfTurn, 1, 1000), c.Between(a.Ordinary, 1, 1000)}
	}
	return out
}

// claims finds the attribute in which applicants claim grounds.
func claims(faults *source.Faults, name source.Text, attributes []*fact.Attribute) *fact.Attribute {
	if !name.Set() {
		return nil
	}
	i := slices.IndexFunc(attributes, func(a *fact.Attribute) bool { return a.Name == name.Text && a.Type == table.String })
	if i < 0 {
		faults.Add(name.Position, "%q is no attribute of type string", source.Clip(name.Text))
		return nil
	}
	return attributes[i]
}

func (c *compiler) grounds(raw []source.Ground) []Ground {
	const may = rule.ReachDate | rule.ReachHousehold
	var out []Ground
	for i := range raw {
		g := &raw[i]
		if !source.IsListName(g.Code.Text) || slices.ContainsFunc(out, func(o Ground) bool { return o.Code == g.Code.Text }) {
			c.Add(g.Code.Position, "%q is no code of a ground, or it stands twice", source.Clip(g.Code.Text))
		}
		c.sources.Check(c.Faults, g.Source, source.Text{})
		out = append(out, Ground{
			Entry: source.EntryOf(g.Code, g.Title), period: spanOf(c.Faults, g.From, g.Until),
			require: c.expression(g.Require, may, types.BoolType), reason: c.sentence(codeUnsupported, g.Reason, may),
		})
	}
	return out
}
