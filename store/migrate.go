package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store/audit"
	"github.com/eile-housing/eile/store/kv"
	"github.com/eile-housing/eile/store/layout"
)

// Schema is the version of the records and keys in store/layout. It is raised
// when an older program could no longer read them.
const Schema = 4

// A step brings a register from one schema to the next. It first looks at all that
// it will change and refuses what it cannot. It changes records in portions that
// fit transactions, through migration.change, and reads what remains to be done
// from the records, in an order that does not depend on what is done: killed and
// opened again, a register gets the same portions, and the same bytes.
type step struct {
	what string
	take func(context.Context, *migration) error
}

// steps lead from schema 1 on, one to each next. What a night wrote as evidence
// is never among what they change.
var steps = [Schema - 1]step{
	{"take the skips out of the records of runs", clearSkips},
	{"note in each record when it was changed", markRecords},
	{"bring the audit into the form that stays", reformAudit},
}

// migrates is the action of the entries that migrations leave.
const migrates = "register.migrate"

// ErrSchema says that the register was written by a program of another schema.
var ErrSchema = errors.New("register has another schema")

// checkSchema makes an empty store a register, and refuses one that no step
// leads from. One that has records and does not say of which schema was harmed:
// to go on would delete what it seems not to need.
func (r *Register) checkSchema(ctx context.Context) error {
	var state *eilev1.Register
	empty := false
	err := r.db.View(ctx, func(reader kv.Reader) error {
		some, err := layout.Holds(reader, nil, nil)
		if empty = !some; err != nil || empty {
			return err
		}
		state, err = readState(reader)
		return err
	})
	switch schema := state.GetSchema(); {
	case err != nil:
		return err
	case empty:
		return r.found(ctx)
	case schema > Schema:
		return fmt.Errorf("%w: it is %d, this program reads %d: use a program that reads %d", ErrSchema, schema, Schema, schema)
	case schema < 1:
		return fmt.Errorf("%w: it is %d, this program reads %d and what is older down to 1: restore a backup", ErrSchema, schema, Schema)
	}
	return nil
}

// readState reads the state of a register from a store that has records.
func readState(reader kv.Reader) (*eilev1.Register, error) {
	item, ok, err := reader.Get([]byte(layout.Register))
	if err == nil && !ok {
		err = fmt.Errorf("%w: it has records and does not say of which schema: restore a backup", kv.ErrCorrupt)
	}
	if err != nil {
		return nil, err
	}
	return layout.Decode[eilev1.Register](registers.Noun, item)
}

// found makes an empty store a register.
func (r *Register) found(ctx context.Context) error {
	_, err := r.update(ctx, func(kvtx kv.Tx) error {
		tx := &Tx{kv: kvtx, reg: r}
		return tx.raw([]byte(layout.Register), &eilev1.Register{Schema: Schema, Generation: 1})
	})
	return err
}

// migrate brings an older register to the schema of this program, step by step.
// The first write of a step raises the schema and says from which one, so that an
// older program refuses what is half done; the last takes that back. Who opens a
// register in between goes on.
func (r *Register) migrate(ctx context.Context) error {
	m := &migration{reg: r}
	var state *eilev1.Register
	err := r.db.View(ctx, func(reader kv.Reader) (err error) {
		state, err = readState(reader)
		return errors.Join(err, m.moments.Load(reader))
	})
	if err != nil {
		return err
	}
	from := cmp.Or(state.GetMigratingFrom(), state.GetSchema())
	for m.to = from + 1; m.to <= Schema; m.to++ {
		step := steps[m.to-2]
		err := step.take(ctx, m)
		if err == nil {
			err = m.change(ctx, "", func(tx *Tx) error {
				tx.state.MigratingFrom = 0
				return registers.Put(tx, "register", tx.state)
			})
		}
		if err != nil {
			return fmt.Errorf("from schema %d to %d: %s: %w", m.to-1, m.to, step.what, err)
		}
	}
	return nil
}

// A migration is under way to a schema. Its changes have an audit entry each, of
// the machine, in the microseconds after the last entry of the register: no
// clock decides what it writes.
type migration struct {
	reg     *Register
	to      int32
	moments audit.Moments
}

// change writes one portion, which is named after its first record; the last
// write of a step has no name. The register is of the schema to come from the
// first one on. fn may run more than once.
func (m *migration) change(ctx context.Context, portion string, fn func(*Tx) error) error {
	id := strings.TrimSuffix(fmt.Sprintf("schema-%d-%s", m.to, portion), "-")
	stamp := Stamp{Now: m.moments.Next(time.Time{}), ID: id, Actor: "eile", Action: migrates}
	_, err := m.reg.update(ctx, func(kvtx kv.Tx) (err error) {
		tx := &Tx{kv: kvtx, reg: m.reg, stamp: stamp, former: m.to < formed}
		if tx.state, err = registers.Get(tx, "register"); err != nil {
			return err
		}
		if tx.state.GetSchema() != m.to {
			tx.state.Schema, tx.state.MigratingFrom = m.to, m.to-1
			if err := registers.Put(tx, "register", tx.state); err != nil {
				return err
			}
		}
		if err := fn(tx); err != nil {
			return err
		}
		return tx.finish()
	})
	return err
}
