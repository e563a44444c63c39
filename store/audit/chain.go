package audit

import (
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
	"github.com/eile-housing/eile/store/layout"
)

// SealBytes bounds the links of one seal, so that it fits a transaction; LinkBytes
// are those of a link beside its id.
const (
	SealBytes = kv.MaxTxBytes / 2
	LinkBytes = sha256.Size + 24
)

// Chain is where the seals of a register end, and which entries come next. Add
// and Written may be called at any time; the rest by one goroutine at a time.
type Chain struct {
	number   uint32        // of the last seal
	previous []byte        // its digest
	written  atomic.Uint32 // number, for who asks meanwhile
	ended    bool

	mu      sync.Mutex // guards pending
	pending []*eilev1.AuditSeal_Link
}

// Ended is this chain as it is now, for a register whose entries are not to be
// sealed: it takes none.
func (c *Chain) Ended() *Chain {
	ended := &Chain{ended: true}
	ended.written.Store(c.Written())
	return ended
}

// Written is the number of the last seal.
func (c *Chain) Written() uint32 { return c.written.Load() }

// Add takes an entry as it was committed.
func (c *Chain) Add(revision kv.Revision, write kv.Write) {
	if write.Deleted || c.ended {
		return
	}
	leaf := Leaf(write.Value)
	link := &eilev1.AuditSeal_Link{
		Id: string(write.Key[len(layout.Audit):]), Leaf: leaf[:], Revision: layout.EntryRevision(kv.Item{Value: write.Value, Revision: revision}),
	}
	c.mu.Lock()
	c.pending = append(c.pending, link)
	c.mu.Unlock()
}

// Seal is the next of a chain.
type Seal struct {
	number uint32
	links  int
	value  []byte
}

// Links is how many entries the seal names.
func (s *Seal) Links() int { return s.links }

// Next makes the seal of the entries that are not sealed yet, or of as many as
// go into one; nil: there are none.
func (c *Chain) Next(now time.Time) (*Seal, error) {
	links := c.next()
	if len(links) == 0 {
		return nil, nil
	}
	seal := &eilev1.AuditSeal{Number: c.number + 1, Previous: c.previous, Entries: links, At: timestamppb.New(now)}
	value, err := layout.Encode(seal)
	if err != nil {
		return nil, err
	}
	return &Seal{number: seal.GetNumber(), links: len(links), value: value}, nil
}

func (c *Chain) next() []*eilev1.AuditSeal_Link {
	c.mu.Lock()
	defer c.mu.Unlock()
	size, n := 0, 0
	for n < len(c.pending) && size < SealBytes {
		size += len(c.pending[n].GetId()) + LinkBytes
		n++
	}
	return slices.Clone(c.pending[:n])
}

// Put writes the seal.
func (s *Seal) Put(tx kv.Tx) error {
	key := layout.SealKey(s.number)
	_, exists, err := tx.Get(key)
	if err != nil {
		return err
	}
	if exists {
		return fmt.Errorf("audit seal %d exists already: another process seals this register", s.number)
	}
	return tx.Put(key, s.value)
}

// Sealed goes on after a seal that was written.
func (c *Chain) Sealed(seal *Seal) {
	sum := sha256.Sum256(seal.value)
	c.number, c.previous = seal.number, sum[:]
	c.written.Store(c.number)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.pending = c.pending[seal.links:]
}

// Load finds the last seal and the entries that came after it. Entries are in
// order of time, which is that of their revisions.
func (c *Chain) Load(reader kv.Reader) error {
	last, digest, err := lastSeal(reader)
	if err != nil {
		return err
	}
	start, sealed := []byte(layout.Audit), uint64(0)
	if last != nil {
		c.number, c.previous = last.GetNumber(), digest
		c.written.Store(c.number)
		if n := len(last.GetEntries()); n > 0 {
			link := last.GetEntries()[n-1]
			start, sealed = append(start, link.GetId()...), link.GetRevision()
		}
	}
	for item, err := range reader.Scan(start, kv.PrefixEnd([]byte(layout.Audit))) {
		if err != nil {
			return err
		}
		if layout.EntryRevision(item) > sealed {
			c.Add(item.Revision, kv.Write{Key: item.Key, Value: item.Value})
		}
	}
	return nil
}

// lastSeal doubles its step until it is past the end and then halves, since the
// seam reads forwards only: O(log n) reads. Nil: there is none.
func lastSeal(reader kv.Reader) (seal *eilev1.AuditSeal, digest []byte, err error) {
	var failure error
	missing := func(number uint32) bool {
		_, ok, err := reader.Get(layout.SealKey(number))
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
	item, _, err := reader.Get(layout.SealKey(last))
	if err != nil {
		return nil, nil, err
	}
	seal, err = layout.Decode[eilev1.AuditSeal]("audit seal", item)
	sum := sha256.Sum256(item.Value)
	return seal, sum[:], err
}
