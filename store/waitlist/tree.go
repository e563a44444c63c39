package waitlist

import (
	"bytes"
	"slices"
)

// A Tree is an ordered set of keys that knows how many keys stand before any of them. The zero
// value is an empty set. Reads may run side by side; a write needs the tree to itself.
type Tree struct {
	owner  *owner
	blocks []*block // never empty ones, in ascending order
	tops   []uint64 // of each block, the window of its first key after shared
	shared []byte   // a prefix of the first key of every block
	counts counts
	len    int
	limit  int // keys a block holds; zero is blockLimit, tests set less
}

// An owner marks the blocks that a tree may change in place. Its address is its identity, so it
// must have a size.
type owner struct{ _ byte }

// keyRoom is the length up to which a key is copied to the stack and not to the heap. (The compiler
// converts a string without a copy only where it sees that nothing writes to the bytes, which
// comparing hides from it.)
const keyRoom = 128

// Len returns the number of keys.
func (t *Tree) Len() int { return t.len }

// Rank returns how many keys are before key, and whether key is in the set: the count of an absent
// key is the place where it would stand.
func (t *Tree) Rank(key string) (ahead int, found bool) {
	var room [keyRoom]byte
	return t.rank(append(room[:0], key...))
}

func (t *Tree) rank(key []byte) (int, bool) {
	if t.len == 0 {
		return 0, false
	}
	b := t.locate(key)
	i, found := t.blocks[b].search(key)
	return t.counts.before(b) + i, found
}

// Select returns the key that has i keys before it; false when there is none.
func (t *Tree) Select(i int) (string, bool) {
	if i < 0 || i >= t.len {
		return "", false
	}
	b, i := t.counts.locate(i)
	var room [keyRoom]byte
	return string(t.blocks[b].appendKey(room[:0], i)), true
}

// Insert adds key and tells whether it was absent.
func (t *Tree) Insert(key string) bool {
	var room [keyRoom]byte
	return t.insert(append(room[:0], key...))
}

func (t *Tree) insert(key []byte) bool {
	if t.len == 0 {
		t.replace(0, 0, pack(t.owner, [][]byte{key}))
		t.len = 1
		return true
	}
	b := t.locate(key)
	i, found := t.blocks[b].search(key)
	if found {
		return false
	}
	if i == t.blocks[b].len() && t.blocks[b].full(t.max()) && b+1 < len(t.blocks) && !t.blocks[b+1].full(t.max()) {
		b, i = b+1, 0
	}
	t.len++
	block := t.blocks[b]
	if block.full(t.max()) || !bytes.HasPrefix(key, block.prefix) {
		t.repack(b, slices.Insert(block.keys(), i, bytes.Clone(key)), i)
		return true
	}
	t.own(b).insert(i, key)
	t.counts.add(b, 1)
	if i == 0 {
		t.setTop(b)
	}
	return true
}

// repack puts keys in the place of block b: in one block, or in two when they are too many. A key
// added at the very end starts a block of its own, so that a list which grows at its end is packed
// tight instead of half empty.
func (t *Tree) repack(b int, keys [][]byte, added int) {
	if !t.blocks[b].full(t.max()) {
		t.replace(b, b+1, pack(t.owner, keys))
		return
	}
	cut := len(keys) / 2
	if added == len(keys)-1 {
		cut = added
	}
	t.replace(b, b+1, pack(t.owner, keys[:cut]), pack(t.owner, keys[cut:]))
}

// Delete removes key and tells whether it was there.
func (t *Tree) Delete(key string) bool {
	var room [keyRoom]byte
	return t.delete(append(room[:0], key...))
}

func (t *Tree) delete(key []byte) bool {
	if t.len == 0 {
		return false
	}
	b := t.locate(key)
	i, found := t.blocks[b].search(key)
	if !found {
		return false
	}
	t.len--
	if t.blocks[b].len() == 1 {
		t.replace(b, b+1)
		return true
	}
	t.own(b).delete(i)
	t.counts.add(b, -1)
	if i == 0 {
		t.setTop(b)
	}
	t.merge(b)
	return true
}

// merge joins block b with a neighbour when it is under a quarter full and both fit in three
// quarters.
func (t *Tree) merge(b int) {
	if t.blocks[b].len() >= t.max()/4 {
		return
	}
	for _, left := range []int{b - 1, b} {
		if left < 0 || left+1 >= len(t.blocks) {
			continue
		}
		l, r := t.blocks[left], t.blocks[left+1]
		if l.len()+r.len() > t.max()*3/4 || len(l.tails)+len(r.tails) >= blockBytes {
			continue
		}
		t.replace(left, left+2, pack(t.owner, append(l.keys(), r.keys()...)))
		return
	}
}

// Snapshot returns an independent copy in O(n / block size): both trees share their blocks until
// one of them writes to one. It may run beside reads, not beside writes or another Snapshot.
func (t *Tree) Snapshot() *Tree {
	t.owner = new(owner)
	return &Tree{
		owner:  new(owner),
		blocks: slices.Clone(t.blocks),
		tops:   slices.Clone(t.tops),
		shared: t.shared,
		counts: t.counts.clone(),
		len:    t.len,
		limit:  t.limit,
	}
}

func (t *Tree) max() int {
	if t.limit > 0 {
		return t.limit
	}
	return blockLimit
}

// own returns block b, first copied when a snapshot may still read it.
func (t *Tree) own(b int) *block {
	if t.blocks[b].owner != t.owner {
		t.blocks[b] = t.blocks[b].clone(t.owner)
	}
	return t.blocks[b]
}

// locate returns the last block whose first key is not above key, or the first block.
func (t *Tree) locate(key []byte) int {
	if !bytes.HasPrefix(key, t.shared) {
		if bytes.Compare(key, t.shared) < 0 {
			return 0
		}
		return len(t.blocks) - 1
	}
	e, _ := cut(key[len(t.shared):])
	lo := below(t.tops, e.window)
	if lo == len(t.tops) || t.tops[lo] != e.window {
		return max(0, lo-1)
	}
	hi := lo + notAbove(t.tops[lo:], e.window)
	for lo < hi {
		middle := int(uint(lo+hi) / 2)
		if i, found := t.blocks[middle].search(key); i > 0 || found {
			lo = middle + 1
		} else {
			hi = middle
		}
	}
	return max(0, lo-1)
}

// setTop follows a change of the first key of block b.
func (t *Tree) setTop(b int) {
	var room [keyRoom]byte
	first := t.blocks[b].appendKey(room[:0], 0)
	if !bytes.HasPrefix(first, t.shared) {
		t.retop()
		return
	}
	e, _ := cut(first[len(t.shared):])
	t.tops[b] = e.window
}

// retop computes shared and all tops anew, in O(number of blocks).
func (t *Tree) retop() {
	t.tops, t.shared = t.tops[:0], nil
	if len(t.blocks) == 0 {
		return
	}
	first, last := t.blocks[0].appendKey(nil, 0), t.blocks[len(t.blocks)-1].appendKey(nil, 0)
	t.shared = first[:sharedLen(first, last)]
	var key []byte
	for _, b := range t.blocks {
		key = b.appendKey(key[:0], 0)
		e, _ := cut(key[len(t.shared):])
		t.tops = append(t.tops, e.window)
	}
}

// replace puts blocks in the place of the blocks from to to.
func (t *Tree) replace(from, to int, blocks ...*block) {
	t.blocks = slices.Replace(t.blocks, from, to, blocks...)
	t.tops = slices.Replace(t.tops, from, to, make([]uint64, len(blocks))...)
	for i := range blocks {
		t.setTop(from + i)
	}
	t.counts.rebuild(t.blocks)
}
