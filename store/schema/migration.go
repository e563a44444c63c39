package schema

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
	"github.com/eile-housing/eile/store/staging"
)

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
var steps = [Version - 1]step{
	{"take the skips out of the records of runs", clearSkips},
	{"note in each record when it was changed", markRecords},
	{"bring the audit into the form that stays", reformAudit},
	{"let numbers find decisions", findByNumber},
}

// migrates is the action of the entries that migrations leave.
const migrates = "register.migrate"

// Migrate brings an older register to the schema of this program, step by step.
// The first write of a step raises the schema and says from which one, so that an
// older program refuses what is half done; the last takes that back. Who opens a
// register in between goes on. Salts are drawn from the seed.
func Migrate(ctx context.Context, db kv.DB, seed audit.Seed) error {
	m := &migration{db: db, seed: seed}
	var state *eilev1.Register
	err := db.View(ctx, func(reader kv.Reader) (err error) {
		state, err = readState(reader)
		return errors.Join(err, m.moments.Load(reader))
	})
	if err != nil {
		return err
	}
	from := cmp.Or(state.GetMigratingFrom(), state.GetSchema())
	for m.to = from + 1; m.to <= Version; m.to++ {
		step := steps[m.to-2]
		err := step.take(ctx, m)
		if err == nil {
			err = m.change(ctx, "", func(p *portion) error {
				p.state.MigratingFrom = 0
				return p.putState()
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
	db      kv.DB
	seed    audit.Seed
	to      int32
	moments audit.Moments
}

// view runs fn against one snapshot of the register.
func (m *migration) view(ctx context.Context, fn func(*snapshot) error) error {
	return m.db.View(ctx, func(reader kv.Reader) error {
		decided, err := staging.Decided(reader)
		if err != nil {
			return err
		}
		return fn(&snapshot{reader: reader, decided: decided})
	})
}

// change writes one portion, which is named after its first record; the last
// write of a step has no name. The register is of the schema to come from the
// first one on. fn may run more than once.
func (m *migration) change(ctx context.Context, name string, fn func(*portion) error) error {
	id := strings.TrimSuffix(fmt.Sprintf("schema-%d-%s", m.to, name), "-")
	at := m.moments.Next(time.Time{})
	_, err := m.db.Update(ctx, func(tx kv.Tx) error {
		p := &portion{tx: tx, id: id, at: at}
		if err := p.open(m.to); err != nil {
			return err
		}
		if err := fn(p); err != nil {
			return err
		}
		return p.finish()
	})
	return err
}
