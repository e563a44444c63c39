package policy

import (
	"github.com/eile-housing/eile/policy/day"
)

// Evaluator is a policy with the seed of its draw. It is safe for concurrent use.
type Evaluator struct {
	policy *Policy
	seed   string
}

// Evaluator joins the policy with the published seed of the draw.
func (p *Policy) Evaluator(seed string) *Evaluator { return &Evaluator{p, seed} }

// Policy returns the policy that is evaluated.
func (e *Evaluator) Policy() *Policy { return e.policy }

// ask begins an evaluation of the rules of a day; whoever asks releases the scope of the findings.
func (e *Evaluator) ask(on day.Day) (*edition, findings) {
	edition := e.policy.editions.at(on)
	return edition, findings{scope: e.policy.vocabulary.Acquire(edition.Day), voice: e.policy.voice}
}
