package check

import (
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store"
	"github.com/eile-housing/eile/store/layout"
)

// decisions compares what waits for a second person with what approving it would do, and the
// keys by which numbers find decisions.
func (c *check) decisions() error {
	err := each(c, store.Decisions, func(id string, decision *eilev1.Decision) error {
		if number := decision.GetNumber(); number != "" {
			if _, ok, err := c.Reader().Get(layout.PairKey(layout.DecisionNumber, layout.Digest(number), id)); err != nil {
				return err
			} else if !ok {
				c.fault("decision %s: its number does not find it", id)
			}
		}
		waits := decision.GetState() == eilev1.DecisionState_DECISION_STATE_PROPOSED
		_, kept, err := store.Proposals.Find(c.View, id)
		if err != nil {
			return err
		}
		if waits != kept {
			c.fault("decision %s: it is %v, what approving it would do is kept: %t", id, decision.GetState(), kept)
		}
		open, err := store.OpenProposal(c.View, decision.GetKind(), decision.GetSubject())
		if err == nil && waits != (open == id) {
			c.fault("decision %s: it is %v, what waits of its kind about its subject is %q", id, decision.GetState(), open)
		}
		return err
	})
	if err != nil {
		return err
	}
	err = c.pairs(layout.DecisionOpen, func(key, _, _ string, value []byte) error {
		_, ok, err := store.Decisions.Find(c.View, string(value))
		if err == nil && !ok {
			c.fault("key %q: there is no decision %s", key, value)
		}
		return err
	})
	if err != nil {
		return err
	}
	return c.pairs(layout.DecisionNumber, func(key, digest, id string, _ []byte) error {
		decision, ok, err := store.Decisions.Find(c.View, id)
		if err == nil && (!ok || layout.Digest(decision.GetNumber()) != digest) {
			c.fault("key %q: decision %s has not that number", key, id)
		}
		return err
	})
}
