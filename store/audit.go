package store

import (
	"fmt"
	"iter"
	"strings"
	"time"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store/kv"
)

// AuditEntries yields the entries from a moment on, in order of time, after the
// key that start names; the key comes with each entry.
func (v *View) AuditEntries(from time.Time, start string) iter.Seq2[Entry[*eilev1.AuditEntry], error] {
	return func(yield func(Entry[*eilev1.AuditEntry], error) bool) {
		key := []byte(auditPrefix)
		if !from.IsZero() {
			key = appendTime(key, from)
		}
		if start != "" {
			key = append([]byte(auditPrefix), start...)
		}
		for item, err := range v.reader.Scan(key, kv.PrefixEnd([]byte(auditPrefix))) {
			if err != nil {
				yield(Entry[*eilev1.AuditEntry]{}, err)
				return
			}
			entry, hidden, err := v.auditEntry(item)
			if hidden {
				continue
			}
			if !yield(Entry[*eilev1.AuditEntry]{ID: string(item.Key[len(auditPrefix):]), Record: entry}, err) || err != nil {
				return
			}
		}
	}
}

// History yields the audit entries about a subject, oldest first.
func (v *View) History(subject string) iter.Seq2[*eilev1.AuditEntry, error] {
	return func(yield func(*eilev1.AuditEntry, error) bool) {
		prefix := []byte(auditSubjectPrefix + subject + "/")
		for item, err := range v.reader.Scan(prefix, kv.PrefixEnd(prefix)) {
			if err != nil {
				yield(nil, err)
				return
			}
			key := append([]byte(auditPrefix), item.Key[len(prefix):]...)
			found, ok, err := v.reader.Get(key)
			if err == nil && !ok {
				err = fmt.Errorf("audit entry at key %q is missing: %w", key, kv.ErrCorrupt)
			}
			var entry *eilev1.AuditEntry
			var hidden bool
			if err == nil {
				entry, hidden, err = v.auditEntry(found)
			}
			if hidden {
				continue
			}
			if !yield(entry, err) || err != nil {
				return
			}
		}
	}
}

// auditEntry reads an entry, and whether it tells of an import that is not
// decided: what the entry says has not happened then, and if the import is
// aborted it never will. The entry itself stays, since it may be sealed.
func (v *View) auditEntry(item kv.Item) (entry *eilev1.AuditEntry, hidden bool, err error) {
	entry, err = decode[eilev1.AuditEntry](audits.Noun, item)
	if err != nil {
		return nil, false, err
	}
	entry.Revision = uint64(item.Revision)
	if id, ok := pieceOf(entry); ok {
		hidden, err = v.hidden(id)
	}
	return entry, hidden, err
}

// pieceOf answers the import whose piece an entry tells of.
func pieceOf(entry *eilev1.AuditEntry) (id string, ok bool) {
	if len(entry.GetSubjects()) != 1 {
		return "", false
	}
	id = entry.GetSubjects()[0]
	return id, len(entry.GetId()) == len(id)+1+numberLen && strings.HasPrefix(entry.GetId(), id+"-")
}
