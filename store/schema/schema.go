// Package schema is what a register is written in, from its first record on: it
// makes an empty store a register, refuses one of another program, and brings an
// older one to this schema, step by step.
//
// Promises. A step changes nothing before it has looked at all that it will change.
// Killed at any commit and run again, a migration ends in the same bytes, and an
// older program refuses what is half done. No clock and no chance decide what is
// written, but the seed of the salts. The bytes that a step writes stay as they are.
//
// The package imports proto, store/kv and the rooms store/layout, store/audit and
// store/staging. It never imports store: what a change of the register does today
// is not what brought an older one here.
package schema

import (
	"context"
	"errors"
	"fmt"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store/kv"
	"github.com/eile-housing/eile/store/layout"
)

// Version is that of the records and keys in store/layout. It is raised when an
// older program could no longer read them.
const Version = 5

// ErrOther says that the register was written by a program of another schema.
var ErrOther = errors.New("register has another schema")

// Begin makes an empty store a register, and refuses one that no step leads from.
// One that has records and does not say of which schema was harmed: to go on would
// delete what it seems not to need.
func Begin(ctx context.Context, db kv.DB) error {
	var state *eilev1.Register
	empty := false
	err := db.View(ctx, func(reader kv.Reader) error {
		some, err := layout.Holds(reader, nil, nil)
		if empty = !some; err != nil || empty {
			return err
		}
		state, err = readState(reader)
		return err
	})
	switch version := state.GetSchema(); {
	case err != nil:
		return err
	case empty:
		return found(ctx, db)
	case version > Version:
		return fmt.Errorf("%w: it is %d, this program reads %d: use a program that reads %d", ErrOther, version, Version, version)
	case version < 1:
		return fmt.Errorf("%w: it is %d, this program reads %d and what is older down to 1: restore a backup", ErrOther, version, Version)
	}
	return nil
}

// readState reads the state of a register from a store that has records.
func readState(from interface {
	Get(key []byte) (kv.Item, bool, error)
}) (*eilev1.Register, error) {
	item, ok, err := from.Get([]byte(layout.Register))
	if err == nil && !ok {
		err = fmt.Errorf("%w: it has records and does not say of which schema: restore a backup", kv.ErrCorrupt)
	}
	if err != nil {
		return nil, err
	}
	return layout.Decode[eilev1.Register]("register", item)
}

// found makes an empty store a register.
func found(ctx context.Context, db kv.DB) error {
	_, err := db.Update(ctx, func(tx kv.Tx) error {
		value, err := layout.Encode(&eilev1.Register{Schema: Version, Generation: 1})
		if err != nil {
			return err
		}
		return tx.Put([]byte(layout.Register), value)
	})
	return err
}
