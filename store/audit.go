package store

import (
	"context"
	"iter"
	"time"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store/audit"
)

// AuditEntries yields the entries from a moment on, in order of time, after the
// key that start names; the key comes with each entry.
func (v *View) AuditEntries(from time.Time, start string) iter.Seq2[Entry[*eilev1.AuditEntry], error] {
	return v.effective(audit.Entries(v.reader, from, start))
}

// EntriesAbout yields the entries about a subject from a key on, with their keys.
func (v *View) EntriesAbout(subject, start string) iter.Seq2[Entry[*eilev1.AuditEntry], error] {
	return v.effective(audit.History(v.reader, subject, start))
}

// History yields the audit entries about a subject, oldest first.
func (v *View) History(subject string) iter.Seq2[*eilev1.AuditEntry, error] {
	return func(yield func(*eilev1.AuditEntry, error) bool) {
		for entry, err := range v.EntriesAbout(subject, "") {
			if !yield(entry.Record, err) {
				return
			}
		}
	}
}

// effective passes over entries that tell of an import which is not decided.
func (v *View) effective(found iter.Seq2[audit.Found, error]) iter.Seq2[Entry[*eilev1.AuditEntry], error] {
	return func(yield func(Entry[*eilev1.AuditEntry], error) bool) {
		for entry, err := range found {
			hidden := false
			if id, piece := audit.PieceOf(entry.Entry); err == nil && piece {
				hidden, err = v.hidden(id)
			}
			if hidden {
				continue
			}
			if !yield(Entry[*eilev1.AuditEntry]{ID: entry.Key, Record: entry.Entry}, err) || err != nil {
				return
			}
		}
	}
}

// Seal links the audit entries that are not sealed yet and answers how many;
// none on a scratch.
func (r *Register) Seal(ctx context.Context, now time.Time) (int, error) {
	r.sealing.Lock()
	defer r.sealing.Unlock()
	sealed := 0
	for {
		seal, err := r.chain.Next(now)
		if err != nil || seal == nil {
			return sealed, err
		}
		if _, err := r.update(ctx, seal.Put); err != nil {
			return sealed, err
		}
		r.chain.Sealed(seal)
		sealed += seal.Links()
	}
}

// Former tells of the chain of the audit before its form was fixed; nil: this
// register has none.
func (v *View) Former() (*eilev1.AuditEntry_Former, error) {
	form, err := audit.Told(v.reader)
	return form.GetFormer(), err
}

// mark notes in a record which change writes it, and when. It is done where records
// are written and nowhere else, so that the etag and the moment change together and
// with every write. Only an import writes otherwise: its records carry its id, and no
// moment until they are changed.
func (tx *Tx) mark(record any) {
	if m, ok := audit.MarksOf(record); ok {
		*m.Etag, *m.Updated = tx.ID(), tx.at()
	}
}
