package waitlist

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"math"
	"slices"
)

// blockLimit is the most keys a block holds: larger blocks make a write move more bytes, smaller
// ones make the top of the tree too large for the second-level cache. lineLen entries are two cache
// lines, which a processor fetches as a pair.
const (
	lineLen    = 8
	blockLimit = 64 * lineLen
)

// blockBytes bounds the tails of a block of unusually long keys, so that a write never moves much
// more than this and an offset always fits in 28 bits.
const blockBytes = 1 << 20

// A block is a run of neighbouring keys in ascending order, packed without a pointer per key: a key
// is the block's prefix, then up to twelve bytes that stand in its entry, then its tail. The
// garbage collector sees three pointers a block.
type block struct {
	prefix  []byte // shared by all keys; the longest such when packed, perhaps a shorter one later
	entries []entry
	tails   []byte
	owner   *owner
	guide   [blockLimit / lineLen]uint64 // last window of each full line of entries; the largest number for the others
}

// An entry is the start of a key after the block's prefix. Numbers are big-endian and padded with
// zeros, so that comparing them compares bytes. Where both are equal, the key with fewer bytes in
// its entry is a prefix of the other.
type entry struct {
	window uint64 // bytes 0 to 7
	more   uint32 // bytes 8 to 11
	end    uint32 // end of the tail in tails << 4 | how many of the twelve bytes the key has
}

const (
	entryBytes = 12
	sizeBits   = 4
	sizeMask   = 1<<sizeBits - 1
)

// cut splits what follows the prefix into an entry, whose end is its size alone, and a tail.
func cut(rest []byte) (entry, []byte) {
	if len(rest) >= entryBytes {
		return entry{binary.BigEndian.Uint64(rest), binary.BigEndian.Uint32(rest[8:]), entryBytes}, rest[entryBytes:]
	}
	var padded [entryBytes]byte
	copy(padded[:], rest)
	return entry{binary.BigEndian.Uint64(padded[:]), binary.BigEndian.Uint32(padded[8:]), uint32(len(rest))}, nil
}

// pack makes a block of ascending keys, at least one. It copies them.
func pack(owner *owner, keys [][]byte) *block {
	prefix := keys[0][:sharedLen(keys[0], keys[len(keys)-1])]
	size := 0
	for _, key := range keys {
		size += max(0, len(key)-len(prefix)-entryBytes)
	}
	b := &block{
		owner:   owner,
		prefix:  bytes.Clone(prefix),
		entries: slices.Grow([]entry(nil), len(keys)),
		tails:   slices.Grow([]byte(nil), size),
	}
	for _, key := range keys {
		e, tail := cut(key[len(prefix):])
		b.tails = append(b.tails, tail...)
		e.end |= uint32(len(b.tails)) << sizeBits
		b.entries = append(b.entries, e)
	}
	b.guideFrom(0)
	return b
}

func (b *block) len() int { return len(b.entries) }

// full tells whether an insert must split the block first.
func (b *block) full(limit int) bool {
	return len(b.entries) >= limit || len(b.tails) >= blockBytes && len(b.entries) > 1
}

func (b *block) tailStart(i int) int {
	if i == 0 {
		return 0
	}
	return int(b.entries[i-1].end >> sizeBits)
}

func (b *block) tail(i int) []byte {
	return b.tails[b.tailStart(i) : b.entries[i].end>>sizeBits]
}

// appendKey appends key i to dst.
func (b *block) appendKey(dst []byte, i int) []byte {
	e := b.entries[i]
	var start [entryBytes]byte
	binary.BigEndian.PutUint64(start[:], e.window)
	binary.BigEndian.PutUint32(start[8:], e.more)
	dst = append(dst, b.prefix...)
	dst = append(dst, start[:e.end&sizeMask]...)
	return append(dst, b.tail(i)...)
}

// keys unpacks the block. The slices share one new array.
func (b *block) keys() [][]byte {
	all := make([]byte, 0, b.len()*(len(b.prefix)+entryBytes)+len(b.tails))
	keys := make([][]byte, 0, b.len()+1)
	for i := range b.len() {
		start := len(all)
		all = b.appendKey(all, i)
		keys = append(keys, all[start:len(all):len(all)])
	}
	return keys
}

// search returns how many keys of the block are below key, and whether the next one is the key
// itself.
func (b *block) search(key []byte) (int, bool) {
	if !bytes.HasPrefix(key, b.prefix) {
		if bytes.Compare(key, b.prefix) < 0 {
			return 0, false
		}
		return b.len(), false
	}
	e, tail := cut(key[len(b.prefix):])
	i := b.below(e.window)
	n := 0
	if i < b.len() && b.entries[i].window == e.window {
		n = 1
	}
	if i+1 < b.len() && b.entries[i+1].window == e.window {
		n = b.notAbove(e.window) - i
	}
	for n > 0 {
		half := n / 2
		c := b.compare(e, tail, i+half)
		if c == 0 {
			return i + half, true
		}
		if c < 0 {
			n = half
		} else {
			i, n = i+half+1, n-half-1
		}
	}
	return i, false
}

// compare orders an entry and its tail against key i, whose window is equal.
func (b *block) compare(e entry, tail []byte, i int) int {
	other := &b.entries[i]
	if e.more != other.more {
		return cmp.Compare(e.more, other.more)
	}
	if size := other.end & sizeMask; e.end != size {
		return cmp.Compare(e.end, size)
	}
	return bytes.Compare(tail, b.tail(i))
}

// below counts the keys whose window is below x. The eight reads of a round do not depend on each
// other: the processor waits for them together, and of the three rounds two read the guide, which
// is small enough to be in its cache.
func (b *block) below(x uint64) int {
	passed := uint64(0)
	for i := 7; i < len(b.guide); i += 8 {
		passed += less(b.guide[i], x)
	}
	if passed == 8 {
		return b.len()
	}
	at := int(passed) * 8
	for _, w := range b.guide[at : at+8] {
		at += int(less(w, x))
	}
	at *= lineLen
	line := b.entries[at:min(at+lineLen, len(b.entries))]
	for i := range line {
		at += int(less(line[i].window, x))
	}
	return at
}

func (b *block) notAbove(x uint64) int {
	if x == math.MaxUint64 {
		return b.len()
	}
	return b.below(x + 1)
}

// insert puts a key that has the block's prefix at i.
func (b *block) insert(i int, key []byte) {
	e, tail := cut(key[len(b.prefix):])
	start := b.tailStart(i)
	e.end |= uint32(start) << sizeBits
	b.entries = slices.Insert(roomy(b.entries, 1, blockLimit/8), i, e)
	for j := range b.entries[i:] {
		b.entries[i+j].end += uint32(len(tail)) << sizeBits
	}
	b.tails = slices.Insert(roomy(b.tails, len(tail), 512), start, tail...)
	b.guideFrom(i)
}

func (b *block) delete(i int) {
	start, end := b.tailStart(i), int(b.entries[i].end>>sizeBits)
	b.tails = slices.Delete(b.tails, start, end)
	b.entries = slices.Delete(b.entries, i, i+1)
	for j := range b.entries[i:] {
		b.entries[i+j].end -= uint32(end-start) << sizeBits
	}
	b.guideFrom(i)
}

// guideFrom follows a change of the entries from i on.
func (b *block) guideFrom(i int) {
	for s := i / lineLen; s < len(b.guide); s++ {
		b.guide[s] = math.MaxUint64
		if last := (s+1)*lineLen - 1; last < len(b.entries) {
			b.guide[s] = b.entries[last].window
		}
	}
}

func (b *block) clone(owner *owner) *block {
	return &block{
		guide: b.guide, prefix: b.prefix, entries: slices.Clone(b.entries), tails: slices.Clone(b.tails), owner: owner,
	}
}

// roomy returns s with room for n more. It grows by a step, not by doubling: blocks have a limit,
// and the unused halves of doubled arrays would outweigh the rest of the index.
func roomy[T any](s []T, n, step int) []T {
	if len(s)+n <= cap(s) {
		return s
	}
	return append(slices.Grow([]T(nil), len(s)+max(n, step)), s...)
}
