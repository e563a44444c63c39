package rulebook

import (
	"context"
	"errors"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/eile-housing/eile/policy/day"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/server/casework/state"
	"github.com/eile-housing/eile/store"
)

const (
	// placers write places at a time; they share commits.
	placers = 64
	// placed is how many places a placer hands on at a time.
	placed = 100
)

// switchTo writes the places under the next policy beside those in force and
// switches by one write, which the stamp's actor makes.
func (b *Book) switchTo(ctx context.Context, stamp store.Stamp, next *edition, today day.Day) (err error) {
	stamp.Now, stamp.Action = b.Now(), "policy.activate"
	change, err := b.register.BeginPolicyChange(ctx)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, change.GiveUp(context.WithoutCancel(ctx)))
		}
	}()
	all, moved, err := placements(ctx, b.register, next.on(today, b.Wording.Known))
	if err != nil {
		return err
	}
	group, gctx := errgroup.WithContext(ctx)
	group.SetLimit(placers)
	for some := range slices.Chunk(all, placed) {
		group.Go(func() error { return change.Place(gctx, some) })
	}
	if err := group.Wait(); err != nil {
		return err
	}
	_, err = change.Switch(ctx, stamp, next.record.GetPolicy(), moved, func(tx *store.Tx) error {
		tx.Subject(next.record.GetName())
		tx.Result(recordID(next.record))
		return store.Policies.Put(tx, recordID(next.record), next.record)
	})
	if err != nil {
		return err
	}
	b.Wording.supersede(next)
	return nil
}

// placements evaluates every application under the rules, and tells which of
// them a past list would show differently.
func placements(ctx context.Context, register *store.Register, rules casework.Rules) (all, moved []*eilev1.Placement, err error) {
	err = register.View(ctx, func(v *store.View) error {
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
