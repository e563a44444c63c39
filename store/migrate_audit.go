package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"google.golang.org/protobuf/proto"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store/audit"
	"github.com/eile-housing/eile/store/kv"
	"github.com/eile-housing/eile/store/layout"
	"github.com/eile-housing/eile/store/staging"
)

// Up to schema 3 the entries of the audit held what must be erasable, see
// audit.Reform. They are written anew in order, the seals over them are deleted,
// one entry tells of the chain before, and all is sealed. How far it is stands in
// a record of its own, which every portion changes, so that every portion has an
// audit entry and the moments after it do not depend on who was killed.

// formed is the schema from which on the audit is in the form that stays.
const formed = 4

const (
	// auditPortion and auditBytes bound what one transaction writes, beside the
	// entry that tells of it.
	auditPortion = kv.MaxOps * 3 / 4
	auditBytes   = kv.MaxTxBytes / 4
	// entryBytes is what an entry takes beside its own bytes, twice.
	entryBytes = 256
)

// reforming is the migration of the audit under way.
type reforming struct {
	*migration
	reform *audit.Reform
	form   *eilev1.AuditForm
}

// reformAudit refuses a chain that is not whole before it changes anything.
func reformAudit(ctx context.Context, m *migration) error {
	f := &reforming{migration: m}
	err := m.reg.db.View(ctx, func(reader kv.Reader) (err error) {
		if f.form, err = audit.Told(reader); err == nil && f.form == nil {
			f.form, err = audit.Former(reader)
		}
		if err != nil {
			return err
		}
		decided, err := staging.Decided(reader)
		if err != nil {
			return err
		}
		f.reform, err = audit.NewReform(reader, m.reg.seed, decided)
		return err
	})
	if err == nil && f.form.GetTold() == "" {
		err = f.entries(ctx)
	}
	if err == nil {
		err = f.seal(ctx)
	}
	return err
}

// entries writes all entries anew, deletes the seals and tells of it.
func (f *reforming) entries(ctx context.Context) error {
	for f.form.GetDone() < f.form.GetUntil() {
		some, err := f.next(ctx)
		if err == nil {
			err = f.portion(ctx, some.put)
		}
		if err != nil {
			return fmt.Errorf("audit entries after %q: %w", f.form.GetDone(), err)
		}
	}
	for {
		seals, err := f.seals(ctx)
		if err != nil {
			return err
		}
		if len(seals) == 0 {
			break
		}
		err = f.portion(ctx, func(tx *Tx, _ *eilev1.AuditForm) error {
			for _, key := range seals {
				if err := tx.kv.Delete(key); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return f.portion(ctx, func(tx *Tx, form *eilev1.AuditForm) error {
		tx.told = form.GetFormer()
		form.Told = string(layout.TimeKey("", tx.stamp.Now, tx.stamp.ID))
		return nil
	})
}

// portion is one change, with the record of how far the migration is.
func (f *reforming) portion(ctx context.Context, fn func(*Tx, *eilev1.AuditForm) error) error {
	var form *eilev1.AuditForm
	err := f.change(ctx, fmt.Sprintf("%08x", f.form.GetPortions()), func(tx *Tx) error {
		form = proto.CloneOf(f.form)
		form.Portions++
		if err := fn(tx, form); err != nil {
			return err
		}
		value, err := layout.Encode(form)
		if err == nil {
			_, err = tx.put([]byte(layout.AuditForm), value)
		}
		return err
	})
	if err == nil {
		f.form = form
	}
	return err
}

// seals are the keys of some of the former seals; none: there are no more.
func (f *reforming) seals(ctx context.Context) (keys [][]byte, err error) {
	err = f.reg.db.View(ctx, func(reader kv.Reader) error {
		for item, err := range layout.All(reader, layout.Seal) {
			if err != nil || len(keys) == auditPortion {
				return err
			}
			keys = append(keys, append([]byte(nil), item.Key...))
		}
		return nil
	})
	return keys, err
}

// reformed are the entries and salts of one portion.
type reformed struct {
	entries []*audit.Reformed
	drawn   []string // applications whose salt is written
	salts   map[string][]byte
	ops     int
	bytes   int
}

// next reads the entries of the next portion. One that needs more salts than go
// into a portion waits until those before it are written.
func (f *reforming) next(ctx context.Context) (*reformed, error) {
	p := &reformed{salts: map[string][]byte{}}
	start, end := []byte(layout.Audit+f.form.GetDone()), []byte(layout.Audit+f.form.GetUntil()+"\x00")
	if f.form.GetDone() != "" {
		start = append(start, 0)
	}
	err := f.reg.db.View(ctx, func(reader kv.Reader) error {
		for item, err := range reader.Scan(start, end) {
			if err != nil {
				return err
			}
			entry, err := f.reform.Read(reader, item)
			if err != nil {
				return err
			}
			weight := 2*len(item.Value) + entryBytes
			if err := p.draw(f, reader, f.reform.Salts(entry)); err != nil {
				return err
			}
			if p.ops+2 > auditPortion || p.bytes+weight > auditBytes && p.ops > 0 {
				return nil
			}
			f.reform.Commit(entry, p.salts)
			p.entries, p.ops, p.bytes = append(p.entries, entry), p.ops+2, p.bytes+weight
		}
		return nil
	})
	return p, err
}

// draw reads salts, and draws those that are not there as far as they fit.
func (p *reformed) draw(f *reforming, reader kv.Reader, references []string) error {
	for _, reference := range references {
		if p.salts[reference] != nil {
			continue
		}
		item, ok, err := reader.Get(layout.SaltKey(reference))
		if err != nil {
			return err
		}
		if ok {
			p.salts[reference] = append([]byte(nil), item.Value...)
			continue
		}
		if p.ops >= auditPortion {
			return nil
		}
		p.salts[reference] = f.reform.Seed.Salt(reference, fmt.Sprintf("schema-%d", f.to))
		p.drawn, p.ops, p.bytes = append(p.drawn, reference), p.ops+1, p.bytes+4*len(reference)+entryBytes
	}
	return nil
}

// put writes the portion.
func (p *reformed) put(tx *Tx, form *eilev1.AuditForm) error {
	for _, reference := range p.drawn {
		if _, err := tx.putSalt(reference, salts{p.salts[reference], p.salts[reference]}, nil); err != nil {
			return err
		}
	}
	for _, entry := range p.entries {
		value, err := entry.Put(tx.kv)
		if err != nil {
			return err
		}
		audit.Next(form, entry.Key, value)
	}
	return nil
}

// seal links the entries in their new form, at the moment of the last of them.
func (f *reforming) seal(ctx context.Context) error {
	chain, moments := new(audit.Chain), new(audit.Moments)
	err := f.reg.db.View(ctx, func(reader kv.Reader) error {
		return errors.Join(chain.Load(reader), moments.Load(reader))
	})
	at := moments.Next(time.Time{}).Add(-time.Microsecond)
	for err == nil {
		var seal *audit.Seal
		seal, err = chain.Next(at)
		if seal == nil || err != nil {
			break
		}
		if _, err = f.reg.update(ctx, seal.Put); err == nil {
			chain.Sealed(seal)
		}
	}
	return err
}

// Former tells of the chain of the audit before its form was fixed; nil: this
// register has none.
func (v *View) Former() (*eilev1.AuditEntry_Former, error) {
	form, err := audit.Told(v.reader)
	return form.GetFormer(), err
}
