package boltkv

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"iter"
	"runtime/debug"

	"go.etcd.io/bbolt"

	"github.com/eile-housing/eile/store/kv"
)

// View implements kv.DB.
func (db *DB) View(ctx context.Context, fn func(kv.Reader) error) error {
	return db.read(ctx, func(s *snapshot) error { return fn(s) })
}

// Backup implements kv.DB: the copy is a file for Open. It reads the file, not
// the map, so a slow w holds back only the reuse of freed pages.
func (db *DB) Backup(ctx context.Context, w io.Writer) error {
	return db.read(ctx, func(s *snapshot) error {
		_, err := s.tx.WriteTo(&cancelWriter{ctx, w})
		if err != nil {
			return fmt.Errorf("back up store %s: %w", db.path, err)
		}
		return nil
	})
}

// read runs fn over a snapshot and holds its answer back until the snapshot is
// on the disk: bbolt shows a commit to readers when its meta page is written,
// which is before it is synced.
func (db *DB) read(ctx context.Context, fn func(*snapshot) error) error {
	err := ctx.Err()
	if err != nil {
		return err
	}
	err = db.failure()
	if err != nil {
		return err
	}
	s, err := db.begin()
	if err != nil {
		return err
	}
	s.ctx = ctx
	err = s.run(fn)
	settled := db.settle(ctx, s.revision)
	if settled != nil {
		return settled
	}
	return err
}

// settle waits until revision is durable.
func (db *DB) settle(ctx context.Context, revision kv.Revision) error {
	for uint64(revision) > db.durable.Load() {
		err := db.failure()
		if err != nil {
			return err
		}
		select {
		case <-db.syncing.Load().synced:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// stored returns the revision that a reader would see now.
func (db *DB) stored() (kv.Revision, error) {
	s, err := db.begin()
	if err != nil {
		return 0, err
	}
	s.end()
	return s.revision, nil
}

// snapshot is a bbolt read transaction. It implements kv.Reader.
type snapshot struct {
	db       *DB
	ctx      context.Context //nolint:containedctx // of the one View that the snapshot is of; nil below an Update
	tx       *bbolt.Tx       // nil when ended
	data     *bbolt.Bucket
	point    *bbolt.Cursor // for Get
	revision kv.Revision
}

func (db *DB) begin() (s *snapshot, err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer db.guard("read", &err)
	tx, err := db.bolt.Begin(false)
	if err != nil {
		return nil, err
	}
	s = &snapshot{db: db, tx: tx}
	defer func() {
		if s.point == nil {
			s.end()
		}
	}()
	s.data = tx.Bucket(dataBucket)
	s.revision = kv.Revision(s.data.Sequence())
	s.point = s.data.Cursor()
	return s, nil
}

func (s *snapshot) run(fn func(*snapshot) error) error {
	defer s.end()
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	return fn(s)
}

func (s *snapshot) end() {
	_ = s.tx.Rollback()
	s.tx = nil
}

// Revision implements kv.Reader.
func (s *snapshot) Revision() kv.Revision { return s.revision }

// Get implements kv.Reader.
func (s *snapshot) Get(key []byte) (item kv.Item, ok bool, err error) {
	err = kv.CheckKey(key)
	if err != nil {
		return kv.Item{}, false, err
	}
	if s.tx == nil {
		return kv.Item{}, false, kv.ErrEnded
	}
	defer s.db.guard("read", &err)
	found, stored := s.point.Seek(key)
	if !bytes.Equal(found, key) {
		return kv.Item{}, false, nil
	}
	item, err = decodeRecord(found, stored)
	return item, err == nil, err
}

// scanCheck is how many items a Scan yields between two looks at its context.
const scanCheck = 1024

// Scan implements kv.Reader.
func (s *snapshot) Scan(start, end []byte) iter.Seq2[kv.Item, error] {
	return func(yield func(kv.Item, error) bool) {
		var cursor *bbolt.Cursor
		for n := 0; ; n++ {
			var err error
			switch {
			case s.tx == nil:
				err = kv.ErrEnded
			case n%scanCheck == 0:
				err = s.ctx.Err()
			}
			if err != nil {
				yield(kv.Item{}, err)
				return
			}
			if cursor == nil {
				cursor = s.data.Cursor()
			}
			key, stored, err := s.move(cursor, n == 0, start)
			var item kv.Item
			if err == nil && key != nil {
				item, err = s.decode(key, stored)
			}
			if err != nil {
				yield(kv.Item{}, err)
				return
			}
			// The key is compared after decode has touched it without a fault.
			if key == nil || len(end) > 0 && bytes.Compare(key, end) >= 0 || !yield(item, nil) {
				return
			}
		}
	}
}

// move moves the cursor to the next record, to start at first. Like decode it is
// apart from Scan because the loop body of the caller must not run below guard.
func (s *snapshot) move(cursor *bbolt.Cursor, first bool, start []byte) (key, stored []byte, err error) {
	defer s.db.guard("read", &err)
	switch {
	case !first:
		key, stored = cursor.Next()
	case len(start) == 0:
		key, stored = cursor.First()
	default:
		key, stored = cursor.Seek(start)
	}
	return key, stored, nil
}

func (s *snapshot) decode(key, stored []byte) (item kv.Item, err error) {
	defer s.db.guard("read", &err)
	return decodeRecord(key, stored)
}

// cancelWriter stops a copy when its context ends.
type cancelWriter struct {
	ctx context.Context //nolint:containedctx // a writer is one copy
	w   io.Writer
}

func (c *cancelWriter) Write(p []byte) (int, error) {
	err := c.ctx.Err()
	if err != nil {
		return 0, err
	}
	return c.w.Write(p)
}
