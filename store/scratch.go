package store

import (
	"context"

	"github.com/eile-housing/eile/store/kv"
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
	}, func(v *View) error {
		return over(v.reader, func(db kv.DB) error {
			scratch.db = db
			db.Follow(scratch.apply)
			return fn(scratch)
		})
	})
}

// fork gives into what this process knows of the register, while nothing is
// written.
func (r *Register) fork(into *Register) {
	into.history, into.seed = r.history.Fork(), r.seed
	into.list, into.imports, into.chain, into.moments = r.list.Fork(), r.imports.Copy(), r.chain.Ended(), r.moments.Copy()
}

// Examine runs fn on a store as a register without writing to it: what Open
// would mend, remove or migrate is so for fn alone, and is thrown away like all
// that fn changes.
func Examine(ctx context.Context, db kv.DB, random []byte, fn func(*Register) error) error {
	return db.View(ctx, func(reader kv.Reader) error {
		return over(reader, func(db kv.DB) error {
			register, err := Open(ctx, db, random)
			if err != nil {
				return err
			}
			return fn(register)
		})
	})
}

// over runs fn on a store over a snapshot and closes it.
func over(reader kv.Reader, fn func(kv.DB) error) (err error) {
	db := memkv.Over(reader, memkv.Options{})
	defer func() {
		if closing := db.Close(); err == nil {
			err = closing
		}
	}()
	return fn(db)
}
