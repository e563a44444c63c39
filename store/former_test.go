package store

import (
	"crypto/sha256"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store/kv"
	"github.com/eile-housing/eile/store/kv/memkv"
	"github.com/eile-housing/eile/store/layout"
)

// recorder keeps every commit of a store, from which the store that an earlier
// program would have made of the same changes can be made.
type recorder struct{ commits []kv.Commit }

func record(db kv.DB) *recorder {
	r := new(recorder)
	db.Follow(func(commit kv.Commit) { r.commits = append(r.commits, commit) })
	return r
}

// former writes what was recorded, as a program of an earlier schema wrote it: entries with
// reasons and the SHA-256 of all records, seals over the SHA-256 of the entries, no
// salts, nothing beside entries. Revisions stay.
func (r *recorder) former(t tester, into kv.DB, schema int32) {
	t.Helper()
	f := &formerWriter{t: t, schema: schema, state: map[string][]byte{}, entries: map[string][]byte{}}
	for _, commit := range r.commits {
		writes := f.commit(commit)
		revision, err := into.Update(t.Context(), func(tx kv.Tx) error {
			for _, write := range writes {
				var err error
				if write.Deleted {
					err = tx.Delete(write.Key)
				} else {
					err = tx.Put(write.Key, write.Value)
				}
				if err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil || revision != commit.Revision {
			t.Fatalf("revision %d of %d: %v", revision, commit.Revision, err)
		}
	}
}

type formerWriter struct {
	t        tester
	schema   int32
	state    map[string][]byte // of records
	entries  map[string][]byte // by the ends of their keys
	previous []byte
}

// unknown are the keys that were not there.
var unknown = []string{layout.AuditDetail, layout.Salt, layout.Erasing}

func isUnknown(key []byte) bool {
	return slices.ContainsFunc(unknown, func(prefix string) bool { return layout.Begins(key, prefix) })
}

func (f *formerWriter) commit(commit kv.Commit) (writes []kv.Write) {
	after, details := maps.Clone(f.state), map[string]*eilev1.AuditDetail{}
	for _, write := range commit.Writes {
		if name, ok := strings.CutPrefix(string(write.Key), layout.AuditDetail); ok && !write.Deleted {
			details[name] = decoded[eilev1.AuditDetail](f.t, write.Value)
		}
		if delete(after, string(write.Key)); !write.Deleted {
			after[string(write.Key)] = write.Value
		}
	}
	for _, write := range commit.Writes {
		if isUnknown(write.Key) {
			continue
		}
		write.Value = f.value(write, after, details)
		if string(write.Key) == layout.Register {
			state := decoded[eilev1.Register](f.t, write.Value)
			state.Schema = f.schema
			write.Value = encoded(f.t, state)
		}
		writes = append(writes, write)
	}
	if f.state = after; len(writes) == 0 { // that a revision was there stays
		writes = append(writes, kv.Write{Key: []byte(layout.Request + "none")})
	}
	return writes
}

func (f *formerWriter) value(write kv.Write, after map[string][]byte, details map[string]*eilev1.AuditDetail) []byte {
	switch key := string(write.Key); {
	case write.Deleted:
		return nil
	case strings.HasPrefix(key, layout.Audit):
		name := key[len(layout.Audit):]
		f.entries[name] = f.entry(write.Value, after, details[name])
		return f.entries[name]
	case strings.HasPrefix(key, layout.Seal):
		return f.seal(write.Value)
	case strings.HasPrefix(key, layout.ImportChunk):
		chunk := decoded[eilev1.ImportChunk](f.t, write.Value)
		chunk.Keys = slices.DeleteFunc(chunk.Keys, isUnknown)
		return encoded(f.t, chunk)
	}
	return write.Value
}

func (f *formerWriter) entry(value []byte, after map[string][]byte, detail *eilev1.AuditDetail) []byte {
	entry := decoded[eilev1.AuditEntry](f.t, value)
	if entry.Reason = entry.GetCause(); entry.GetReason() == "" {
		entry.Reason = detail.GetReason()
	}
	entry.Cause, entry.Beside = "", nil
	entry.Changes = slices.DeleteFunc(entry.Changes, func(change *eilev1.AuditEntry_Change) bool { return isUnknown([]byte(change.GetKey())) })
	for _, change := range entry.GetChanges() {
		change.Before, change.After = digestOf(f.state, change.GetKey()), digestOf(after, change.GetKey())
	}
	return encoded(f.t, entry)
}

func digestOf(state map[string][]byte, key string) []byte {
	value, ok := state[key]
	if !ok {
		return nil
	}
	sum := sha256.Sum256(value)
	return sum[:]
}

func (f *formerWriter) seal(value []byte) []byte {
	seal := decoded[eilev1.AuditSeal](f.t, value)
	for _, link := range seal.GetEntries() {
		sum := sha256.Sum256(f.entries[link.GetId()])
		link.Leaf, link.Sha256 = nil, sum[:]
	}
	seal.Previous = f.previous
	made := encoded(f.t, seal)
	sum := sha256.Sum256(made)
	f.previous = sum[:]
	return made
}

func decoded[T any, M layout.Message[T]](t tester, value []byte) M {
	t.Helper()
	record, err := layout.Decode[T, M]("record", kv.Item{Value: value})
	if err != nil {
		t.Fatal(err)
	}
	return record
}

func encoded(t tester, record proto.Message) []byte {
	t.Helper()
	value, err := layout.Encode(record)
	if err != nil {
		t.Fatal(err)
	}
	return value
}

// of has the office's store be one that a program of an earlier schema made; the register
// that is open stays on the store of this program.
func (o *office) of(schema int32) {
	o.Helper()
	former := memkv.New(memkv.Options{RerunClosures: true})
	o.recorded.former(o, former, schema)
	o.db = former
}

// entriesOf reads all entries as they are answered, but those of migrations.
func (o *office) entriesOf(r *Register) (all []*eilev1.AuditEntry) {
	o.Helper()
	err := r.View(o.Context(), func(v *View) error {
		for entry, err := range v.AuditEntries(opening, "") {
			if err != nil {
				return err
			}
			if entry.Record.GetAction() != "register.migrate" {
				all = append(all, entry.Record)
			}
		}
		return nil
	})
	if err != nil {
		o.Fatal(err)
	}
	return all
}

// TestFormerChain: the migration tells of the chain before by its head, the number of
// its entries and the digest of those that it made of them; and all is answered as it
// was, but for the salts.
func TestFormerChain(t *testing.T) {
	o := withOna(t, newMemory())
	was := o.entriesOf(o.Register)
	o.of(2)
	var head []byte
	for _, key := range o.keysIn(o.db, layout.Seal) {
		head = o.valueIn(o.db, key)
	}
	o = reopened(o)
	o.sound(o.Register)
	o.look(func(v *View) error {
		former, err := v.Former()
		if sum := sha256.Sum256(head); former.GetSeal() != 1 || !slices.Equal(former.GetSha256(), sum[:]) || former.GetEntries() < uint64(len(was)) {
			t.Errorf("it is told as %v", former)
		}
		return err
	})
	for i, entry := range o.entriesOf(o.Register) {
		if entry.GetRevision() != was[i].GetRevision() || entry.GetReason() != was[i].GetReason() || entry.GetId() != was[i].GetId() {
			t.Errorf("entry %d is %v, it was %v", i, entry, was[i])
		}
	}
	first := o.keysIn(o.db, layout.Audit)[0]
	o.raw(func(tx kv.Tx) error { return tx.Put([]byte(first), append(o.valueIn(o.db, first), 0x2a, 0)) })
	if found := strings.Join(o.faults(o.Register), "\n"); !strings.Contains(found, "are not those that entry") {
		t.Errorf("an entry of the chain before was changed, and the check finds %q", found)
	}
}

// TestFormerChainIsRefused where it is not whole, by name and before anything of it
// changes.
func TestFormerChainIsRefused(t *testing.T) {
	for fault, harm := range map[string]func(o *office) func(kv.Tx) error{
		"it was changed after it was sealed": func(o *office) func(kv.Tx) error {
			first := o.keysIn(o.db, layout.Audit)[0]
			value := append(o.valueIn(o.db, first), 0x2a, 0)
			return func(tx kv.Tx) error { return tx.Put([]byte(first), value) }
		},
		"audit seals 1 to 1: they are missing": func(*office) func(kv.Tx) error {
			return func(tx kv.Tx) error { return tx.Delete(layout.SealKey(1)) }
		},
	} {
		o := withOna(t, newMemory())
		o.settle(place("B-2", "general", "2", "c"))
		o.seal1()
		o.of(3)
		change := harm(o)
		if _, err := o.db.Update(t.Context(), change); err != nil {
			t.Fatal(err)
		}
		before := bytesOf(t, o.db)
		_, err := Open(t.Context(), o.db, seed)
		if !errors.Is(err, kv.ErrCorrupt) || !strings.Contains(err.Error(), fault) || !slices.Equal(bytesOf(t, o.db), before) {
			t.Errorf("%s: %v", fault, err)
		}
	}
}

// keysIn are the keys of a store under a prefix.
func (o *office) keysIn(db kv.DB, prefix string) (keys []string) {
	o.Helper()
	err := db.View(o.Context(), func(reader kv.Reader) error {
		for item, err := range layout.All(reader, prefix) {
			keys = append(keys, string(item.Key))
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		o.Fatal(err)
	}
	return keys
}

func (o *office) valueIn(db kv.DB, key string) (value []byte) {
	o.Helper()
	err := db.View(o.Context(), func(reader kv.Reader) error {
		item, _, err := reader.Get([]byte(key))
		value = slices.Clone(item.Value)
		return err
	})
	if err != nil {
		o.Fatal(err)
	}
	return value
}
