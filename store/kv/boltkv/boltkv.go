// Package boltkv is the embedded driver of kv: one bbolt file, written by one
// process.
//
// Concurrent Updates share a commit. Closures run one after the other, each on
// its caller's goroutine, over the file and the writes that were accepted before
// it; what a closure writes is buffered, so that one that refuses costs the
// others nothing. While one batch is being synced the next one collects. Nothing
// is answered, nor read by a View that has returned, before it is on the disk.
//
// Damage is an ErrCorrupt and not a crash: the two meta pages are verified at
// Open, each record carries a checksum, and memory faults inside bbolt (a page
// beyond the end of the file, a failing disk) are caught.
//
// The package imports kv and bbolt, nothing else of ours.
package boltkv

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"

	"go.etcd.io/bbolt"

	"github.com/eile-housing/eile/store/kv"
)

// DB is an open file. It implements kv.DB.
type DB struct {
	path string
	bolt *bbolt.DB
	file *os.File // the descriptor that bolt uses and closes

	// turn is held, as the one element of the channel, by the closure that
	// runs and by the committer while it takes a batch. A channel because
	// waiting for it must end with a context, and because it is first come,
	// first served.
	turn chan struct{}
	// Guarded by turn.
	closed   bool
	tail     kv.Revision // of the last accepted write
	current  *batch      // collects
	inflight *batch      // is being committed, or was the last to be

	joined  atomic.Int64  // commits in current, for gather
	wake    chan struct{} // tells the committer that current has a commit
	stopped chan struct{} // closed by the committer when it ends
	syncing atomic.Pointer[batch]
	durable atomic.Uint64         // revision on the disk
	broken  atomic.Pointer[error] // set once, see kv.ErrUncertain
	wedged  bool                  // committer's, then Close's: bolt's write lock is lost
	close   func() error

	feed feed
}

var _ kv.DB = (*DB)(nil)

// Open opens the store at path, creating it when there is no file. The errors
// to expect wrap kv.ErrInUse, ErrCorrupt, ErrFormat, ErrReadOnly or ErrNoSpace.
func Open(path string, options Options) (*DB, error) {
	db := &DB{
		path:    path,
		turn:    make(chan struct{}, 1),
		current: newBatch(),
		wake:    make(chan struct{}, 1),
		stopped: make(chan struct{}),
	}
	err := db.open(options)
	if err != nil {
		db.release()
		return nil, err
	}
	revision, err := db.stored()
	if err != nil {
		db.release()
		return nil, err
	}
	db.tail = revision
	db.durable.Store(uint64(revision))
	db.feed.published.Store(uint64(revision))
	db.close = sync.OnceValue(db.shut)
	go db.commitLoop()
	return db, nil
}

// open leaves what it could open in db, for release.
func (db *DB) open(options Options) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer db.guard("open", &err)
	db.bolt, err = bbolt.Open(db.path, 0o600, options.bolt(&db.file))
	if err != nil && strings.HasPrefix(err.Error(), "file size too small") { // bbolt has no name for it
		return fmt.Errorf("%w: %w", kv.ErrCorrupt, err)
	}
	if err != nil {
		return err
	}
	err = checkMeta(db.file, db.bolt.Info().PageSize)
	if err != nil {
		return err
	}
	created, err := checkFormat(db.bolt)
	if err != nil || !created || options.NoSync {
		return err
	}
	return syncFolder(filepath.Dir(db.path))
}

// release gives back the file after a failed Open, and its lock unless bbolt
// panicked: then the map that it leaves behind keeps the lock until the process
// ends.
func (db *DB) release() {
	switch {
	case db.bolt != nil:
		_ = db.bolt.Close()
	case db.file != nil:
		_ = db.file.Close()
	}
}

// Revision implements kv.DB.
func (db *DB) Revision() kv.Revision { return kv.Revision(db.feed.published.Load()) }

// Close implements kv.DB. It waits for Views that have begun.
func (db *DB) Close() error { return db.close() }

func (db *DB) shut() error {
	db.turn <- struct{}{}
	db.closed = true
	close(db.wake)
	<-db.turn
	<-db.stopped
	var err error
	if db.wedged {
		err = db.file.Close()
	} else {
		err = db.bolt.Close()
	}
	if err != nil {
		return fmt.Errorf("close store %s: %w", db.path, err)
	}
	return nil
}

// failure is the error that every call gets once the store refuses all work.
func (db *DB) failure() error {
	if err := db.broken.Load(); err != nil {
		return *err
	}
	return nil
}

func syncFolder(name string) error {
	folder, err := os.Open(name)
	if err != nil {
		return err
	}
	err = folder.Sync()
	_ = folder.Close()
	return err
}
