package boltkv

import (
	"bytes"
	"context"
	"fmt"
	"iter"
	"runtime/debug"

	"go.etcd.io/bbolt"

	"github.com/eile-housing/eile/store/kv"
)

// Check reads the whole file and yields every fault: records that cannot be
// read, do not match their checksum, carry a revision to come or are out of
// order; pages that are not as they were written; and, if there is none of these,
// what bbolt finds wrong with its tree and free pages. Updates wait while it runs,
// since bbolt's check must not meet a writer; the loop must not call the DB.
func (db *DB) Check(ctx context.Context) iter.Seq[error] {
	return func(yield func(error) bool) {
		err := db.failure()
		if err != nil {
			yield(err)
			return
		}
		tx, err := db.bolt.Begin(true)
		if err != nil {
			yield(db.explain("check", err))
			return
		}
		defer func() { _ = tx.Rollback() }()
		sound, more := true, true
		report := func(fault error) bool {
			sound = false
			more = more && yield(fault)
			return more
		}
		db.checkRecords(ctx, tx, report)
		if more {
			db.checkPages(ctx, tx, report)
		}
		// bbolt checks on a goroutine of its own, where a memory fault would end
		// the process: it is given only what could be read and makes sense.
		if sound && ctx.Err() == nil {
			db.checkTree(tx, report)
		}
	}
}

func (db *DB) checkRecords(ctx context.Context, tx *bbolt.Tx, report func(error) bool) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	data := tx.Bucket(dataBucket)
	s := &snapshot{db: db, tx: tx, data: data, revision: kv.Revision(data.Sequence())}
	cursor := data.Cursor()
	var previous []byte
	for n := 0; ; n++ {
		if n%scanCheck == 0 && ctx.Err() != nil {
			report(ctx.Err())
			return
		}
		key, stored, err := s.move(cursor, n == 0, nil)
		if err != nil {
			report(err)
			return
		}
		if key == nil {
			return
		}
		item, err := s.decode(key, stored)
		if err == nil {
			err = s.fault(previous, item)
			previous = item.Key
		}
		if err != nil && !report(err) {
			return
		}
	}
}

// fault looks at a record that matches its checksum.
func (s *snapshot) fault(previous []byte, item kv.Item) error {
	var err error
	switch {
	case item.Revision == 0 || item.Revision > s.revision:
		err = fmt.Errorf("%w: record %q is of revision %d, the store of %d", kv.ErrCorrupt, item.Key, item.Revision, s.revision)
	case bytes.Compare(previous, item.Key) >= 0:
		err = fmt.Errorf("%w: record %q comes after %q", kv.ErrCorrupt, item.Key, previous)
	default:
		return nil
	}
	return s.db.explain("check", err)
}

// checkTree reads bbolt's findings to their end even when the loop has had
// enough, since the goroutine that sends them cannot be stopped.
func (db *DB) checkTree(tx *bbolt.Tx, report func(error) bool) {
	for fault := range tx.Check() {
		report(db.explain("check", fmt.Errorf("%w: %w", kv.ErrCorrupt, fault)))
	}
}
