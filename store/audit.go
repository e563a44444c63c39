package store

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"iter"
	"slices"
	"sort"
	"sync"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store/kv"
)

// The chain is not a hot key: changes write their own audit entries, and one
// sealer links them, in order of revision, soon after. A seal names the entries
// since the seal before and the digest of that seal, so that no entry can be
// changed, added or dropped behind a seal that somebody has seen.

// sealBatch bounds the entries of one seal, so that it fits a transaction.
const sealBatch = 4096

type sealer struct {
	mu       sync.Mutex // held while a seal is being written
	number   uint32     // of the last seal
	previous []byte     // its digest

	pendingMu sync.Mutex
	pending   []*eilev1.AuditSeal_Link
}

func (s *sealer) add(revision kv.Revision, write kv.Write) {
	if write.Deleted {
		return
	}
	sum := sha256.Sum256(write.Value)
	link := &eilev1.AuditSeal_Link{Id: string(write.Key[len(auditPrefix):]), Sha256: sum[:], Revision: uint64(revision)}
	s.pendingMu.Lock()
	s.pending = append(s.pending, link)
	s.pendingMu.Unlock()
}

// Seal links the audit entries that are not sealed yet and answers how many.
func (r *Register) Seal(ctx context.Context, now time.Time) (int, error) {
	s := &r.seal
	s.mu.Lock()
	defer s.mu.Unlock()
	sealed := 0
	for {
		s.pendingMu.Lock()
		links := slices.Clone(s.pending[:min(len(s.pending), sealBatch)])
		s.pendingMu.Unlock()
		if len(links) == 0 {
			return sealed, nil
		}
		if err := r.writeSeal(ctx, now, links); err != nil {
			return sealed, err
		}
		s.pendingMu.Lock()
		s.pending = s.pending[len(links):]
		s.pendingMu.Unlock()
		sealed += len(links)
	}
}

func (r *Register) writeSeal(ctx context.Context, now time.Time, links []*eilev1.AuditSeal_Link) error {
	s := &r.seal
	seal := &eilev1.AuditSeal{Number: s.number + 1, Previous: s.previous, Entries: links, At: timestamppb.New(now)}
	value, err := encode(seal)
	if err != nil {
		return err
	}
	key := sealKey(seal.GetNumber())
	_, err = r.update(ctx, func(tx kv.Tx) error {
		_, exists, err := tx.Get(key)
		if err != nil {
			return err
		}
		if exists {
			return fmt.Errorf("audit seal %d exists already: another process seals this register", seal.GetNumber())
		}
		return tx.Put(key, value)
	})
	if err != nil {
		return err
	}
	sum := sha256.Sum256(value)
	s.number, s.previous = seal.GetNumber(), sum[:]
	return nil
}

// loadSeals finds the last seal and the entries that came after it.
func (r *Register) loadSeals(ctx context.Context) error {
	return r.db.View(ctx, func(reader kv.Reader) error {
		var since time.Time
		var sealed uint64
		last, err := lastSeal(reader)
		if err != nil {
			return err
		}
		if last != nil {
			value, err := encode(last)
			if err != nil {
				return err
			}
			sum := sha256.Sum256(value)
			r.seal.number, r.seal.previous = last.GetNumber(), sum[:]
			links := last.GetEntries()
			sealed = links[len(links)-1].GetRevision()
			// Entries are keyed by the time at which their request began, which is
			// before their commit: an hour is more than any request lasts.
			since = last.GetAt().AsTime().Add(-time.Hour)
		}
		start := []byte(auditPrefix)
		if !since.IsZero() {
			start = appendTime(start, since)
		}
		var links []*eilev1.AuditSeal_Link
		for item, err := range reader.Scan(start, kv.PrefixEnd([]byte(auditPrefix))) {
			if err != nil {
				return err
			}
			if uint64(item.Revision) <= sealed {
				continue
			}
			sum := sha256.Sum256(item.Value)
			links = append(links, &eilev1.AuditSeal_Link{
				Id: string(item.Key[len(auditPrefix):]), Sha256: sum[:], Revision: uint64(item.Revision),
			})
		}
		slices.SortFunc(links, func(a, b *eilev1.AuditSeal_Link) int { return int(int64(a.GetRevision() - b.GetRevision())) })
		r.seal.pending = links
		return nil
	})
}

// lastSeal doubles its step until it is past the end and then halves, since the
// seam reads forwards only: O(log n) reads. Nil: there is none.
func lastSeal(reader kv.Reader) (*eilev1.AuditSeal, error) {
	var failure error
	missing := func(number uint32) bool {
		_, ok, err := reader.Get(sealKey(number))
		failure = errors.Join(failure, err)
		return !ok
	}
	high := uint32(1)
	for !missing(high) && failure == nil {
		high *= 2
	}
	last := uint32(sort.Search(int(high), func(i int) bool { return missing(uint32(i) + 1) }))
	if failure != nil || last == 0 {
		return nil, failure
	}
	item, _, err := reader.Get(sealKey(last))
	if err != nil {
		return nil, err
	}
	return decode[eilev1.AuditSeal](seals.Noun, item)
}

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
			entry, err := decodeAudit(item)
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
			if err == nil {
				entry, err = decodeAudit(found)
			}
			if !yield(entry, err) || err != nil {
				return
			}
		}
	}
}

func decodeAudit(item kv.Item) (*eilev1.AuditEntry, error) {
	entry := new(eilev1.AuditEntry)
	if err := proto.Unmarshal(item.Value, entry); err != nil {
		return nil, fmt.Errorf("audit entry at key %q: %w: %w", item.Key, kv.ErrCorrupt, err)
	}
	entry.Revision = uint64(item.Revision)
	return entry, nil
}
