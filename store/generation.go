package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store/kv"
)

// Order keys of two policies cannot be compared. A policy change therefore
// writes a second generation of placements beside the first, while the register
// takes no other change, and one write switches.

// PolicyChange is a change of policy under way.
type PolicyChange struct {
	reg        *Register
	generation uint32
}

// BeginPolicyChange closes the register to other changes and begins to write
// the placements under another policy.
func (r *Register) BeginPolicyChange(ctx context.Context) (*PolicyChange, error) {
	var next uint32
	_, err := r.update(ctx, func(kvtx kv.Tx) error {
		tx := &Tx{kv: kvtx, reg: r}
		state, err := registers.Get(tx, "register")
		if err != nil {
			return err
		}
		if state.GetStaging() != 0 {
			return ErrStaging
		}
		next = state.GetGeneration() + 1
		state.Staging = next
		return tx.raw(registerKey, state)
	})
	if err != nil {
		return nil, err
	}
	return &PolicyChange{reg: r, generation: next}, nil
}

// Place writes placements under the new policy. At most kv.MaxOps of them fit
// one transaction; Place splits as needed.
func (c *PolicyChange) Place(ctx context.Context, placements []*eilev1.Placement) error {
	for some := range slices.Chunk(placements, kv.MaxOps) {
		_, err := c.reg.update(ctx, func(kvtx kv.Tx) error {
			tx := &Tx{kv: kvtx, reg: c.reg}
			for _, placement := range some {
				if err := tx.raw(placementKey(c.generation, placement.GetReference()), placement); err != nil {
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

// Switch puts the policy in force with the placements that were written, in one
// transaction. fn adds what belongs to it, such as the record of the policy.
// The history gets the placements of the new generation in pieces beforehand;
// changed are those that a past list would show differently.
func (c *PolicyChange) Switch(ctx context.Context, stamp Stamp, policy *eilev1.PolicyName, changed []*eilev1.Placement, fn func(*Tx) error) (uint64, error) {
	// A piece of history is an import of its own, decided by the switch below.
	piece := "policy-" + stamp.ID
	for number, some := range slices.Collect(slices.Chunk(changed, 1000)) {
		_, err := c.reg.update(ctx, func(kvtx kv.Tx) error {
			tx := &Tx{kv: kvtx, reg: c.reg, stamp: stamp}
			key := timeKey(placementChangePrefix, stamp.Now, fmt.Sprintf("%s-%08d", piece, number))
			return tx.raw(key, &eilev1.PlacementChange{Placements: some, Cause: stamp.Action, Import: piece})
		})
		if err != nil {
			return 0, err
		}
	}
	rev, err := c.reg.update(ctx, func(kvtx kv.Tx) error {
		tx := &Tx{kv: kvtx, reg: c.reg, stamp: stamp}
		state, err := registers.Get(tx, "register")
		if err != nil {
			return err
		}
		tx.state = state
		if state.GetStaging() != c.generation {
			return fmt.Errorf("policy change %d was given up", c.generation)
		}
		state.Generation, state.Staging, state.Policy, state.Unsettled = c.generation, 0, policy, true
		if err := registers.Put(tx, "register", state); err != nil {
			return err
		}
		if len(changed) > 0 {
			record := &eilev1.ImportRecord{Id: piece, State: eilev1.ImportState_IMPORT_STATE_DECIDED, At: tx.at()}
			if err := Imports.Put(tx, piece, record); err != nil {
				return err
			}
		}
		if err := tx.raw(timeKey(activationPrefix, stamp.Now, stamp.ID), policy); err != nil {
			return err
		}
		if err := fn(tx); err != nil {
			return err
		}
		return tx.finish()
	})
	if err != nil {
		return 0, err
	}
	return uint64(rev), c.reg.dropGenerations(ctx, c.generation)
}

// GiveUp opens the register again without a change of policy.
func (c *PolicyChange) GiveUp(ctx context.Context) error { return c.reg.giveUp(ctx) }

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
		return tx.raw(registerKey, state)
	})
	if err != nil {
		return err
	}
	return r.dropGenerations(ctx, current)
}

// dropGenerations deletes the placements of all generations but one.
func (r *Register) dropGenerations(ctx context.Context, keep uint32) error {
	for {
		var keys [][]byte
		err := r.db.View(ctx, func(reader kv.Reader) error {
			kept := placementKey(keep, "")
			ranges := [][2][]byte{
				{[]byte(placementPrefix), kept},
				{kv.PrefixEnd(kept), kv.PrefixEnd([]byte(placementPrefix))},
			}
			for _, span := range ranges {
				for item, err := range reader.Scan(span[0], span[1]) {
					if err != nil {
						return err
					}
					keys = append(keys, slices.Clone(item.Key))
					if len(keys) == 100*kv.MaxOps {
						return nil
					}
				}
			}
			return nil
		})
		if err != nil || len(keys) == 0 {
			return err
		}
		for some := range slices.Chunk(keys, kv.MaxOps) {
			if err := r.deleteKeys(ctx, some); err != nil {
				return err
			}
		}
	}
}

// PolicyAt answers the policy that was in force at a moment; nil: none was.
func (v *View) PolicyAt(at time.Time) (*eilev1.PolicyName, error) {
	var latest *eilev1.PolicyName
	for item, err := range v.reader.Scan([]byte(activationPrefix), kv.PrefixEnd([]byte(activationPrefix))) {
		if err != nil {
			return nil, err
		}
		if activated, ok := keyTime(activationPrefix, item.Key); !ok || activated.After(at) {
			break
		}
		if latest, err = decode[eilev1.PolicyName]("activation", item); err != nil {
			return nil, err
		}
	}
	return latest, nil
}
