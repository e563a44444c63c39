package waitlist

import (
	"bytes"
	"hash/maphash"
	"maps"
	"slices"
)

// A roll finds the entry of a reference. It holds no string and no pointer per entry: the reference
// is the end of the key, and the key is in an arena. Rows lie in pages and heads in many small
// maps, so that a fork shares those that nobody writes to, and none of them is ever large enough
// for its growth to be felt.
type roll struct {
	owner *owner
	hash  func(reference string) uint64
	heads []part[map[uint64]handle] // by the first bits of the hash of the reference, then by all: the first entry of those that share it
	pages []part[[]row]             // all of pageLen; an entry never moves
	len   int
	used  handle // handles ever given out, with the zero one
	free  handle // the first of the free rows, linked by next
	keys  arena
}

// A handle numbers an entry of a roll; zero is none.
type handle uint32

// A row is what a roll keeps of a placement.
type row struct {
	key       text
	lane      uint32 // list and class
	next      handle
	status    uint8
	outOfTurn bool
}

const (
	pageLen  = 512
	headBits = 12
)

func newRoll() roll {
	seed := maphash.MakeSeed()
	return roll{
		hash:  func(reference string) uint64 { return maphash.String(seed, reference) },
		heads: make([]part[map[uint64]handle], 1<<headBits),
		used:  1,
	}
}

// fork returns an independent copy. It may run beside reads, not beside writes.
func (r *roll) fork() roll {
	r.owner = new(owner)
	forked := *r
	forked.owner = new(owner)
	forked.heads, forked.pages = slices.Clone(r.heads), slices.Clone(r.pages)
	forked.keys = r.keys.fork()
	return forked
}

func (r *roll) row(h handle) *row { return &r.pages[h/pageLen].of[h%pageLen] }

// own returns a row that may be written to.
func (r *roll) own(h handle) *row {
	page := r.pages[h/pageLen].own(r.owner, slices.Clone)
	return &(*page)[h%pageLen]
}

func (r *roll) key(h handle) []byte { return r.keys.bytes(r.row(h).key) }

func (r *roll) head(hash uint64) handle { return r.heads[hash>>(64-headBits)].of[hash] }

// setHead makes h the first entry of a hash; zero: there is none.
func (r *roll) setHead(hash uint64, h handle) {
	heads := r.heads[hash>>(64-headBits)].own(r.owner, maps.Clone)
	switch {
	case h == 0:
		delete(*heads, hash)
	case *heads == nil:
		*heads = map[uint64]handle{hash: h}
	default:
		(*heads)[hash] = h
	}
}

// find returns the entry of a reference, or zero.
func (r *roll) find(reference string) handle {
	h := r.head(r.hash(reference))
	for h != 0 && string(referenceOf(r.key(h))) != reference {
		h = r.row(h).next
	}
	return h
}

// add makes an entry for a reference that has none.
func (r *roll) add(reference, key string) handle {
	h := r.free
	if h != 0 {
		r.free = r.row(h).next
	} else {
		h = r.used
		r.used++
		if int(h/pageLen) == len(r.pages) {
			r.pages = append(r.pages, part[[]row]{make([]row, pageLen), r.owner})
		}
	}
	hash := r.hash(reference)
	*r.own(h) = row{key: r.keys.add(key), next: r.head(hash)}
	r.setHead(hash, h)
	r.len++
	return h
}

// rekey gives entry h another key of its reference, and nothing else.
func (r *roll) rekey(h handle, key string) {
	changed := r.own(h)
	r.keys.remove(changed.key)
	*changed = row{key: r.keys.add(key), next: changed.next}
}

// remove forgets entry h of a reference.
func (r *roll) remove(reference string, h handle) {
	hash, next := r.hash(reference), r.row(h).next
	if first := r.head(hash); first != h {
		for r.row(first).next != h {
			first = r.row(first).next
		}
		r.own(first).next = next
	} else {
		r.setHead(hash, next)
	}
	r.keys.remove(r.row(h).key)
	*r.own(h) = row{next: r.free}
	r.free = h
	r.len--
}

func referenceOf(key []byte) []byte { return key[bytes.LastIndexByte(key, 0)+1:] }
