package server

import (
	"context"
	"slices"
	"strings"

	"github.com/eile-housing/eile/policy"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/rpc"
	"github.com/eile-housing/eile/server/rulebook"
	"github.com/eile-housing/eile/store"
	"github.com/eile-housing/eile/store/audit"
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
	order, err := rpc.Order(req.GetOrderBy(), "activated_at desc", "name")
	if err != nil {
		return nil, err
	}
	page, err := rpc.PageOf(req)
	if err != nil {
		return nil, err
	}
	found := shipped
	if !req.GetShipped() {
		found = func() ([]*eilev1.Policy, error) { return s.activated(ctx) }
	}
	all, err := found()
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(record *eilev1.Policy) bool { return req.GetName() != "" && record.GetName() != req.GetName() })
	key, compare := policyName, strings.Compare
	if order == "activated_at desc" && !req.GetShipped() {
		key, compare = activation, func(a, b string) int { return strings.Compare(b, a) }
	}
	slices.SortStableFunc(all, func(a, b *eilev1.Policy) int { return compare(key(a), key(b)) })
	rows := rpc.CutBy(page, all, key, compare, rpc.Total{Size: int32(len(all))})
	return &eilev1.ListPoliciesResponse{
		Policies: rows.Rows, NextPageToken: rows.Next, TotalSize: rows.Total.Size, TotalSizeIsMinimum: rows.Total.Minimum,
	}, nil
}

// policyName orders policies by name and version.
func policyName(record *eilev1.Policy) string { return record.GetName() + "/" + record.GetVersion() }

// activation orders policies by when they were activated; no two have the same
// key.
func activation(record *eilev1.Policy) string {
	return audit.MomentKey(record.GetActivatedAt().AsTime()) + "/" + policyName(record)
}

// activated are the policies that were activated, without their texts.
func (s *policies) activated(ctx context.Context) (all []*eilev1.Policy, err error) {
	err = s.office.View(ctx, func(v *store.View) error {
		for entry, err := range store.Policies.All(v, "", "") {
			if err != nil {
				return err
			}
			entry.Record.Source, entry.Record.Active = "", s.office.Book.Active(entry.Record.GetPolicy())
			all = append(all, entry.Record)
		}
		return nil
	})
	return all, err
}

// shipped are the policies that come with the program, without their texts.
func shipped() (all []*eilev1.Policy, err error) {
	for _, name := range policy.Shipped() {
		record, err := rulebook.Shipped(name)
		if err != nil {
			return nil, err
		}
		record.Source = ""
		all = append(all, record)
	}
	return all, nil
}
