// Package kv is the seam between the register and the place where its bytes
// lie: an ordered key-value store with serializable closure transactions, a
// revision and a feed of commits.
//
// The seam is drawn from the weakest engine that could stand behind it, etcd,
// and not from the pleasant one, bbolt: a transaction is small, its closure may
// run more than once, and a closure that writes reads single keys only, since
// etcd can validate point reads at commit but cannot notice a key deleted from
// a range. An invariant is therefore always a key that is read by Get. Every
// driver enforces the same limits and passes the suite of package kvtest.
//
// The package imports the standard library only. Drivers are boltkv and memkv.
package kv

import (
	"context"
	"io"
	"iter"
)

// Revision counts commits. Each Update that writes takes the next one; the
// count survives reopening. Zero stands before the first commit.
type Revision uint64

// Item is one key with its value. Revision is that of the commit that last
// wrote the key (the ModRevision of etcd); it is zero for a key that the
// closure itself has just put. Both slices belong to the driver: they are valid
// only until the closure returns and must not be modified.
type Item struct {
	Key, Value []byte
	Revision   Revision
}

// Reader reads one snapshot of the whole store. It is for one goroutine, and
// ends with the closure it was given to: later calls return ErrEnded.
type Reader interface {
	// Get reads one key; the bool tells whether it exists.
	Get(key []byte) (Item, bool, error)

	// Scan walks the keys of [start, end) in bytewise order, in memory that
	// does not grow with the range. An empty start is the first key, an empty
	// end lies after the last. An error is yielded once, as the last pair; a
	// cancelled context of the View is such an error.
	Scan(start, end []byte) iter.Seq2[Item, error]

	// Revision is that of the last commit the snapshot contains.
	Revision() Revision
}

// Tx is what a closure of Update reads and writes: everything committed before
// it, and its own writes. It has no Scan on purpose (see the package comment).
// It is for one goroutine and ends with its closure.
//
// An error of any method dooms the transaction: Update does not commit it even
// when the closure returns nil.
type Tx interface {
	// Get reads one key, the closure's own writes included.
	Get(key []byte) (Item, bool, error)

	// Put copies key and value.
	Put(key, value []byte) error

	// Delete copies the key. To delete what does not exist is no error, and
	// counts as a write all the same.
	Delete(key []byte) error
}

// Write is the last thing that a transaction did to one key. Value is nil when
// the key was deleted.
type Write struct {
	Key, Value []byte
	Deleted    bool
}

// Commit is one Update that wrote: its revision, and each key it wrote once, in
// the order of their first write. Its slices may be kept and must not be
// modified; all followers share them.
type Commit struct {
	Revision Revision
	Writes   []Write
}

// DB is an open store. All methods may be called concurrently.
//
// Closures must not call the DB they run in: an Update inside a closure waits
// for itself, and a View inside a View may. They should be short: those of
// Update run one at a time, and a View keeps what later commits replace.
type DB interface {
	// View runs fn against a snapshot that later commits do not change and
	// returns its error. The snapshot contains every Update that returned
	// before View was called. What View has shown is durable when it returns:
	// where that is in doubt, it waits.
	View(ctx context.Context, fn func(Reader) error) error

	// Update runs fn and commits its writes as one transaction, serializable
	// with all others. It returns the revision when the commit is durable and
	// every follower has returned for it.
	//
	// If fn returns an error, nothing is written and that very error comes
	// back. If fn panics, nothing is written and the panic goes on in the
	// caller. If fn writes nothing, nothing is committed and the current
	// revision is returned. fn may run more than once, so it must not have
	// effects of its own beyond what a second run overwrites.
	//
	// A context that ends while the call is queued ends it with ctx.Err() and
	// without running fn; once fn has run, its commit is waited for.
	//
	// An error that is not fn's own (see ErrNoSpace) says that the writes are
	// not in the store and not visible; after an error that wraps ErrUncertain
	// the store refuses all work, and only reopening it tells.
	Update(ctx context.Context, fn func(Tx) error) (Revision, error)

	// Follow has fn called for every commit after from, in the order of
	// revisions, never concurrently. To mirror the store, Follow first, then
	// View, and pass over commits up to the revision of the View. fn may View;
	// it must not Update, Follow, Close or panic.
	Follow(fn func(Commit)) (from Revision)

	// Revision is that of the last commit that every follower has seen.
	Revision() Revision

	// Backup writes a consistent copy of the store, in the driver's own form,
	// while it serves. After an error the copy is worthless.
	Backup(ctx context.Context, w io.Writer) error

	// Close waits for what has begun and gives the store up. Everything
	// afterwards returns ErrClosed, but closing again is harmless.
	Close() error
}
