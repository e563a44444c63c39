package audit

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"

	"google.golang.org/protobuf/proto"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store/kv"
	"github.com/eile-housing/eile/store/layout"
)

// Before schema 4 an entry held reasons in words and the SHA-256 of records of
// persons, and was itself sealed under its SHA-256. Such entries are written anew
// once, so that the chain before can afterwards be compared by its head only.

// Former tells of the chain before schema 4: its head, and where its entries end.
// It refuses a chain that is not whole.
func Former(reader kv.Reader) (*eilev1.AuditForm, error) {
	c := &check{reader: reader, former: true}
	var faults []error
	c.report = func(fault string) bool {
		faults = append(faults, fmt.Errorf("%w: %s: restore a backup", kv.ErrCorrupt, fault))
		return false
	}
	if err := errors.Join(c.seals(0), c.subjects()); err != nil {
		return nil, err
	}
	if len(faults) > 0 {
		return nil, faults[0]
	}
	last, digest, err := lastSeal(reader)
	if err != nil {
		return nil, err
	}
	form := &eilev1.AuditForm{Former: &eilev1.AuditEntry_Former{
		Seal: last.GetNumber(), Sha256: digest, Digest: make([]byte, sha256.Size),
	}}
	for item, err := range layout.All(reader, layout.Audit) {
		if err != nil {
			return nil, err
		}
		form.Until = string(item.Key[len(layout.Audit):])
	}
	return form, nil
}

// Next notes that the entry after those so far was brought into the form.
func Next(form *eilev1.AuditForm, key string, entry []byte) {
	leaf := Leaf(entry)
	sum := sha256.Sum256(append(bytes.Clone(form.GetFormer().GetDigest()), leaf[:]...))
	form.Former.Digest = sum[:]
	form.Former.Entries++
	form.Done = key
}

// Told reads what is told of the chain before schema 4; nil: there was none.
func Told(reader kv.Reader) (*eilev1.AuditForm, error) {
	item, ok, err := reader.Get([]byte(layout.AuditForm))
	if err != nil || !ok {
		return nil, err
	}
	return layout.Decode[eilev1.AuditForm]("migration of the audit", item)
}

// CheckFormer compares the entries that were brought into the form with the one
// that tells of them.
func CheckFormer(reader kv.Reader, report func(fault string) bool) error {
	form, err := Told(reader)
	if err != nil || form == nil {
		return err
	}
	found, err := get(reader, form.GetTold())
	if err != nil && !errors.Is(err, kv.ErrCorrupt) {
		return err
	}
	c := &check{reader: reader, report: report}
	if err != nil || !proto.Equal(found.Entry.GetFormer(), form.GetFormer()) {
		c.fault("audit: entry %q does not tell of the chain before, as key %q does", form.GetTold(), layout.AuditForm)
		return nil
	}
	again := &eilev1.AuditForm{Former: &eilev1.AuditEntry_Former{Digest: make([]byte, sha256.Size)}}
	for item, err := range layout.All(reader, layout.Audit) {
		if err != nil {
			return err
		}
		key := string(item.Key[len(layout.Audit):])
		if key > form.GetUntil() {
			break
		}
		Next(again, key, item.Value)
	}
	if !bytes.Equal(again.GetFormer().GetDigest(), form.GetFormer().GetDigest()) {
		c.fault("audit: the %d entries up to %q are not those that entry %q tells of", again.GetFormer().GetEntries(), form.GetUntil(), form.GetTold())
	}
	return nil
}
