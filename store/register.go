package store

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/eile-housing/eile/store/audit"
	"github.com/eile-housing/eile/store/history"
	"github.com/eile-housing/eile/store/kv"
	"github.com/eile-housing/eile/store/living"
	"github.com/eile-housing/eile/store/schema"
	"github.com/eile-housing/eile/store/staging"
)

// Register is an open register. All methods may be called concurrently.
type Register struct {
	db      kv.DB
	list    *living.List
	chain   *audit.Chain
	moments *audit.Moments
	imports *staging.Imports
	history *history.Archive
	seed    audit.Seed

	gate    sync.RWMutex // held for writing while a snapshot is taken
	sealing sync.Mutex   // held while seals are being written
}

// Open takes a store as the register: it brings one of an older schema to this
// one, removes what undecided imports and an unfinished policy change left, and
// rebuilds the waiting list. Salts are drawn from random, of audit.SaltBytes. The
// caller closes db after the last use of the register.
func Open(ctx context.Context, db kv.DB, random []byte) (*Register, error) {
	seed, err := audit.NewSeed(random)
	if err != nil {
		return nil, fmt.Errorf("open the register: %w", err)
	}
	r := &Register{
		db: db, list: living.New(), chain: new(audit.Chain), moments: new(audit.Moments), imports: staging.NewImports(),
		history: history.New(), seed: seed,
	}
	for _, step := range []struct {
		what string
		do   func(context.Context) error
	}{
		{"read the schema", func(ctx context.Context) error { return schema.Begin(ctx, db) }},
		{"migrate", func(ctx context.Context) error { return schema.Migrate(ctx, db, seed) }},
		{"remove undecided imports", r.removeUndecided},
		{"finish erasures", r.finishErasures},
		{"give up an unfinished policy change", r.giveUp},
		{"rebuild the waiting list", r.follow},
		{"load the audit chain", func(ctx context.Context) error { return db.View(ctx, r.chain.Load) }},
	} {
		if err := step.do(ctx); err != nil {
			return nil, fmt.Errorf("open the register: %s: %w", step.what, err)
		}
	}
	return r, nil
}

// update lets a closure write, unless a snapshot is being taken.
func (r *Register) update(ctx context.Context, fn func(kv.Tx) error) (kv.Revision, error) {
	r.gate.RLock()
	defer r.gate.RUnlock()
	return r.db.Update(ctx, fn)
}

// ErrStaging says that a policy is being activated and that the register takes
// no changes until it is.
var ErrStaging = errors.New("a policy is being activated: try again in a moment")

// Update runs fn as one change of the register and returns the revision and the
// result that fn named. A request that was carried out before runs nothing and
// answers its former result. fn may run more than once.
func (r *Register) Update(ctx context.Context, stamp Stamp, fn func(*Tx) error) (revision uint64, result string, err error) {
	rev, err := r.update(ctx, func(kvtx kv.Tx) error {
		tx := r.begin(kvtx, stamp)
		former, seen, err := tx.seen()
		if err != nil {
			return err
		}
		if seen {
			result = former
			return nil
		}
		if err := tx.open(0); err != nil {
			return err
		}
		if err := fn(tx); err != nil {
			return err
		}
		result = tx.result
		return tx.finish()
	})
	if err != nil {
		return 0, "", err
	}
	return uint64(rev), result, nil
}

// Repeated returns the result of a request that was carried out before, so that
// work which spans transactions can be skipped.
func (r *Register) Repeated(ctx context.Context, stamp Stamp) (result string, seen bool, err error) {
	_, err = r.update(ctx, func(kvtx kv.Tx) error {
		tx := &Tx{kv: kvtx, reg: r, stamp: stamp}
		result, seen, err = tx.seen()
		return err
	})
	return result, seen, err
}

// History is the past of the register as this process reads it.
func (r *Register) History() *history.Archive { return r.history }

// List is the living waiting list of this process.
func (r *Register) List() *living.List { return r.list }
