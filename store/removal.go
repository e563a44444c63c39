package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store/kv"
	"github.com/eile-housing/eile/store/staging"
)

// writers write or delete at a time; they share commits.
const writers = 32

// removeUndecided removes what a process that ended in the middle of an import
// left behind.
func (r *Register) removeUndecided(ctx context.Context) error {
	var left []string
	err := r.View(ctx, func(v *View) error {
		for entry, err := range Imports.All(v, "", "") {
			if err != nil {
				return err
			}
			if entry.Record.GetState() != eilev1.ImportState_IMPORT_STATE_DECIDED {
				left = append(left, entry.ID)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, id := range left {
		if err := r.removeImport(ctx, id); err != nil {
			return fmt.Errorf("import %s: %w", id, err)
		}
	}
	return nil
}

// removeImport deletes the rows of each piece together with the list of their
// keys, and then the import, so that a removal that is interrupted can begin
// again.
func (r *Register) removeImport(ctx context.Context, id string) error {
	notDecided := func(kvtx kv.Tx) error {
		hidden, err := undecided(&Tx{kv: kvtx, reg: r}, id)
		if err == nil && !hidden {
			err = fmt.Errorf("import %s was decided and cannot be removed", id)
		}
		return err
	}
	for {
		var pieces [][][]byte
		err := r.db.View(ctx, func(reader kv.Reader) (err error) {
			pieces, err = staging.Chunks(reader, id)
			return err
		})
		if err != nil {
			return err
		}
		if len(pieces) == 0 {
			return r.deleteKeys(ctx, [][]byte{Imports.key(id)}, notDecided)
		}
		if err := r.deleteAll(ctx, pieces, notDecided); err != nil {
			return err
		}
	}
}

// deleteAll deletes groups of keys at once, each group in its order. Every
// transaction asks allowed first.
func (r *Register) deleteAll(ctx context.Context, groups [][][]byte, allowed func(kv.Tx) error) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(writers)
	for _, keys := range groups {
		group.Go(func() error {
			for some := range slices.Chunk(keys, kv.MaxOps) {
				if err := r.deleteKeys(ctx, some, allowed); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return group.Wait()
}

func (r *Register) deleteKeys(ctx context.Context, keys [][]byte, allowed func(kv.Tx) error) error {
	_, err := r.update(ctx, func(tx kv.Tx) error {
		if err := allowed(tx); err != nil {
			return err
		}
		for _, key := range keys {
			if err := tx.Delete(key); err != nil {
				return err
			}
		}
		return nil
	})
	return err
}

// PruneRequests deletes the records of requests that were answered before a
// moment, and answers how many. A request is kept for at least a day, so that a
// caller who lost the answer can ask again.
func (r *Register) PruneRequests(ctx context.Context, before time.Time) (int, error) {
	var old [][]byte
	err := r.View(ctx, func(v *View) error {
		for entry, err := range requests.All(v, "", "") {
			if err != nil {
				return err
			}
			if entry.Record.GetAt().AsTime().Before(before) {
				old = append(old, requests.key(entry.ID))
			}
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	always := func(kv.Tx) error { return nil }
	if err := r.deleteAll(ctx, slices.Collect(slices.Chunk(old, kv.MaxOps)), always); err != nil {
		return 0, err
	}
	return len(old), nil
}
