package schema

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
)

// Up to schema 3 the entries of the audit held what must be erasable, see
// audit.Reform. They are written anew in order, the seals over them are deleted,
// one entry tells of the chain before, and all is sealed. How far it is stands in
// a record of its own, which every portion changes, so that every portion has an
// audit entry and the moments after it do not depend on who was killed.

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
	err := m.view(ctx, func(s *snapshot) (err error) {
		if f.form, err = audit.Told(s.reader); err == nil && f.form == nil {
			f.form, err = audit.Former(s.reader)
		}
		if err != nil {
			return err
		}
		f.reform, err = audit.NewReform(s.reader, m.seed, s.decided)
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
		err = f.portion(ctx, func(p *portion, _ *eilev1.AuditForm) error {
			for _, key := range seals {
				if err := p.tx.Delete(key); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return f.portion(ctx, func(p *portion, form *eilev1.AuditForm) error {
		p.former = form.GetFormer()
		form.Told = string(layout.TimeKey("", p.at, p.id))
		return nil
	})
}

// portion is one change, with the record of how far the migration is.
func (f *reforming) portion(ctx context.Context, fn func(*portion, *eilev1.AuditForm) error) error {
	var form *eilev1.AuditForm
	err := f.change(ctx, fmt.Sprintf("%08x", f.form.GetPortions()), func(p *portion) error {
		form = proto.CloneOf(f.form)
		form.Portions++
		if err := fn(p, form); err != nil {
			return err
		}
		return p.put([]byte(layout.AuditForm), form)
	})
	if err == nil {
		f.form = form
	}
	return err
}

// seals are the keys of some of the former seals; none: there are no more.
func (f *reforming) seals(ctx context.Context) (keys [][]byte, err error) {
	err = f.db.View(ctx, func(reader kv.Reader) error {
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
	r := &reformed{salts: map[string][]byte{}}
	start, end := []byte(layout.Audit+f.form.GetDone()), []byte(layout.Audit+f.form.GetUntil()+"\x00")
	if f.form.GetDone() != "" {
		start = append(start, 0)
	}
	err := f.db.View(ctx, func(reader kv.Reader) error {
		for item, err := range reader.Scan(start, end) {
			if err != nil {
				return err
			}
			entry, err := f.reform.Read(reader, item)
			if err != nil {
				return err
			}
			weight := 2*len(item.Value) + entryBytes
			if err := r.draw(f, reader, f.reform.Salts(entry)); err != nil {
				return err
			}
			if r.ops+2 > auditPortion || r.bytes+weight > auditBytes && r.ops > 0 {
				return nil
			}
			f.reform.Commit(entry, r.salts)
			r.entries, r.ops, r.bytes = append(r.entries, entry), r.ops+2, r.bytes+weight
		}
		return nil
	})
	return r, err
}

// draw reads salts, and draws those that are not there as far as they fit.
func (r *reformed) draw(f *reforming, reader kv.Reader, references []string) error {
	for _, reference := range references {
		if r.salts[reference] != nil {
			continue
		}
		item, ok, err := reader.Get(layout.SaltKey(reference))
		if err != nil {
			return err
		}
		if ok {
			r.salts[reference] = append([]byte(nil), item.Value...)
			continue
		}
		if r.ops >= auditPortion {
			return nil
		}
		r.salts[reference] = f.reform.Seed.Salt(reference, fmt.Sprintf("schema-%d", f.to))
		r.drawn, r.ops, r.bytes = append(r.drawn, reference), r.ops+1, r.bytes+4*len(reference)+entryBytes
	}
	return nil
}

// put writes the portion.
func (r *reformed) put(p *portion, form *eilev1.AuditForm) error {
	for _, reference := range r.drawn {
		if err := p.putSalt(reference, r.salts[reference]); err != nil {
			return err
		}
	}
	for _, entry := range r.entries {
		value, err := entry.Put(p.tx)
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
	err := f.db.View(ctx, func(reader kv.Reader) error {
		return errors.Join(chain.Load(reader), moments.Load(reader))
	})
	at := moments.Next(time.Time{}).Add(-time.Microsecond)
	for err == nil {
		var seal *audit.Seal
		seal, err = chain.Next(at)
		if seal == nil || err != nil {
			break
		}
		if _, err = f.db.Update(ctx, seal.Put); err == nil {
			chain.Sealed(seal)
		}
	}
	return err
}
