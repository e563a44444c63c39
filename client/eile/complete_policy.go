package main

import (
	"context"
	"slices"

	"github.com/eile-housing/eile/client"
	"github.com/eile-housing/eile/policy"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// inForce reads the policy that orders the list; nil where there is none, or the server does not
// tell it in time.
func inForce(ctx context.Context, c *client.Client) *policy.Policy {
	for known, err := range c.AllPolicies(ctx, &eilev1.ListPoliciesRequest{}) {
		if err != nil {
			return nil
		}
		if !known.GetActive() {
			continue
		}
		full, err := c.Policies.GetPolicy(ctx, &eilev1.GetPolicyRequest{Name: known.GetName()})
		if err != nil {
			return nil
		}
		read, err := policy.Load(full.GetName(), []byte(full.GetSource()))
		if err != nil {
			return nil
		}
		return read
	}
	return nil
}

// listsOf are the codes of the waiting lists of a policy; of none there are none.
func listsOf(p *policy.Policy) []string {
	if p == nil {
		return nil
	}
	return slices.Sorted(slices.Values(p.Lists))
}

// refusalsOf are the reasons for which a policy knows a home to be refused, and groundsOf its
// grounds for going first; each with its title behind a tab, as shells show it.
func refusalsOf(p *policy.Policy) (reasons []string) {
	if p == nil {
		return nil
	}
	for _, reason := range p.Offers.RefusalReasons {
		reasons = append(reasons, reason.Code+"\t"+reason.Title.In("en"))
	}
	return reasons
}

func groundsOf(p *policy.Policy) (grounds []string) {
	if p == nil {
		return nil
	}
	for _, ground := range p.Grounds {
		grounds = append(grounds, ground.Code+"\t"+ground.Title.In("en"))
	}
	return grounds
}
