package server

import (
	"context"
	"errors"
	"slices"

	"golang.org/x/sync/errgroup"
	"google.golang.org/protobuf/proto"

	"github.com/eile-housing/eile/policy/day"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/server/casework/home"
	"github.com/eile-housing/eile/server/casework/state"
	"github.com/eile-housing/eile/store"
)

// switchTo writes the places under the next policy beside those in force and
// switches by one write.
func (s *Server) switchTo(ctx context.Context, req *eilev1.ActivatePolicyRequest, next *rules, today day.Day) (err error) {
	stamp, err := s.stamp(ctx, req, "policy.activate", "")
	if err != nil {
		return err
	}
	change, err := s.register.BeginPolicyChange(ctx)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, change.GiveUp(context.WithoutCancel(ctx)))
		}
	}()
	all, moved, err := s.placements(ctx, next.on(today))
	if err != nil {
		return err
	}
	group, gctx := errgroup.WithContext(ctx)
	group.SetLimit(64)
	for some := range slices.Chunk(all, 100) {
		group.Go(func() error { return change.Place(gctx, some) })
	}
	if err := group.Wait(); err != nil {
		return err
	}
	_, err = change.Switch(ctx, stamp, next.identity, moved, func(tx *store.Tx) error {
		tx.Subject(next.policy.Name())
		tx.Result(next.policy.Name() + "/" + next.policy.Version())
		return store.Policies.Put(tx, next.policy.Name()+"/"+next.policy.Version(), next.record)
	})
	if err != nil {
		return err
	}
	s.rules.Store(next)
	return nil
}

// placements evaluates every application under the rules, and tells which of
// them a past list would show differently.
func (s *Server) placements(ctx context.Context, rules casework.Rules) (all, moved []*eilev1.Placement, err error) {
	err = s.register.View(ctx, func(v *store.View) error {
		for entry, err := range store.Applications.All(v, "", "") {
			if err != nil {
				return err
			}
			former, _, err := store.FindPlacement(v, entry.ID)
			if err != nil {
				return err
			}
			placement := state.Evaluate(rules, entry.Record)
			all = append(all, placement)
			if store.Moved(former, placement) {
				moved = append(moved, placement)
			}
		}
		return nil
	})
	return all, moved, err
}

// settle brings every record to what the policy in force says of it. The places
// are switched already; killed in the middle, it goes on at the next start.
func (s *Server) settle(ctx context.Context) error {
	rules, err := s.today()
	if err != nil {
		return err
	}
	var applications, units []string
	var needed bool
	err = s.register.View(ctx, func(v *store.View) error {
		if needed = v.Unsettled(); !needed {
			return nil
		}
		for entry, err := range store.Applications.All(v, "", "") {
			if err != nil {
				return err
			}
			if !proto.Equal(entry.Record.GetPolicy(), rules.Policy.Identity()) {
				applications = append(applications, entry.ID)
			}
		}
		for entry, err := range store.Units.All(v, "", "") {
			if err != nil {
				return err
			}
			if state.MustAssess(rules, entry.Record) {
				units = append(units, entry.ID)
			}
		}
		return nil
	})
	if err != nil || !needed {
		return err
	}
	err = s.each(ctx, "policy.settle", rules, applications, func(c casework.Change, reference string) error {
		application, err := store.Applications.Get(c.Tx, reference)
		if err != nil {
			return err
		}
		return state.Settle(c, application)
	})
	if err != nil {
		return err
	}
	err = s.each(ctx, "policy.settle", rules, units, func(c casework.Change, reference string) error {
		unit, err := store.Units.Get(c.Tx, reference)
		if err != nil {
			return err
		}
		return home.Settle(c, unit)
	})
	if err != nil {
		return err
	}
	_, _, err = s.register.Update(ctx, s.machine("policy.settle"), func(tx *store.Tx) error { return tx.Settled() })
	return err
}

// machine is the stamp of what the machine does by itself.
func (s *Server) machine(action string) store.Stamp {
	return store.Stamp{Now: s.Now(), ID: s.NewID(), Actor: casework.Machine, Action: action}
}

// each changes many records under the rules, as the machine does by itself.
func (s *Server) each(ctx context.Context, action string, rules casework.Rules, ids []string, fn func(casework.Change, string) error) error {
	return casework.Each(ctx, s.register, rules, func() store.Stamp { return s.machine(action) }, ids, fn)
}
