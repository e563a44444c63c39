package store

import (
	"context"

	"github.com/eile-housing/eile/store/kv/memkv"
)

// Scratch runs fn on a register of its own, which begins as this one is at one
// revision. Whatever fn changes there is thrown away at the end; writes to this
// register go on meanwhile and are not seen. To begin takes time in proportion
// to the homes and the lettings, and memory in proportion to what is changed.
//
// The scratch is a register like any other, of which there may be a scratch in
// turn, except that nothing is ever sealed there. All that uses it must have
// ended when fn returns.
func (r *Register) Scratch(ctx context.Context, fn func(scratch *Register) error) error {
	scratch := &Register{}
	return r.still(ctx, func() uint64 {
		r.fork(scratch)
		return scratch.list.Revision()
	}, func(v *View) (err error) {
		db := memkv.Over(v.reader, memkv.Options{})
		defer func() {
			if closing := db.Close(); err == nil {
				err = closing
			}
		}()
		scratch.db = db
		db.Follow(scratch.apply)
		return fn(scratch)
	})
}

// fork gives into what this process knows of the register, while nothing is
// written.
func (r *Register) fork(into *Register) {
	into.list, into.imports, into.chain = r.list.Fork(), r.imports.Copy(), r.chain.Ended()
	into.moments.last.Store(r.moments.last.Load())
}
