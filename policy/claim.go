package policy

import (
	"slices"

	"github.com/eile-housing/eile/policy/day"
	"github.com/eile-housing/eile/policy/source"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// Claim is a ground that an application claims. It has no effect until a decision grants it; this
// is what the person who decides is shown.
type Claim struct {
	source.Entry
	// Supported is YES where the facts on record bear the claim out, NO where they speak against
	// it, and UNDETERMINED where they do not tell.
	Supported eilev1.Eligibility
	Reasons   []*eilev1.Reason
	Missing   []string
}

// Claims returns the grounds that an application claims and that count on a day, in the order of
// the policy.
func (e *Evaluator) Claims(app *eilev1.Application, on day.Day) []Claim {
	edition, f := e.ask(on)
	defer f.scope.Release()
	f.scope.Household(app)
	claimed := e.policy.outOfTurn.claimed(app)
	var out []Claim
	for i := range e.policy.Grounds {
		if g := &e.policy.Grounds[i]; slices.Contains(claimed, g.Code) && edition.Grounds[g.Code] {
			out = append(out, g.claim(&findings{scope: f.scope, voice: f.voice}))
		}
	}
	return out
}

// codeUnsupported is the reason that the facts speak against a claim.
const codeUnsupported = "GROUND_NOT_SUPPORTED"

// claim tests what the facts say of a ground; one without a test is not told by the facts.
func (g *Ground) claim(f *findings) Claim {
	c := Claim{Entry: g.Entry, Supported: eilev1.Eligibility_ELIGIBILITY_UNDETERMINED}
	if g.require == nil {
		return c
	}
	f.test([]*condition{{code: codeUnsupported, require: g.require, reason: g.reason}})
	c.Reasons, c.Missing = f.all(), f.missing()
	switch {
	case len(f.reasons) > 0:
		c.Supported = eilev1.Eligibility_ELIGIBILITY_NO
	case !f.open():
		c.Supported = eilev1.Eligibility_ELIGIBILITY_YES
	}
	return c
}
