package boltkv

import (
	"context"
	"errors"
	"runtime/debug"

	"github.com/eile-housing/eile/store/kv"
	"github.com/eile-housing/eile/store/kv/internal/buffer"
)

// errRerun: the closure ran over writes that did not reach the disk.
var errRerun = errors.New("run the closure again")

// Update implements kv.DB.
func (db *DB) Update(ctx context.Context, fn func(kv.Tx) error) (kv.Revision, error) {
	for {
		err := db.enter(ctx)
		if err != nil {
			return 0, err
		}
		revision, err := db.attempt(fn).wait()
		if !errors.Is(err, errRerun) {
			return revision, err
		}
	}
}

// enter takes the turn, once there is room in the batch.
func (db *DB) enter(ctx context.Context) error {
	for {
		select {
		case db.turn <- struct{}{}:
		case <-ctx.Done():
			return ctx.Err()
		}
		err := db.admit(ctx)
		if err != nil {
			<-db.turn
			return err
		}
		if db.current.size < maxBatchBytes {
			return nil
		}
		sealed := db.current.sealed
		<-db.turn
		select {
		case <-sealed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (db *DB) admit(ctx context.Context) error {
	if db.closed {
		return db.explain("write", kv.ErrClosed)
	}
	err := db.failure()
	if err != nil {
		return err
	}
	return ctx.Err()
}

// attempt runs fn and gives the turn back, also when fn panics or exits its
// goroutine.
func (db *DB) attempt(fn func(kv.Tx) error) outcome {
	defer func() { <-db.turn }()
	under := &below{db: db}
	defer under.end()
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	writes, err := buffer.Run(under.get, fn)
	switch {
	case err != nil:
		return outcome{batch: under.depends, err: err}
	case len(writes) > 0:
		return db.accept(writes)
	case under.depends == nil:
		return outcome{revision: db.Revision()}
	default:
		return outcome{batch: under.depends, revision: under.depends.last()}
	}
}

func (db *DB) accept(writes []kv.Write) outcome {
	db.tail++
	db.current.add(kv.Commit{Revision: db.tail, Writes: writes})
	db.joined.Add(1)
	select {
	case db.wake <- struct{}{}:
	default:
	}
	return outcome{batch: db.current, revision: db.tail, joined: true}
}

// outcome is what Update answers once batch is done; at once if it is nil.
type outcome struct {
	batch    *batch
	joined   bool // the closure's writes are in batch; otherwise it has only read from it
	revision kv.Revision
	err      error
}

func (o outcome) wait() (kv.Revision, error) {
	if o.batch != nil {
		<-o.batch.done
		if o.batch.err != nil && o.joined {
			return 0, o.batch.err
		}
		if o.batch.err != nil {
			return 0, errRerun
		}
	}
	if o.err != nil {
		return 0, o.err
	}
	return o.revision, nil
}
