package waitlist

import (
	"bytes"
	"hash/maphash"
)

// A roll finds the entry of a reference. It holds no string and no pointer per entry: the reference is the end of the key,
// and the key is in an arena. It counts on map[uint64]uint32 for growth without long pauses.
type roll struct {
	hash  func(reference string) uint64
	heads map[uint64]handle // by hash of the reference: the first of the entries that share it
	pages [][]row           // all of pageLen; an entry never moves
	used  handle            // handles ever given out, with the zero one
	free  handle            // the first of the free rows, linked by next
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

const pageLen = 4096

func newRoll() roll {
	seed := maphash.MakeSeed()
	return roll{
		hash:  func(reference string) uint64 { return maphash.String(seed, reference) },
		heads: make(map[uint64]handle),
		used:  1,
	}
}

func (r *roll) row(h handle) *row { return &r.pages[h/pageLen][h%pageLen] }

func (r *roll) key(h handle) []byte { return r.keys.bytes(r.row(h).key) }

// find returns the entry of a reference, or zero.
func (r *roll) find(reference string) handle {
	h := r.heads[r.hash(reference)]
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
			r.pages = append(r.pages, make([]row, pageLen))
		}
	}
	hash := r.hash(reference)
	*r.row(h) = row{key: r.keys.add(key), next: r.heads[hash]}
	r.heads[hash] = h
	return h
}

// remove forgets entry h of a reference.
func (r *roll) remove(reference string, h handle) {
	hash, next := r.hash(reference), r.row(h).next
	if first := r.heads[hash]; first != h {
		before := r.row(first)
		for before.next != h {
			before = r.row(before.next)
		}
		before.next = next
	} else if next != 0 {
		r.heads[hash] = next
	} else {
		delete(r.heads, hash)
	}
	r.keys.remove(r.row(h).key)
	*r.row(h) = row{next: r.free}
	r.free = h
}

func referenceOf(key []byte) []byte { return key[bytes.LastIndexByte(key, 0)+1:] }
