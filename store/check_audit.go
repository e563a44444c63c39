package store

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"maps"
	"slices"
	"strings"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store/kv"
)

// seals recomputes the chain and the digests of the entries that it names.
func (c *check) seals() error {
	var previous []byte
	sealed := map[string]bool{}
	number, revision := uint32(0), uint64(0)
	for item, err := range c.reader.Scan([]byte(sealPrefix), kv.PrefixEnd([]byte(sealPrefix))) {
		if err != nil || c.ended {
			return err
		}
		number++
		if kept, ok := keyNumber(item.Key[len(sealPrefix):]); ok && kept != number {
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
	if number < c.living.sealed {
		c.fault("audit seal %d: it was written and is missing", c.living.sealed)
	}
	return c.unsealed(sealed, revision)
}

// sealedEntry compares an entry with the link that names it.
func (c *check) sealedEntry(link *eilev1.AuditSeal_Link) error {
	entry, ok, err := c.reader.Get([]byte(auditPrefix + link.GetId()))
	if err != nil {
		return err
	}
	digest := sha256.Sum256(entry.Value)
	switch {
	case !ok:
		c.fault("audit entry %q: it is sealed and missing", link.GetId())
	case !bytes.Equal(digest[:], link.GetSha256()):
		c.fault("audit entry %q: it was changed after it was sealed", link.GetId())
	case uint64(entry.Revision) != link.GetRevision():
		c.fault("audit entry %q: it was written again after it was sealed", link.GetId())
	}
	return nil
}

// unsealed looks for entries that a seal should have named.
func (c *check) unsealed(sealed map[string]bool, last uint64) error {
	for item, err := range c.reader.Scan([]byte(auditPrefix), kv.PrefixEnd([]byte(auditPrefix))) {
		if err != nil || c.ended {
			return err
		}
		id := string(item.Key[len(auditPrefix):])
		if uint64(item.Revision) < last && !sealed[id] {
			c.fault("audit entry %q: it was added behind the seals", id)
		}
	}
	return nil
}

// subjects compares the entries with the keys by subject.
func (c *check) subjects() error {
	for item, err := range c.reader.Scan([]byte(auditPrefix), kv.PrefixEnd([]byte(auditPrefix))) {
		if err != nil || c.ended {
			return err
		}
		entry := new(eilev1.AuditEntry)
		if err := proto.Unmarshal(item.Value, entry); err != nil {
			c.fault("audit entry at key %q: it cannot be read: %v", item.Key, err)
			continue
		}
		for _, subject := range entry.GetSubjects() {
			key := auditSubjectPrefix + subject + "/" + string(item.Key[len(auditPrefix):])
			if _, ok, err := c.get([]byte(key)); err != nil {
				return err
			} else if !ok {
				c.fault("audit entry at key %q: its entry under subject %s is missing", item.Key, subject)
			}
		}
	}
	for item, err := range c.reader.Scan([]byte(auditSubjectPrefix), kv.PrefixEnd([]byte(auditSubjectPrefix))) {
		if err != nil || c.ended {
			return err
		}
		_, key, _ := strings.Cut(string(item.Key[len(auditSubjectPrefix):]), "/")
		if _, ok, err := c.get([]byte(auditPrefix + key)); err != nil {
			return err
		} else if !ok {
			c.fault("audit entry %q: it is missing, key %q names it", key, item.Key)
		}
	}
	return nil
}

// audited are the prefixes of the records whose every change the audit tells.
var audited = []string{
	Applications.prefix, Persons.prefix, Units.prefix, Inspections.prefix, Offers.prefix, barredPrefix, Tenancies.prefix,
	Decisions.prefix, Duplicates.prefix, Policies.prefix, Runs.prefix, runByDatePrefix, evidencePrefix, Decommissions.prefix,
	Programmes.prefix, placementChangePrefix, unitChangePrefix,
}

// told is what the audit last said of a record.
type told struct {
	revision kv.Revision
	exists   bool
	digest   [sha256.Size]byte
}

// records compares each record with the digest in the last audit entry that
// tells of it.
func (c *check) records() error {
	last, err := c.lastTold()
	if err != nil {
		return err
	}
	staged, err := c.stagedKeys()
	if err != nil {
		return err
	}
	for _, prefix := range audited {
		for item, err := range c.reader.Scan([]byte(prefix), kv.PrefixEnd([]byte(prefix))) {
			if err != nil || c.ended {
				return err
			}
			key := string(item.Key)
			said, ok := last[key]
			delete(last, key)
			switch {
			case staged[key]:
			case !ok || !said.exists:
				c.fault("record at key %q: no audit entry tells of it", key)
			case said.digest != sha256.Sum256(item.Value):
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

// stagedKeys are the keys that undecided imports have written.
func (c *check) stagedKeys() (map[string]bool, error) {
	staged := map[string]bool{}
	err := c.chunks(func(id string, chunk *eilev1.ImportChunk) error {
		hidden, err := c.hidden(id)
		if err != nil || !hidden {
			return err
		}
		for _, key := range chunk.GetKeys() {
			staged[string(key)] = true
		}
		return nil
	})
	return staged, err
}

// chunks calls fn with the lists of keys that imports wrote.
func (c *check) chunks(fn func(id string, chunk *eilev1.ImportChunk) error) error {
	for item, err := range c.reader.Scan([]byte(importChunkPrefix), kv.PrefixEnd([]byte(importChunkPrefix))) {
		if err != nil || c.ended {
			return err
		}
		chunk, err := decode[eilev1.ImportChunk](importChunkRecs.Noun, item)
		if err != nil {
			return err
		}
		id := string(item.Key[len(importChunkPrefix):])
		if err := fn(id[:max(0, len(id)-1-numberLen)], chunk); err != nil {
			return err
		}
	}
	return nil
}

// lastTold reads the audit, without what undecided imports did.
func (c *check) lastTold() (map[string]told, error) {
	last := map[string]told{}
	for item, err := range c.reader.Scan([]byte(auditPrefix), kv.PrefixEnd([]byte(auditPrefix))) {
		if err != nil {
			return nil, err
		}
		entry, hidden, err := c.auditEntry(item)
		if err != nil && !errors.Is(err, kv.ErrCorrupt) {
			return nil, err
		}
		if hidden {
			continue
		}
		for _, change := range entry.GetChanges() {
			if item.Revision < last[change.GetKey()].revision || !slices.ContainsFunc(audited, func(prefix string) bool {
				return strings.HasPrefix(change.GetKey(), prefix)
			}) {
				continue
			}
			said := told{revision: item.Revision, exists: len(change.GetAfter()) > 0}
			copy(said.digest[:], change.GetAfter())
			last[change.GetKey()] = said
		}
	}
	return last, nil
}

// strays looks for what belongs to an import that is neither decided nor under
// way: nobody sees it, and nothing will remove it.
func (c *check) strays() error {
	told := map[string]bool{}
	stray := func(id, key string) error {
		if id == "" || told[id] {
			return nil
		}
		_, ok, err := Imports.Find(c.View, id)
		if err == nil && !ok {
			told[id] = true
			c.fault("key %q: it belongs to import %s, which does not exist", key, id)
		}
		return err
	}
	err := c.chunks(func(id string, _ *eilev1.ImportChunk) error { return stray(id, importChunkPrefix+id) })
	if err != nil {
		return err
	}
	// The import is field 10 of a placement and field 4 of a history.
	for prefix, field := range map[string]protowire.Number{placementPrefix: importField, placementChangePrefix: 4, unitChangePrefix: 4} {
		for item, err := range c.reader.Scan([]byte(prefix), kv.PrefixEnd([]byte(prefix))) {
			if err != nil || c.ended {
				return err
			}
			if err := stray(stringField(item.Value, field), string(item.Key)); err != nil {
				return err
			}
		}
	}
	return nil
}
