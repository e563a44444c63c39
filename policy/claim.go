package policy

import (
	"slices"

	"cel.dev/cel-go/common/types"

	"github.com/eile-housing/eile/policy/day"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// Claim is a ground that an application claims. It has no effect until a decision grants it; this is what the person who decides is shown.
type Claim struct {
	Entry
	// Supported is YES where the facts on record bear the claim out, NO where they speak against it, and UNDETERMINED where they do not tell.
	Supported eilev1.Eligibility
	Reasons   []*eilev1.Reason
	Missing   []string
}

// Claims answers the grounds that an application claims and that count on a day, in the order of the policy.
func (e *Evaluator) Claims(app *eilev1.Application, on day.Day) []Claim {
	s := e.p.acquire(on)
	defer s.release()
	s.app = app
	claimed := e.p.ClaimedGrounds(app)
	var out []Claim
	for i := range e.p.grounds {
		if g := &e.p.grounds[i]; slices.Contains(claimed, g.Code) && s.edition.grounds[g.Code] {
			out = append(out, s.claim(g))
		}
	}
	return out
}

// claim tests what the facts say of a ground; one without a test is not told by the facts.
func (s *scope) claim(g *Ground) Claim {
	c := Claim{Entry: g.Entry, Supported: eilev1.Eligibility_ELIGIBILITY_UNDETERMINED}
	if g.require == nil {
		return c
	}
	f := &findings{s: s}
	f.test([]*condition{{code: codeUnsupported, require: g.require, reason: g.reason}})
	c.Reasons, c.Missing = f.all(), f.missing()
	switch {
	case len(f.reasons) > 0:
		c.Supported = eilev1.Eligibility_ELIGIBILITY_NO
	case f.unknown == nil && len(f.failed) == 0:
		c.Supported = eilev1.Eligibility_ELIGIBILITY_YES
	}
	return c
}

// codeUnsupported is the reason that the facts speak against a claim.
const codeUnsupported = "GROUND_NOT_SUPPORTED"

// ClaimedGrounds names the grounds that an application claims, in the order of the claim. A claim has no effect until it is granted.
func (p *Policy) ClaimedGrounds(app *eilev1.Application) []string {
	if p.claims == nil {
		return nil
	}
	v, ok := p.claims.valueOf(app.GetAttributes()[p.claims.Name])
	claim, isText := v.(types.String)
	if !ok || !isText {
		return nil
	}
	var codes []string
	for _, code := range p.claims.parts(string(claim)) {
		if !slices.Contains(codes, code) && slices.ContainsFunc(p.grounds, func(g Ground) bool { return g.Code == code }) {
			codes = append(codes, code)
		}
	}
	return codes
}
