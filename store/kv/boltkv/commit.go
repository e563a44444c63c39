package boltkv

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"github.com/eile-housing/eile/store/kv"
)

// commitLoop commits batch after batch until Close. wake is closed under the
// turn and after the last commit was accepted, so nothing is left behind.
func (db *DB) commitLoop() {
	defer close(db.stopped)
	debug.SetPanicOnFault(true)
	last := 0
	for range db.wake {
		db.gather(last)
		b := db.seal()
		if b != nil {
			last = len(b.commits)
			db.commit(b)
		}
	}
}

// patience is how long a commit waits for the next transaction to join.
const patience = 20 * time.Microsecond

// gather lets the clients whom the last commit has answered come back, as long
// as they do without a pause. Otherwise two halves of the clients would take
// turns, and each commit serve one of them. A client alone is not
// kept waiting.
func (db *DB) gather(expected int) {
	joined := db.joined.Load()
	for since := time.Now(); joined < int64(expected) && time.Since(since) < patience; {
		runtime.Gosched()
		if n := db.joined.Load(); n != joined {
			joined, since = n, time.Now()
		}
	}
}

// seal takes the batch that collects. Since the turn is first come, first
// served, closures that are queued already run first and join.
func (db *DB) seal() *batch {
	db.turn <- struct{}{}
	defer func() { <-db.turn }()
	b := db.current
	if len(b.commits) == 0 {
		return nil
	}
	close(b.sealed)
	db.joined.Store(0)
	db.inflight, db.current = b, newBatch()
	return b
}

func (db *DB) commit(b *batch) {
	db.syncing.Store(b)
	err := db.persist(b)
	if err != nil {
		db.refuse(b, err)
		return
	}
	db.durable.Store(uint64(b.last()))
	close(b.synced)
	db.feed.publish(b.commits)
	close(b.done)
}

// persist writes the batch in one bbolt transaction and syncs it.
func (db *DB) persist(b *batch) (err error) {
	defer db.guard("write", &err)
	tx, err := db.bolt.Begin(true)
	if err != nil {
		return err
	}
	db.wedged = true
	defer func() {
		_ = tx.Rollback() // nothing after a Commit, however that ended
		db.wedged = false
	}()
	data := tx.Bucket(dataBucket)
	records := make([]byte, 0, b.size)
	for _, c := range b.commits {
		for _, w := range c.Writes {
			if w.Deleted {
				err = data.Delete(w.Key)
			} else {
				start := len(records)
				records = appendRecord(records, c.Revision, w.Key, w.Value)
				err = data.Put(w.Key, records[start:])
			}
			if err != nil {
				return err
			}
		}
	}
	err = data.SetSequence(uint64(b.last()))
	if err != nil {
		return err
	}
	return tx.Commit()
}

// refuse returns a batch that could not be committed, and sends back those that
// have read from it. If bbolt still shows the revision before, the file is as it
// was and work goes on: a transaction rewrites every page it needs, so pages
// lost by a failed sync are never relied upon. If not, the meta page is written
// but perhaps not on the disk, and nothing may be read or written any more.
func (db *DB) refuse(b *batch, cause error) {
	revision, err := db.stored()
	if err != nil || uint64(revision) != db.durable.Load() {
		cause = fmt.Errorf("%w: %w", kv.ErrUncertain, cause)
		db.broken.Store(&cause)
	}
	db.turn <- struct{}{}
	over := db.current
	db.inflight, db.current = nil, newBatch()
	db.joined.Store(0)
	db.tail = kv.Revision(db.durable.Load())
	close(over.sealed)
	<-db.turn
	b.err, over.err = cause, errRerun
	for _, lost := range []*batch{b, over} {
		close(lost.synced)
		close(lost.done)
	}
}

func (b *batch) last() kv.Revision { return b.commits[len(b.commits)-1].Revision }

// Follow implements kv.DB.
func (db *DB) Follow(fn func(kv.Commit)) kv.Revision { return db.feed.follow(fn) }

// feed passes commits on to followers.
type feed struct {
	mu        sync.Mutex // held while followers run, so that none comes in between
	followers []func(kv.Commit)
	published atomic.Uint64 // last revision that all followers have seen
}

func (f *feed) follow(fn func(kv.Commit)) kv.Revision {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.followers = append(f.followers, fn)
	return kv.Revision(f.published.Load())
}

func (f *feed) publish(commits []kv.Commit) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, c := range commits {
		for _, fn := range f.followers {
			fn(c)
		}
	}
	f.published.Store(uint64(commits[len(commits)-1].Revision))
}
