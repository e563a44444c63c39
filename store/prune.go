package store

import (
	"context"
	"slices"
	"time"

	"github.com/eile-housing/eile/store/kv"
)

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
