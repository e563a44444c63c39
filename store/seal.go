package store

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"sort"
	"sync"
	"sync/atomic"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store/kv"
)

// The chain is not a hot key: changes write their own audit entries, and one
// sealer links them, in order of revision, soon after. A seal names the entries
// since the seal before and the digest of that seal, so that no entry can be
// changed, added or dropped behind a seal that somebody has seen.

// sealBytes bounds the entries of one seal, so that it fits a transaction.
const (
	sealBytes = kv.MaxTxBytes / 2
	linkBytes = sha256.Size + 24 // of a link beside its id
)

type sealer struct {
	mu       sync.Mutex    // held while a seal is being written
	number   uint32        // of the last seal
	previous []byte        // its digest
	written  atomic.Uint32 // number, for who must not wait for mu

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

// next copies the links of the seal to come.
func (s *sealer) next() []*eilev1.AuditSeal_Link {
	s.pendingMu.Lock()
	defer s.pendingMu.Unlock()
	size, n := 0, 0
	for n < len(s.pending) && size < sealBytes {
		size += len(s.pending[n].GetId()) + linkBytes
		n++
	}
	return slices.Clone(s.pending[:n])
}

// Seal links the audit entries that are not sealed yet and answers how many.
func (r *Register) Seal(ctx context.Context, now time.Time) (int, error) {
	s := &r.seal
	s.mu.Lock()
	defer s.mu.Unlock()
	sealed := 0
	for {
		links := s.next()
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
	s.written.Store(s.number)
	return nil
}

// loadSeals finds the last seal and the entries that came after it. Entries are
// in order of time, which is that of their revisions.
func (r *Register) loadSeals(ctx context.Context) error {
	s := &r.seal
	s.mu.Lock()
	defer s.mu.Unlock()
	return r.db.View(ctx, func(reader kv.Reader) error {
		last, digest, err := lastSeal(reader)
		if err != nil {
			return err
		}
		start, sealed := []byte(auditPrefix), uint64(0)
		if last != nil {
			s.number, s.previous = last.GetNumber(), digest
			s.written.Store(s.number)
			if n := len(last.GetEntries()); n > 0 {
				link := last.GetEntries()[n-1]
				start, sealed = append(start, link.GetId()...), link.GetRevision()
			}
		}
		for item, err := range reader.Scan(start, kv.PrefixEnd([]byte(auditPrefix))) {
			if err != nil {
				return err
			}
			if uint64(item.Revision) > sealed {
				s.add(item.Revision, kv.Write{Key: item.Key, Value: item.Value})
			}
		}
		return nil
	})
}

// lastSeal doubles its step until it is past the end and then halves, since the
// seam reads forwards only: O(log n) reads. Nil: there is none.
func lastSeal(reader kv.Reader) (seal *eilev1.AuditSeal, digest []byte, err error) {
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
		return nil, nil, failure
	}
	item, _, err := reader.Get(sealKey(last))
	if err != nil {
		return nil, nil, err
	}
	seal, err = decode[eilev1.AuditSeal](seals.Noun, item)
	sum := sha256.Sum256(item.Value)
	return seal, sum[:], err
}
