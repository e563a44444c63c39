package audit

import (
	"fmt"
	"iter"
	"strings"
	"time"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store/kv"
	"github.com/eile-housing/eile/store/layout"
)

const noun = "audit entry"

// Changes are what one change did to the keys of records.
type Changes []*eilev1.AuditEntry_Change

// Note adds the change of one key, with commitments to what it held and holds, see
// Salted; nil: nothing. Several changes of one key are one.
func (c *Changes) Note(key, before, after []byte) {
	name := string(key)
	for _, change := range *c {
		if change.Key == name {
			change.After = after
			return
		}
	}
	*c = append(*c, &eilev1.AuditEntry_Change{Key: name, Before: before, After: after})
}

// Put writes an entry, a key for it under each subject, and beside it what is said
// of it in words and values; nil: nothing is.
func Put(tx kv.Tx, entry *eilev1.AuditEntry, detail *eilev1.AuditDetail) error {
	at := entry.GetAt().AsTime()
	if detail != nil {
		if err := putBeside(tx, entry, detail); err != nil {
			return err
		}
	}
	value, err := layout.Encode(entry)
	if err != nil {
		return err
	}
	if err := tx.Put(layout.TimeKey(layout.Audit, at, entry.GetId()), value); err != nil {
		return err
	}
	for _, subject := range entry.GetSubjects() {
		key := layout.TimeKey(layout.AuditSubject+subject+"/", at, entry.GetId())
		if err := tx.Put(key, nil); err != nil {
			return err
		}
	}
	return nil
}

// MomentKey is where the entries of a moment and later ones begin.
func MomentKey(at time.Time) string { return string(layout.AppendTime(nil, at)) }

// Found is an entry with the end of its key: the moment and the id. Whoever asks
// for entries gets them with what lies beside them.
type Found struct {
	Key   string
	Entry *eilev1.AuditEntry
}

// Entries yields the entries from a moment on, in order of time, after the key
// that start names.
func Entries(reader kv.Reader, from time.Time, start string) iter.Seq2[Found, error] {
	return func(yield func(Found, error) bool) {
		key := []byte(layout.Audit)
		if !from.IsZero() {
			key = layout.AppendTime(key, from)
		}
		if start != "" {
			key = append([]byte(layout.Audit), start...)
		}
		for item, err := range reader.Scan(key, kv.PrefixEnd([]byte(layout.Audit))) {
			found := Found{}
			if err == nil {
				found, err = readWhole(reader, item)
			}
			if !yield(found, err) || err != nil {
				return
			}
		}
	}
}

// History yields the entries about a subject, oldest first, from the key on that
// start names; empty: all.
func History(reader kv.Reader, subject, start string) iter.Seq2[Found, error] {
	return func(yield func(Found, error) bool) {
		for found, err := range about(reader, subject, start) {
			if err == nil {
				err = fill(reader, found)
			}
			if !yield(found, err) || err != nil {
				return
			}
		}
	}
}

// about yields the entries of a subject as they are stored.
func about(reader kv.Reader, subject, start string) iter.Seq2[Found, error] {
	return func(yield func(Found, error) bool) {
		prefix := layout.AuditSubject + subject + "/"
		for item, err := range reader.Scan([]byte(prefix+start), kv.PrefixEnd([]byte(prefix))) {
			found := Found{}
			if err == nil {
				found, err = get(reader, string(item.Key[len(prefix):]))
			}
			if !yield(found, err) || err != nil {
				return
			}
		}
	}
}

// get reads the entry that a subject names.
func get(reader kv.Reader, name string) (Found, error) {
	key := []byte(layout.Audit + name)
	item, ok, err := reader.Get(key)
	if err == nil && !ok {
		err = fmt.Errorf("audit entry at key %q is missing: %w", key, kv.ErrCorrupt)
	}
	if err != nil {
		return Found{}, err
	}
	return read(item)
}

func read(item kv.Item) (Found, error) {
	entry, err := layout.Decode[eilev1.AuditEntry](noun, item)
	if err != nil {
		return Found{}, err
	}
	entry.Revision = layout.EntryRevision(item)
	return Found{Key: string(item.Key[len(layout.Audit):]), Entry: entry}, nil
}

func readWhole(reader kv.Reader, item kv.Item) (Found, error) {
	found, err := read(item)
	if err == nil {
		err = fill(reader, found)
	}
	return found, err
}

// PieceOf returns the import whose piece an entry tells of. What it says has not
// happened until the import is decided, and if the import is aborted it never
// will. The entry itself stays, since it may be sealed.
func PieceOf(entry *eilev1.AuditEntry) (id string, ok bool) {
	if len(entry.GetSubjects()) != 1 {
		return "", false
	}
	id = entry.GetSubjects()[0]
	return id, len(entry.GetId()) == len(id)+1+layout.NumberLen && strings.HasPrefix(entry.GetId(), id+"-")
}
