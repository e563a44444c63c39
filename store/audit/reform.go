package audit

import (
	"slices"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store/kv"
	"github.com/eile-housing/eile/store/layout"
)

// ActionErase is that of the entries that tell that the persons of an application
// were erased.
const ActionErase = "application.erase"

// Reform brings entries of before schema 4 into the form. What was erased, and
// what an import staged that was not decided, is committed to under salts that
// nobody keeps: nothing can be compared with it any more.
type Reform struct {
	Seed    Seed
	decided map[string]bool
	erased  map[string]string // by application the end of the key of the last erasure
}

// NewReform reads which persons were erased; decided are the imports that were.
func NewReform(reader kv.Reader, seed Seed, decided map[string]bool) (*Reform, error) {
	r := &Reform{Seed: seed, decided: decided, erased: map[string]string{}}
	for item, err := range layout.All(reader, layout.Audit) {
		if err != nil {
			return nil, err
		}
		found, err := read(item)
		if err != nil {
			return nil, err
		}
		if found.Entry.GetAction() == ActionErase {
			for _, subject := range found.Entry.GetSubjects() {
				r.erased[subject] = found.Key
			}
		}
	}
	return r, nil
}

// Reformed is an entry in the form.
type Reformed struct {
	Key    string
	Entry  *eilev1.AuditEntry
	Detail *eilev1.AuditDetail // nil: nothing lies beside it
	former []*eilev1.AuditEntry_Change
}

// Read reads an entry as it is and what of it will lie beside it.
func (r *Reform) Read(reader kv.Reader, item kv.Item) (*Reformed, error) {
	found, err := read(item)
	if err != nil {
		return nil, err
	}
	reformed := &Reformed{Key: found.Key, Entry: found.Entry}
	detail := &eilev1.AuditDetail{}
	if detail.Reason, err = reason(reader, found.Entry); err != nil {
		return nil, err
	}
	reformed.former, detail.Former = r.digests(found)
	switch {
	case r.forgotten(found) && len(reformed.former)+len(detail.GetReason()) > 0:
		found.Entry.Beside = r.Seed.Salt("nobody keeps it", found.Key)
	case len(detail.GetFormer())+len(detail.GetReason()) > 0:
		detail.Salt = r.Seed.Salt(layout.AuditDetail, found.Entry.GetId())
		reformed.Detail = detail
	}
	return reformed, nil
}

// reason takes out of an entry what a person said; the machine said which run it
// acted for, and that stays.
func reason(reader kv.Reader, entry *eilev1.AuditEntry) (string, error) {
	reason := entry.GetReason()
	entry.Reason = ""
	if reason == "" {
		return "", nil
	}
	_, run, err := reader.Get([]byte(layout.Run + reason))
	if run {
		entry.Cause, reason = reason, ""
	}
	return reason, err
}

// digests are the changes to which a salt is to be put, and what is kept of them as
// they were told.
func (r *Reform) digests(found Found) (salted, kept []*eilev1.AuditEntry_Change) {
	for _, change := range found.Entry.GetChanges() {
		reference, ok := Salted(change.GetKey())
		if !ok {
			continue
		}
		salted = append(salted, change)
		was := &eilev1.AuditEntry_Change{Key: change.GetKey()}
		if r.keeps(found, reference, false) {
			was.Before = change.GetBefore()
		}
		if r.keeps(found, reference, true) {
			was.After = change.GetAfter()
		}
		if len(was.GetBefore())+len(was.GetAfter()) > 0 {
			kept = append(kept, was)
		}
	}
	return salted, kept
}

// forgotten tells whether the persons of a subject were erased later.
func (r *Reform) forgotten(found Found) bool {
	return slices.ContainsFunc(found.Entry.GetSubjects(), func(subject string) bool {
		return found.Key < r.erased[subject] && ofApplication(found.Entry, subject)
	})
}

// keeps tells whether the salt of an application stays, under which an entry
// commits to what a record was, or was afterwards.
func (r *Reform) keeps(found Found, reference string, after bool) bool {
	if id, piece := PieceOf(found.Entry); piece && !r.decided[id] {
		return false
	}
	erased := r.erased[reference]
	return found.Key > erased || after && found.Key == erased
}

// Salts are the applications whose salt the entry needs.
func (r *Reform) Salts(of *Reformed) (references []string) {
	for _, change := range of.former {
		reference, _ := Salted(change.GetKey())
		if r.keeps(Found{of.Key, of.Entry}, reference, true) && !slices.Contains(references, reference) {
			references = append(references, reference)
		}
	}
	return references
}

// Commit puts commitments in place of the SHA-256 of records of persons, under the
// salts of the applications.
func (r *Reform) Commit(of *Reformed, salts map[string][]byte) {
	for _, change := range of.former {
		reference, _ := Salted(change.GetKey())
		under := func(after bool) []byte {
			if r.keeps(Found{of.Key, of.Entry}, reference, after) {
				return salts[reference]
			}
			return r.Seed.Salt("nobody keeps it: "+reference, of.Key)
		}
		change.Before = Commit(under(false), change.GetKey(), change.GetBefore())
		change.After = Commit(under(true), change.GetKey(), change.GetAfter())
	}
}

// Put writes the entry, and what lies beside it, in place of what it was, and
// answers its bytes.
func (of *Reformed) Put(tx kv.Tx) ([]byte, error) {
	if of.Detail != nil {
		if err := putBeside(tx, of.Entry, of.Detail); err != nil {
			return nil, err
		}
	}
	value, err := layout.Encode(of.Entry)
	if err != nil {
		return nil, err
	}
	return value, tx.Put([]byte(layout.Audit+of.Key), value)
}
