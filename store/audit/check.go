package audit

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"maps"
	"slices"
	"strings"

	"google.golang.org/protobuf/proto"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store/kv"
	"github.com/eile-housing/eile/store/layout"
)

// A check reports faults until told to stop.
type check struct {
	reader kv.Reader
	report func(fault string) bool
	ended  bool
	former bool // the chain is of the form before this one
}

func (c *check) fault(format string, args ...any) {
	if !c.ended {
		c.ended = !c.report(fmt.Sprintf(format, args...))
	}
}

// CheckChain recomputes the chain and the digests of the entries that it names.
// written is the number of the last seal that is known to have been written.
// Like the other parts of the check it reports until report returns false.
func CheckChain(reader kv.Reader, written uint32, report func(fault string) bool) error {
	c := &check{reader: reader, report: report}
	return c.seals(written)
}

func (c *check) seals(written uint32) error {
	var previous []byte
	sealed := map[string]bool{}
	number, revision := uint32(0), uint64(0)
	for item, err := range layout.All(c.reader, layout.Seal) {
		if err != nil || c.ended {
			return err
		}
		number++
		if kept, ok := layout.NumberOf(item.Key[len(layout.Seal):]); ok && kept != number {
			c.fault("audit seals %d to %d: they are missing", number, kept-1)
			number = kept
		}
		seal := new(eilev1.AuditSeal)
		if err := proto.Unmarshal(item.Value, seal); err != nil {
			c.fault("audit seal at key %q: it cannot be read: %v", item.Key, err)
		}
		if seal.GetNumber() != number || !bytes.Equal(seal.GetPrevious(), previous) {
			c.fault("audit seal %d: it does not follow the seal before", number)
		}
		sum := sha256.Sum256(item.Value)
		previous = sum[:]
		for _, link := range seal.GetEntries() {
			if link.GetRevision() <= revision {
				c.fault("audit seal %d: entry %q is not of a later revision than the one before", number, link.GetId())
			}
			revision = link.GetRevision()
			sealed[link.GetId()] = true
			if err := c.sealedEntry(link); err != nil {
				return err
			}
		}
	}
	if number < written {
		c.fault("audit seal %d: it was written and is missing", written)
	}
	return c.unsealed(sealed, revision)
}

// sealedEntry compares an entry with the link that names it.
func (c *check) sealedEntry(link *eilev1.AuditSeal_Link) error {
	entry, ok, err := c.reader.Get([]byte(layout.Audit + link.GetId()))
	if err != nil {
		return err
	}
	digest, sealed := Leaf(entry.Value), link.GetLeaf()
	if c.former {
		digest, sealed = sha256.Sum256(entry.Value), link.GetSha256()
	}
	switch {
	case !ok:
		c.fault("audit entry %q: it is sealed and missing", link.GetId())
	case !bytes.Equal(digest[:], sealed):
		c.fault("audit entry %q: it was changed after it was sealed", link.GetId())
	case layout.EntryRevision(entry) != link.GetRevision():
		c.fault("audit entry %q: it was written again after it was sealed", link.GetId())
	}
	return nil
}

// unsealed looks for entries that a seal should have named.
func (c *check) unsealed(sealed map[string]bool, last uint64) error {
	for item, err := range layout.All(c.reader, layout.Audit) {
		if err != nil || c.ended {
			return err
		}
		id := string(item.Key[len(layout.Audit):])
		if layout.EntryRevision(item) < last && !sealed[id] {
			c.fault("audit entry %q: it was added behind the seals", id)
		}
	}
	return nil
}

// CheckSubjects compares the entries with the keys by subject.
func CheckSubjects(reader kv.Reader, report func(fault string) bool) error {
	c := &check{reader: reader, report: report}
	return c.subjects()
}

func (c *check) subjects() error {
	for item, err := range layout.All(c.reader, layout.Audit) {
		if err != nil || c.ended {
			return err
		}
		entry := new(eilev1.AuditEntry)
		if err := proto.Unmarshal(item.Value, entry); err != nil {
			c.fault("audit entry at key %q: it cannot be read: %v", item.Key, err)
			continue
		}
		for _, subject := range entry.GetSubjects() {
			key := layout.AuditSubject + subject + "/" + string(item.Key[len(layout.Audit):])
			if _, ok, err := c.reader.Get([]byte(key)); err != nil {
				return err
			} else if !ok {
				c.fault("audit entry at key %q: its entry under subject %s is missing", item.Key, subject)
			}
		}
	}
	for item, err := range layout.All(c.reader, layout.AuditSubject) {
		if err != nil || c.ended {
			return err
		}
		_, key, _ := strings.Cut(string(item.Key[len(layout.AuditSubject):]), "/")
		if _, ok, err := c.reader.Get([]byte(layout.Audit + key)); err != nil {
			return err
		} else if !ok {
			c.fault("audit entry %q: it is missing, key %q names it", key, item.Key)
		}
	}
	return nil
}

// Imports is what must be known of imports to read the audit.
type Imports struct {
	Decided map[string]bool // by id
	Staged  map[string]bool // the keys that undecided ones wrote
}

// CheckRecords compares each record that begins with one of the prefixes with
// the commitment in the last entry that tells of it.
func CheckRecords(reader kv.Reader, prefixes []string, imports Imports, report func(fault string) bool) error {
	c := &check{reader: reader, report: report}
	return c.records(prefixes, imports)
}

// told is what the audit last said of a record.
type told struct {
	revision uint64
	exists   bool
	holds    [sha256.Size]byte
}

func (c *check) records(prefixes []string, imports Imports) error {
	last, err := c.lastTold(prefixes, imports.Decided)
	if err != nil {
		return err
	}
	for _, prefix := range prefixes {
		for item, err := range layout.All(c.reader, prefix) {
			if err != nil || c.ended {
				return err
			}
			key := string(item.Key)
			said, ok := last[key]
			delete(last, key)
			if imports.Staged[key] {
				continue
			}
			if !ok || !said.exists {
				c.fault("record at key %q: no audit entry tells of it", key)
				continue
			}
			if holds, err := commitment(c.reader, item); err != nil {
				return err
			} else if !bytes.Equal(said.holds[:], holds) {
				c.fault("record at key %q: it is not what its last audit entry says", key)
			}
		}
	}
	for _, key := range slices.Sorted(maps.Keys(last)) {
		if last[key].exists {
			c.fault("record at key %q: it is missing, no audit entry tells of its deletion", key)
		}
	}
	return nil
}

// commitment is what an entry holds of a record that is there.
func commitment(reader kv.Reader, item kv.Item) ([]byte, error) {
	digest := sha256.Sum256(item.Value)
	reference, salted := Salted(string(item.Key))
	if !salted {
		return digest[:], nil
	}
	salt, _, err := reader.Get([]byte(layout.Salt + reference))
	return Commit(salt.Value, string(item.Key), digest[:]), err
}

// lastTold reads the audit, without what undecided imports did and without what
// cannot be read, which CheckSubjects tells of.
func (c *check) lastTold(prefixes []string, decided map[string]bool) (map[string]told, error) {
	last := map[string]told{}
	for item, err := range layout.All(c.reader, layout.Audit) {
		if err != nil {
			return nil, err
		}
		found, err := read(item)
		if err != nil {
			continue
		}
		if id, piece := PieceOf(found.Entry); piece && !decided[id] {
			continue
		}
		for _, change := range found.Entry.GetChanges() {
			revision := found.Entry.GetRevision()
			if revision < last[change.GetKey()].revision || !slices.ContainsFunc(prefixes, func(prefix string) bool {
				return strings.HasPrefix(change.GetKey(), prefix)
			}) {
				continue
			}
			said := told{revision: revision, exists: len(change.GetAfter()) > 0}
			copy(said.holds[:], change.GetAfter())
			last[change.GetKey()] = said
		}
	}
	return last, nil
}
