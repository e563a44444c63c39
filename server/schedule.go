package server

import (
	"context"
	"slices"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/eile-housing/eile/policy/day"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store"
)

// schedule keeps a policy whose first day is to come. The first run of that day
// or later puts it in force, before anything else of the night.
func (s *Server) schedule(ctx context.Context, req *eilev1.ActivatePolicyRequest, record *eilev1.Policy) (*eilev1.Policy, error) {
	stamp, err := s.stamp(ctx, req, "policy.schedule", "")
	if err != nil {
		return nil, err
	}
	record.Scheduled, record.ActivatedAt = true, nil
	shown := proto.CloneOf(record)
	shown.Source = ""
	_, _, err = s.register.Update(ctx, stamp, func(tx *store.Tx) error {
		id := record.GetName() + "/" + record.GetVersion()
		tx.Result(id)
		if former, ok, err := store.Policies.Find(tx, id); err != nil || ok && former.GetScheduled() {
			return err
		}
		tx.Subject(record.GetName())
		return store.Policies.Put(tx, id, record)
	})
	return shown, err
}

// scheduled answers the policies that wait to be put in force by the run of a
// day, in the order of their first days.
func (s *Server) scheduled(ctx context.Context, on day.Day) ([]*eilev1.Policy, error) {
	var due []*eilev1.Policy
	err := s.register.View(ctx, func(v *store.View) error {
		for entry, err := range store.Policies.All(v, "", "") {
			if err != nil {
				return err
			}
			if from, ok, err := day.FromProto(entry.Record.GetInForceFrom()); err == nil && ok && entry.Record.GetScheduled() && from <= on {
				due = append(due, entry.Record)
			}
		}
		return nil
	})
	slices.SortStableFunc(due, func(a, b *eilev1.Policy) int {
		first, _, _ := day.FromProto(a.GetInForceFrom())
		second, _, _ := day.FromProto(b.GetInForceFrom())
		return int(first - second)
	})
	return due, err
}

// enact puts the scheduled policies in force whose first day has come, in the
// order of their first days.
func (s *Server) enact(ctx context.Context, on day.Day) error {
	ctx = context.WithoutCancel(ctx) // half of a switch would leave the service without rules
	due, err := s.scheduled(ctx, on)
	if err != nil {
		return err
	}
	for _, record := range due {
		record.Scheduled, record.ActivatedAt = false, timestamppb.New(s.Now())
		next, err := makeRules(record)
		if err != nil {
			return err
		}
		s.activating.Lock()
		err = s.switchTo(ctx, &eilev1.ActivatePolicyRequest{}, next, on)
		s.activating.Unlock()
		if err != nil {
			return err
		}
		if err := s.settle(ctx); err != nil {
			return err
		}
	}
	return nil
}
