// Package memkv is the driver of kv in memory, with the semantics of the durable drivers and none
// of their durability: a whole store for tests, or what is written over a snapshot of another store
// and thrown away.
//
// A snapshot is the tree of one commit, which later commits copy where they change it. A tree that
// nobody was shown they change in place. The package imports kv and a B-tree, nothing else of ours.
package memkv

import (
	"bytes"
	"context"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/tidwall/btree"

	"github.com/eile-housing/eile/store/kv"
	"github.com/eile-housing/eile/store/kv/internal/buffer"
)

// Options of New.
type Options struct {
	// RerunClosures runs every second closure of Update twice and keeps the
	// second outcome, as a driver does whose commit met a conflict. It finds
	// closures with effects of their own.
	RerunClosures bool
}

// DB implements kv.DB.
type DB struct {
	rerun bool

	// turn is held, as the one element of the channel, by an Update from its
	// closure to the return of its followers: a channel because waiting for it
	// must end with a context.
	turn    chan struct{}
	updates int // guarded by turn

	mu        sync.Mutex // guards latest, and its tree while nobody has been shown it
	latest    *state
	published atomic.Uint64 // revision that all followers have seen
	closed    atomic.Bool

	following sync.Mutex // held while followers run
	followers []func(kv.Commit)

	views sync.RWMutex // held for reading by Views, so that Close waits for them
}

var _ kv.DB = (*DB)(nil)

// New returns an empty store.
func New(options Options) *DB {
	return open(options, &state{items: newTree()})
}

func open(options Options, s *state) *DB {
	db := &DB{rerun: options.RerunClosures, turn: make(chan struct{}, 1), latest: s}
	db.published.Store(uint64(s.revision))
	return db
}

type tree = btree.BTreeG[record]

func newTree() *tree {
	less := func(a, b record) bool { return bytes.Compare(a.Key, b.Key) < 0 }
	// Without locks, since a Scan would hold one while its loop runs: a tree that
	// a View was shown is never changed, and copied only under mu.
	return btree.NewBTreeGOptions(less, btree.Options{NoLocks: true})
}

// View implements kv.DB.
func (db *DB) View(ctx context.Context, fn func(kv.Reader) error) error {
	err := ctx.Err()
	if err != nil {
		return err
	}
	db.views.RLock()
	defer db.views.RUnlock()
	if db.closed.Load() {
		return fmt.Errorf("read: %w", kv.ErrClosed)
	}
	r := &reader{ctx: ctx, state: db.show()}
	defer func() { r.ended = true }()
	defer r.state.below.faulting()()
	return fn(r)
}

// Update implements kv.DB.
func (db *DB) Update(ctx context.Context, fn func(kv.Tx) error) (kv.Revision, error) {
	select {
	case db.turn <- struct{}{}:
	case <-ctx.Done():
		return 0, ctx.Err()
	}
	defer func() { <-db.turn }()
	if db.closed.Load() {
		return 0, fmt.Errorf("write: %w", kv.ErrClosed)
	}
	err := ctx.Err()
	if err != nil {
		return 0, err
	}
	before := db.latest // only who has the turn replaces it
	defer before.below.faulting()()
	db.updates++
	if db.rerun && db.updates%2 == 0 {
		_, _ = buffer.Run(before.get, fn)
	}
	writes, err := buffer.Run(before.get, fn)
	if err != nil {
		return 0, err
	}
	if len(writes) == 0 {
		return before.revision, nil
	}
	commit := kv.Commit{Revision: before.revision + 1, Writes: writes}
	db.replace(before, commit)
	db.publish(commit)
	return commit.Revision, nil
}

// show is the latest state, which is not changed from now on.
func (db *DB) show() *state {
	db.mu.Lock()
	defer db.mu.Unlock()
	db.latest.shown = true
	return db.latest
}

// replace puts the state that a commit makes of the one before in its place.
func (db *DB) replace(before *state, c kv.Commit) {
	db.mu.Lock()
	defer db.mu.Unlock()
	db.latest = before.after(c)
}

func (db *DB) publish(c kv.Commit) {
	db.following.Lock()
	defer db.following.Unlock()
	for _, fn := range db.followers {
		fn(c)
	}
	db.published.Store(uint64(c.Revision))
}

// Follow implements kv.DB.
func (db *DB) Follow(fn func(kv.Commit)) kv.Revision {
	db.following.Lock()
	defer db.following.Unlock()
	db.followers = append(db.followers, fn)
	return db.Revision()
}

// Revision implements kv.DB.
func (db *DB) Revision() kv.Revision { return kv.Revision(db.published.Load()) }

// Close implements kv.DB.
func (db *DB) Close() error {
	db.turn <- struct{}{}
	defer func() { <-db.turn }()
	db.views.Lock()
	defer db.views.Unlock()
	db.closed.Store(true)
	return nil
}
