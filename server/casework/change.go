package casework

import (
	"context"

	"golang.org/x/sync/errgroup"
	"google.golang.org/protobuf/proto"

	"github.com/eile-housing/eile/store"
)

// Change is one change of the register under the rules of its day.
type Change struct {
	Tx    *store.Tx
	Rules Rules
}

// Update runs fn as one change of a register and answers the revision and the
// result that fn named. The error is store.ErrStaging where another policy than
// that of the rules is in force: its places could not be compared with theirs.
func Update(ctx context.Context, register *store.Register, stamp store.Stamp, rules Rules, fn func(Change) error) (revision uint64, result string, err error) {
	return register.Update(ctx, stamp, func(tx *store.Tx) error {
		if !proto.Equal(tx.Policy(), rules.Policy.Identity()) {
			return store.ErrStaging
		}
		return fn(Change{Tx: tx, Rules: rules})
	})
}

// writers is how many changes are under way at a time. They share commits, each
// of which waits for the disk.
const writers = 256

// Each changes many records, each in a transaction of its own with a stamp of
// its own, many at a time. It ends at the first error; what was changed until
// then stays.
func Each(ctx context.Context, register *store.Register, rules Rules, stamp func() store.Stamp, ids []string, fn func(Change, string) error) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(writers)
	for _, id := range ids {
		group.Go(func() error {
			_, _, err := Update(ctx, register, stamp(), rules, func(c Change) error { return fn(c, id) })
			return err
		})
	}
	return group.Wait()
}
