package server

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/eile-housing/eile/policy"
	"github.com/eile-housing/eile/policy/day"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/store"
)

type policies struct {
	eilev1.UnimplementedPolicyServiceServer
	*Server
}

// text finds the source that a request names.
func text(req *eilev1.ActivatePolicyRequest) (file string, source []byte, err error) {
	if req.GetSource() != "" {
		return "policy.yaml", []byte(req.GetSource()), nil
	}
	source, ok := policy.ShippedSource(req.GetName())
	if !ok {
		return "", nil, wrong("name", "no policy %q is shipped: use a file, or one of %s", req.GetName(), strings.Join(policy.Shipped(), ", "))
	}
	return req.GetName() + ".yaml", source, nil
}

// loadChecked loads a policy whose examples hold; every fault is in the error.
func loadChecked(file string, source []byte) (*policy.Policy, error) {
	loaded, err := policy.Load(file, source)
	if err == nil {
		err = loaded.Check()
	}
	if err == nil {
		return loaded, nil
	}
	var faults invalid
	for _, line := range strings.Split(err.Error(), "\n") {
		faults = append(faults, fieldFault{"source", line})
	}
	return nil, faults
}

func (s *policies) ActivatePolicy(ctx context.Context, req *eilev1.ActivatePolicyRequest) (*eilev1.Policy, error) {
	file, source, err := text(req)
	if err != nil {
		return nil, err
	}
	loaded, err := loadChecked(file, source)
	if err != nil {
		return nil, err
	}
	if before, err := s.activatedBy(ctx, req); err != nil || before != nil {
		return before, err
	}
	return s.Activate(ctx, req, loaded, source)
}

// activatedBy answers the policy that the same request activated before; nil:
// the request is new.
func (s *policies) activatedBy(ctx context.Context, req *eilev1.ActivatePolicyRequest) (*eilev1.Policy, error) {
	stamp, err := s.stamp(ctx, req, "policy.activate", "")
	if err != nil {
		return nil, err
	}
	id, seen, err := s.register.Repeated(ctx, stamp)
	if err != nil || !seen {
		return nil, err
	}
	var record *eilev1.Policy
	err = s.register.View(ctx, func(v *store.View) error {
		record, err = store.Policies.Get(v, id)
		return err
	})
	if err != nil {
		return nil, err
	}
	in, _ := s.inForce()
	record.Active, record.Source = in != nil && proto.Equal(in.identity, record.GetPolicy()), ""
	return record, nil
}

// Activate puts a checked policy in force. The policy that is in force already
// stays as it is, with its seed.
func (s *Server) Activate(ctx context.Context, req *eilev1.ActivatePolicyRequest, loaded *policy.Policy, source []byte) (*eilev1.Policy, error) {
	today := day.Of(s.Now(), loaded.Location())
	what := fmt.Sprintf("activate policy %s version %s", loaded.Name(), loaded.Version())
	from, until := loaded.InForce()
	if until != 0 && today > until {
		return nil, casework.Refuse(what, "NOT_IN_FORCE", fmt.Sprintf("it was in force from %s%s, today is %s", from, untilText(until), today))
	}
	s.activating.Lock()
	defer s.activating.Unlock()
	before, _ := s.inForce()
	if before != nil && proto.Equal(before.identity, loaded.Identity()) {
		return before.shown(), nil
	}
	record := &eilev1.Policy{
		Policy: loaded.Identity(), Name: loaded.Name(), Version: loaded.Version(), Title: loaded.Title("en"), Source: string(source),
		InForceFrom: from.Proto(), ActivatedAt: timestamppb.New(s.Now()), ActivatedBy: actor(ctx), Seed: s.seed(ctx, req, before, loaded),
	}
	if until != 0 {
		record.InForceUntil = until.Proto()
	}
	if err := s.refuseReuse(ctx, what, record); err != nil {
		return nil, err
	}
	next, err := makeRules(record)
	if err != nil {
		return nil, err
	}
	if unfinished, _, err := s.night.Unfinished(ctx); err != nil {
		return nil, err
	} else if unfinished != "" && !req.GetDryRun() && from <= today {
		return nil, casework.Refuse(what, "RUN_UNFINISHED", fmt.Sprintf("run %s under the policy in force is not at its end: approve or cancel it first", unfinished))
	}
	if req.GetDryRun() {
		return s.effect(ctx, before, next, max(today, from))
	}
	ctx = context.WithoutCancel(ctx) // half of a switch would leave the service without rules
	if from > today {
		return s.schedule(ctx, req, record)
	}
	if err := s.switchTo(ctx, req, next, today); err != nil {
		return nil, err
	}
	return next.shown(), s.settle(ctx)
}

func untilText(until day.Day) string {
	if until == 0 {
		return ""
	}
	return " until " + until.String()
}

// seed of the draw: the one asked for, else the one that the scheme had before,
// so that a new version does not reshuffle those whom the rules leave equal.
func (s *Server) seed(_ context.Context, req *eilev1.ActivatePolicyRequest, before *rules, loaded *policy.Policy) string {
	switch {
	case req.GetSeed() != "":
		return req.GetSeed()
	case before != nil && before.policy.Name() == loaded.Name():
		return before.record.GetSeed()
	}
	return newSeed()
}

// refuseReuse refuses another text under a name and version that decisions cite
// already.
func (s *Server) refuseReuse(ctx context.Context, what string, record *eilev1.Policy) error {
	return s.register.View(ctx, func(v *store.View) error {
		former, ok, err := store.Policies.Find(v, record.GetName()+"/"+record.GetVersion())
		if err != nil || !ok {
			return err
		}
		if former.GetPolicy().GetSha256() != record.GetPolicy().GetSha256() {
			return casework.Refuse(what, "VERSION_REUSED", "another text was activated under this version: give it a new one")
		}
		record.Seed = former.GetSeed()
		return nil
	})
}

// shown is the record as it is answered.
func (r *rules) shown() *eilev1.Policy {
	record := proto.CloneOf(r.record)
	record.Active, record.Source = true, ""
	return record
}

func (s *policies) GetPolicy(ctx context.Context, req *eilev1.GetPolicyRequest) (*eilev1.Policy, error) {
	in, _ := s.inForce()
	if in != nil && in.policy.Name() == req.GetName() {
		record := in.shown()
		record.Source = in.record.GetSource()
		return record, nil
	}
	latest, err := s.latest(ctx, req.GetName())
	if err != nil || latest != nil {
		return latest, err
	}
	return shipped(req.GetName())
}

// latest answers the version of a policy that was activated last.
func (s *Server) latest(ctx context.Context, name string) (*eilev1.Policy, error) {
	var latest *eilev1.Policy
	err := s.register.View(ctx, func(v *store.View) error {
		for entry, err := range store.Policies.All(v, name+"/", "") {
			if err != nil {
				return err
			}
			if latest == nil || entry.Record.GetActivatedAt().AsTime().After(latest.GetActivatedAt().AsTime()) {
				latest = entry.Record
			}
		}
		return nil
	})
	return latest, err
}

// shipped answers a policy of the program.
func shipped(name string) (*eilev1.Policy, error) {
	source, ok := policy.ShippedSource(name)
	if !ok {
		return nil, notFound("policy " + name)
	}
	loaded, err := policy.Load(name+".yaml", source)
	if err != nil {
		return nil, err
	}
	from, until := loaded.InForce()
	record := &eilev1.Policy{
		Policy: loaded.Identity(), Name: loaded.Name(), Version: loaded.Version(), Title: loaded.Title("en"),
		Source: string(source), InForceFrom: from.Proto(),
	}
	if until != 0 {
		record.InForceUntil = until.Proto()
	}
	return record, nil
}

func (s *policies) ListPolicies(ctx context.Context, req *eilev1.ListPoliciesRequest) (*eilev1.ListPoliciesResponse, error) {
	answer := &eilev1.ListPoliciesResponse{}
	if req.GetShipped() {
		for _, name := range policy.Shipped() {
			record, err := shipped(name)
			if err != nil {
				return nil, err
			}
			record.Source = ""
			answer.Policies = append(answer.Policies, record)
		}
		return answer, nil
	}
	size, start, err := page(req)
	if err != nil {
		return nil, err
	}
	in, _ := s.inForce()
	err = s.register.View(ctx, func(v *store.View) error {
		for entry, err := range store.Policies.All(v, "", start) {
			if err != nil {
				return err
			}
			if len(answer.Policies) == size {
				answer.NextPageToken = nextPage(req, entry.ID)
				return nil
			}
			entry.Record.Source = ""
			entry.Record.Active = in != nil && proto.Equal(in.identity, entry.Record.GetPolicy())
			answer.Policies = append(answer.Policies, entry.Record)
		}
		return nil
	})
	slices.SortStableFunc(answer.Policies, func(a, b *eilev1.Policy) int {
		return b.GetActivatedAt().AsTime().Compare(a.GetActivatedAt().AsTime())
	})
	return answer, err
}
