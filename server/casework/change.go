package casework

import (
	"context"

	"golang.org/x/sync/errgroup"
	"google.golang.org/protobuf/proto"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store"
)

// Change is one change of the register under the rules of its day.
type Change struct {
	Tx    *store.Tx
	Rules Rules
	// Persons take what the change decides; nil: the machine does, or the one person who asks
	// and whom no policy binds to a second.
	Persons *Persons
}

// Persons are who takes the decisions of one change, where the policy may want two.
type Persons struct {
	// Kinds are those that they may decide by what they ask for.
	Kinds []eilev1.DecisionKind
	// Approves is the proposal that who asks approves; nil: nobody proposed it before.
	Approves *eilev1.Decision
	// Number and Reason are what the approval adds to what was proposed.
	Number, Reason string
	// Result is what the change named as its result, where the request is that of an approval.
	Result string
	// Taken is true once the change has decided what was proposed.
	Taken bool
	// Proposed is what the change decides though a second person has to approve it first:
	// nothing of the change may stand then.
	Proposed *eilev1.Decision
}

// Update runs fn as one change of a register and answers the revision and the
// result that fn named. The error is store.ErrStaging where another policy than
// that of the rules is in force: its places could not be compared with theirs.
func Update(ctx context.Context, register *store.Register, stamp store.Stamp, rules Rules, fn func(Change) error) (revision uint64, result string, err error) {
	return UpdateBy(ctx, register, stamp, rules, nil, fn)
}

// UpdateBy is Update where persons decide.
func UpdateBy(ctx context.Context, register *store.Register, stamp store.Stamp, rules Rules, persons *Persons, fn func(Change) error) (revision uint64, result string, err error) {
	return register.Update(ctx, stamp, func(tx *store.Tx) error {
		if !proto.Equal(tx.Policy(), rules.Policy.Identity()) {
			return store.ErrStaging
		}
		if persons != nil {
			persons.Proposed = nil
		}
		return fn(Change{Tx: tx, Rules: rules, Persons: persons})
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
