package audit

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"slices"
	"strings"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store/kv"
	"github.com/eile-housing/eile/store/layout"
)

// Beside an entry lies what may have to be erased: the reason in a person's
// words and the values. The entry holds the digest of it, which a salt inside
// keeps from confirming a guess when the rest is gone.

const detailNoun = "record beside an audit entry"

// putBeside writes what lies beside an entry and has the entry commit to it.
func putBeside(tx kv.Tx, entry *eilev1.AuditEntry, detail *eilev1.AuditDetail) error {
	value, err := layout.Encode(detail)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(value)
	entry.Beside = sum[:]
	return tx.Put(layout.TimeKey(layout.AuditDetail, entry.GetAt().AsTime(), entry.GetId()), value)
}

// fill completes an entry for who asks, from what lies beside it.
func fill(reader kv.Reader, found Found) error {
	entry := found.Entry
	entry.Reason = entry.GetCause()
	if len(entry.GetBeside()) == 0 {
		return nil
	}
	item, ok, err := reader.Get([]byte(layout.AuditDetail + found.Key))
	if err != nil {
		return err
	}
	if entry.Erased = !ok; entry.Erased {
		return nil
	}
	detail, err := layout.Decode[eilev1.AuditDetail](detailNoun, item)
	if err != nil {
		return err
	}
	if detail.GetReason() != "" {
		entry.Reason = detail.GetReason()
	}
	entry.Values = detail.GetValues()
	for _, former := range detail.GetFormer() {
		for _, change := range entry.GetChanges() {
			if change.GetKey() == former.GetKey() {
				change.Before, change.After = former.GetBefore(), former.GetAfter()
			}
		}
	}
	return nil
}

// ofApplication tells whether an entry that names a reference is about the
// application, and not about a home of the same name.
func ofApplication(entry *eilev1.AuditEntry, reference string) bool {
	home := false
	for _, change := range entry.GetChanges() {
		switch change.GetKey() {
		case layout.Application + reference, layout.Person + reference:
			return true
		case layout.Unit + reference:
			home = true
		}
	}
	return !home
}

// Details are the keys of what lies beside the entries about an application
// before the entry that ends so.
func Details(reader kv.Reader, reference, before string) (keys [][]byte, err error) {
	for found, err := range about(reader, reference, "") {
		if err != nil {
			return nil, err
		}
		if found.Key >= before {
			break
		}
		if len(found.Entry.GetBeside()) > 0 && ofApplication(found.Entry, reference) {
			keys = append(keys, []byte(layout.AuditDetail+found.Key))
		}
	}
	return keys, nil
}

// CheckDetails compares what lies beside the entries with what they say of it,
// and looks for what an erasure should have taken and what nothing took.
func CheckDetails(reader kv.Reader, report func(fault string) bool) error {
	c := &check{reader: reader, report: report}
	erased, err := c.erasures()
	if err != nil {
		return err
	}
	return errors.Join(c.details(erased), c.strayDetails())
}

// erasures are the applications whose persons were erased, each with the end of the
// key of the last entry that tells of it: its salt was replaced, or the entry is of
// before there were salts.
func (c *check) erasures() (map[string]string, error) {
	erased := map[string]string{}
	for item, err := range layout.All(c.reader, layout.Audit) {
		if err != nil {
			return nil, err
		}
		found, err := read(item)
		if err != nil {
			continue // CheckSubjects tells of it
		}
		if found.Entry.GetAction() == ActionErase {
			for _, subject := range found.Entry.GetSubjects() {
				erased[subject] = found.Key
			}
		}
		for _, change := range found.Entry.GetChanges() {
			if reference, ok := strings.CutPrefix(change.GetKey(), layout.Salt); ok && len(change.GetBefore()) > 0 {
				erased[reference] = found.Key
			}
		}
	}
	return erased, nil
}

func (c *check) details(erased map[string]string) error {
	for item, err := range layout.All(c.reader, layout.Audit) {
		if err != nil || c.ended {
			return err
		}
		found, err := read(item)
		if err != nil || len(found.Entry.GetBeside()) == 0 {
			continue
		}
		gone := slices.ContainsFunc(found.Entry.GetSubjects(), func(subject string) bool {
			return found.Key < erased[subject] && ofApplication(found.Entry, subject)
		})
		if err := c.detail(found, gone); err != nil {
			return err
		}
	}
	return nil
}

// detail compares one; gone says that an erasure took it.
func (c *check) detail(found Found, gone bool) error {
	item, ok, err := c.reader.Get([]byte(layout.AuditDetail + found.Key))
	if err != nil {
		return err
	}
	sum := sha256.Sum256(item.Value)
	switch {
	case gone && ok:
		pending, err := c.erasing(found)
		if err != nil || pending {
			return err
		}
		c.fault("audit entry %q: the record beside it is there, though the persons of a subject were erased", found.Key)
	case !gone && !ok:
		c.fault("audit entry %q: the record beside it is missing", found.Key)
	case ok && !bytes.Equal(sum[:], found.Entry.GetBeside()):
		c.fault("audit entry %q: the record beside it is not what the entry says", found.Key)
	}
	return nil
}

// erasing tells whether the erasure of a subject is still under way.
func (c *check) erasing(found Found) (bool, error) {
	for _, subject := range found.Entry.GetSubjects() {
		if _, ok, err := c.reader.Get([]byte(layout.Erasing + subject)); ok || err != nil {
			return ok, err
		}
	}
	return false, nil
}

func (c *check) strayDetails() error {
	for item, err := range layout.All(c.reader, layout.AuditDetail) {
		if err != nil || c.ended {
			return err
		}
		name := string(item.Key[len(layout.AuditDetail):])
		found, err := get(c.reader, name)
		if err != nil && !errors.Is(err, kv.ErrCorrupt) {
			return err
		}
		if len(found.Entry.GetBeside()) == 0 {
			c.fault("record at key %q: no audit entry tells of it", item.Key)
		}
	}
	return nil
}
