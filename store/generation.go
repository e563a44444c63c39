package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store/kv"
	"github.com/eile-housing/eile/store/layout"
	"github.com/eile-housing/eile/store/living"
	"github.com/eile-housing/eile/store/staging"
)

// Order keys of two policies cannot be compared. A policy change therefore
// writes a second generation of placements beside the first, while the register
// takes no other change, and one write switches.

// PolicyChange is a change of policy under way. Place may be called
// concurrently.
type PolicyChange struct {
	reg        *Register
	generation uint32

	mu    sync.RWMutex // held for reading by whoever writes for it
	ended bool
}

// BeginPolicyChange closes the register to other changes and begins to write
// the placements under another policy.
func (r *Register) BeginPolicyChange(ctx context.Context) (*PolicyChange, error) {
	c := &PolicyChange{reg: r}
	_, err := r.update(ctx, func(kvtx kv.Tx) error {
		tx := &Tx{kv: kvtx, reg: r}
		if err := tx.open(0); err != nil {
			return err
		}
		c.generation = tx.state.GetGeneration() + 1
		tx.state.Staging = c.generation
		return tx.raw([]byte(layout.Register), tx.state)
	})
	if err != nil {
		return nil, err
	}
	if err := r.dropGenerations(ctx, c.generation-1, c.generation); err != nil {
		return nil, errors.Join(err, c.GiveUp(context.WithoutCancel(ctx)))
	}
	return c, nil
}

var errGivenUp = errors.New("the policy change was given up or has ended: begin another")

// Place writes placements under the new policy, in as many transactions as they
// need.
func (c *PolicyChange) Place(ctx context.Context, placements []*eilev1.Placement) error {
	for _, placement := range placements {
		if err := living.CheckPlacement(placement); err != nil {
			return err
		}
	}
	c.mu.RLock()
	defer c.mu.RUnlock()
	if c.ended {
		return errGivenUp
	}
	for some := range staging.Portions(placements, kv.MaxOps) {
		_, err := c.reg.update(ctx, func(kvtx kv.Tx) error {
			tx := &Tx{kv: kvtx, reg: c.reg}
			if err := tx.open(c.generation); err != nil {
				return err
			}
			for _, placement := range some {
				if err := tx.raw(layout.PlacementKey(c.generation, placement.GetReference()), placement); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// historyPortion is how many placements one entry of the history has.
const historyPortion = 1000

// Switch puts the policy in force with the placements that were written, in one
// transaction. fn adds what belongs to it, such as the record of the policy.
// changed are the placements that a past list would show differently. An error
// says that the policy before is in force and the change still under way.
func (c *PolicyChange) Switch(ctx context.Context, stamp Stamp, policy *eilev1.PolicyName, changed []*eilev1.Placement, fn func(*Tx) error) (uint64, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ended {
		return 0, errGivenUp
	}
	history, err := c.writeHistory(ctx, stamp, changed)
	if err != nil {
		return 0, err
	}
	rev, err := c.reg.update(ctx, func(kvtx kv.Tx) error {
		tx := c.reg.begin(kvtx, stamp)
		if err := tx.open(c.generation); err != nil {
			return err
		}
		tx.state.Generation, tx.state.Staging, tx.state.Policy, tx.state.Unsettled = c.generation, 0, policy, true
		if err := registers.Put(tx, "register", tx.state); err != nil {
			return err
		}
		if err := tx.raw(layout.TimeKey(layout.Activation, tx.Now(), stamp.ID), policy); err != nil {
			return err
		}
		if history != nil {
			if err := history.keep(tx, nil); err != nil {
				return err
			}
		}
		if err := fn(tx); err != nil {
			return err
		}
		return tx.finish()
	})
	ctx = context.WithoutCancel(ctx)
	if err != nil {
		return 0, errors.Join(err, history.abort(ctx))
	}
	c.ended = true
	// What is left of the old generation does no harm. It is deleted by the next
	// policy change or when the register is opened again.
	_ = c.reg.dropGenerations(ctx, c.generation, 0)
	return uint64(rev), nil
}

// writeHistory writes the entries of the history in pieces, as an import that
// the switch decides; nil: there are none.
func (c *PolicyChange) writeHistory(ctx context.Context, stamp Stamp, changed []*eilev1.Placement) (*Import, error) {
	if len(changed) == 0 {
		return nil, nil
	}
	history, err := c.reg.beginImport(ctx, "policy-"+stamp.ID, c.generation)
	if err != nil {
		return nil, err
	}
	group, gctx := errgroup.WithContext(ctx)
	group.SetLimit(writers)
	number := uint32(0)
	for some := range staging.Portions(changed, historyPortion) {
		piece, at := history.Piece(), number
		piece.Tell(some)
		group.Go(func() error { return history.Write(gctx, stamp, at, piece) })
		number++
	}
	if err := group.Wait(); err != nil {
		return nil, fmt.Errorf("history of the policy change: %w", errors.Join(err, history.abort(context.WithoutCancel(ctx))))
	}
	return history, nil
}

func (im *Import) abort(ctx context.Context) error {
	if im == nil {
		return nil
	}
	return im.Abort(ctx)
}

// GiveUp opens the register again without a change of policy. Of a change that
// has ended it gives up nothing.
func (c *PolicyChange) GiveUp(ctx context.Context) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ended {
		return nil
	}
	err := c.reg.giveUp(ctx)
	c.ended = err == nil
	return err
}

// giveUp ends the policy change that is under way, if there is one.
func (r *Register) giveUp(ctx context.Context) error {
	var current uint32
	_, err := r.update(ctx, func(kvtx kv.Tx) error {
		tx := &Tx{kv: kvtx, reg: r}
		state, err := registers.Get(tx, "register")
		if err != nil {
			return err
		}
		current = state.GetGeneration()
		if state.GetStaging() == 0 {
			return nil
		}
		state.Staging = 0
		return tx.raw([]byte(layout.Register), state)
	})
	if err != nil {
		return err
	}
	return r.dropGenerations(ctx, current, 0)
}

// errOutrun says that another policy change has begun, which deletes what is
// left of those before.
var errOutrun = errors.New("another policy change has begun")

// dropGenerations deletes the placements of all generations but one, as long as
// that one is in force and the staging is what it was: the next policy change
// may write under the very keys.
func (r *Register) dropGenerations(ctx context.Context, keep, next uint32) error {
	unchanged := func(kvtx kv.Tx) error {
		state, err := registers.Get(&Tx{kv: kvtx, reg: r}, "register")
		if err == nil && (state.GetGeneration() != keep || state.GetStaging() != next) {
			err = errOutrun
		}
		return err
	}
	for {
		var keys [][]byte
		err := r.db.View(ctx, func(reader kv.Reader) (err error) {
			keys, err = staging.Generations(reader, keep)
			return err
		})
		if err != nil || len(keys) == 0 {
			return err
		}
		err = r.deleteAll(ctx, slices.Collect(slices.Chunk(keys, kv.MaxOps)), unchanged)
		if errors.Is(err, errOutrun) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}
