package memkv

import (
	"bytes"
	"context"
	"iter"
	"runtime/debug"
	"sync"

	"github.com/eile-housing/eile/store/kv"
)

// Over returns a store that begins as a snapshot of another store is: with its
// contents, and its revision as the one to go on from. What is written stays in
// memory and is never seen below.
//
// The store must be closed, by which all that uses it has ended, before the
// closure to which base was given returns. Nobody else uses base meanwhile.
func Over(base kv.Reader, options Options) *DB {
	return open(options, &state{items: newTree(), below: &below{reader: base}, revision: base.Revision()})
}

// below is the snapshot under a store. Its reader is for one goroutine: those
// who read take turns, from one item to the next. Nil: there is nothing below.
type below struct {
	mu     sync.Mutex
	reader kv.Reader
}

func (b *below) get(key []byte) (kv.Item, bool, error) {
	if b == nil {
		return kv.Item{}, false, nil
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.reader.Get(key)
}

// scan gives its turn back while the body of the loop runs, which may read too.
func (b *below) scan(start, end []byte) iter.Seq2[kv.Item, error] {
	return func(yield func(kv.Item, error) bool) {
		if b == nil {
			return
		}
		b.mu.Lock()
		turn := true
		defer func() {
			if turn { // not where yield panicked
				b.mu.Unlock()
			}
		}()
		for item, err := range b.reader.Scan(start, end) {
			turn = false
			b.mu.Unlock()
			more := yield(item, err)
			b.mu.Lock()
			turn = true
			if !more {
				return
			}
		}
	}
}

// faulting prepares a goroutine to read from below, where memory may be a map of
// a file: a page that cannot be read is then an error of the driver, as on the
// goroutine that it gave its reader to. The function that it returns ends it.
func (b *below) faulting() func() {
	if b == nil {
		return func() {}
	}
	before := debug.SetPanicOnFault(true)
	return func() { debug.SetPanicOnFault(before) }
}

// record is an item, or that there is none whatever lies below.
type record struct {
	kv.Item
	deleted bool
}

// state is the store after one commit.
type state struct {
	items    *tree
	shown    bool // to a View: the tree is not changed any more
	below    *below
	revision kv.Revision
}

func (s *state) get(key []byte) (kv.Item, bool, error) {
	found, ok := s.items.Get(record{Item: kv.Item{Key: key}})
	switch {
	case !ok:
		return s.below.get(key)
	case found.deleted:
		return kv.Item{}, false, nil
	}
	return found.Item, true, nil
}

// scan yields what lies in a range, the store's own items before those of the
// same key below.
func (s *state) scan(start, end []byte) iter.Seq2[kv.Item, error] {
	return func(yield func(kv.Item, error) bool) {
		own := s.items.Iter()
		defer own.Release()
		more := own.Seek(record{Item: kv.Item{Key: start}})
		// before yields the store's own items before a key, or before the end.
		before := func(key []byte) bool {
			for ; more && (len(key) == 0 || bytes.Compare(own.Item().Key, key) < 0); more = own.Next() {
				if found := own.Item(); !found.deleted && !yield(found.Item, nil) {
					return false
				}
			}
			return true
		}
		for item, err := range s.below.scan(start, end) {
			if err != nil {
				yield(kv.Item{}, err)
				return
			}
			if !before(item.Key) {
				return
			}
			if more && bytes.Equal(own.Item().Key, item.Key) {
				continue
			}
			if !yield(item, nil) {
				return
			}
		}
		before(end)
	}
}

// after returns the state that a commit makes of s, which is not used again
// unless it was shown.
func (s *state) after(c kv.Commit) *state {
	next := &state{items: s.items, below: s.below, revision: c.Revision}
	if s.shown {
		next.items = s.items.Copy()
	}
	for _, w := range c.Writes {
		written := record{kv.Item{Key: w.Key, Value: w.Value, Revision: c.Revision}, w.Deleted}
		if w.Deleted && s.below == nil {
			next.items.Delete(written)
		} else {
			next.items.Set(written)
		}
	}
	return next
}

// reader implements kv.Reader.
type reader struct {
	ctx   context.Context //nolint:containedctx // of the one View that the reader is of
	state *state
	ended bool
}

func (r *reader) Revision() kv.Revision { return r.state.revision }

func (r *reader) Get(key []byte) (kv.Item, bool, error) {
	err := kv.CheckKey(key)
	if err != nil {
		return kv.Item{}, false, err
	}
	if r.ended {
		return kv.Item{}, false, kv.ErrEnded
	}
	return r.state.get(key)
}

func (r *reader) Scan(start, end []byte) iter.Seq2[kv.Item, error] {
	return func(yield func(kv.Item, error) bool) {
		err := r.check()
		if err != nil {
			yield(kv.Item{}, err)
			return
		}
		for item, err := range r.state.scan(start, end) {
			if err == nil {
				err = r.check()
			}
			if err != nil {
				yield(kv.Item{}, err)
				return
			}
			if !yield(item, nil) {
				return
			}
		}
	}
}

func (r *reader) check() error {
	if r.ended {
		return kv.ErrEnded
	}
	return r.ctx.Err()
}
