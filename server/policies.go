package server

import (
	"context"
	"slices"

	"github.com/eile-housing/eile/policy"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/rpc"
	"github.com/eile-housing/eile/server/rulebook"
	"github.com/eile-housing/eile/store"
)

type policies struct {
	eilev1.UnimplementedPolicyServiceServer
	office *rpc.Office
}

func (s *policies) ActivatePolicy(ctx context.Context, req *eilev1.ActivatePolicyRequest) (*eilev1.Policy, error) {
	candidate, err := candidateOf(req)
	if err != nil {
		return nil, err
	}
	stamp, err := s.office.Stamp(ctx, req, "policy.activate", "")
	if err != nil {
		return nil, err
	}
	return s.office.Book.Activate(ctx, stamp, candidate, rulebook.Wish{Seed: req.GetSeed(), DryRun: req.GetDryRun()})
}

// candidateOf loads the policy that a request brings or names.
func candidateOf(req *eilev1.ActivatePolicyRequest) (rulebook.Candidate, error) {
	if req.GetSource() != "" {
		return rulebook.Read("policy.yaml", []byte(req.GetSource()))
	}
	return rulebook.ReadShipped(req.GetName())
}

func (s *policies) GetPolicy(ctx context.Context, req *eilev1.GetPolicyRequest) (*eilev1.Policy, error) {
	return s.office.Book.Find(ctx, req.GetName())
}

func (s *policies) ListPolicies(ctx context.Context, req *eilev1.ListPoliciesRequest) (*eilev1.ListPoliciesResponse, error) {
	if req.GetShipped() {
		return listShipped()
	}
	all, next, err := rpc.List(ctx, s.office, req, rpc.All(store.Policies), func(_ *store.View, record *eilev1.Policy) (bool, error) {
		record.Source, record.Active = "", s.office.Book.Active(record.GetPolicy())
		return true, nil
	})
	slices.SortStableFunc(all, func(a, b *eilev1.Policy) int {
		return b.GetActivatedAt().AsTime().Compare(a.GetActivatedAt().AsTime())
	})
	return &eilev1.ListPoliciesResponse{Policies: all, NextPageToken: next}, err
}

func listShipped() (*eilev1.ListPoliciesResponse, error) {
	answer := &eilev1.ListPoliciesResponse{}
	for _, name := range policy.Shipped() {
		record, err := rulebook.Shipped(name)
		if err != nil {
			return nil, err
		}
		record.Source = ""
		answer.Policies = append(answer.Policies, record)
	}
	return answer, nil
}
