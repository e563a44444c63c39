package waitlist

import "slices"

// An arena keeps the text of keys outside the garbage collector's sight: a few large allocations
// instead of one per key. The place of a freed text is given to the next one of its size. Order
// keys of one policy have few sizes, so an arena does not grow by being changed, and is never
// compacted.
//
// A fork shares the chunks. It gives no place in them to another text, since that would copy a
// chunk for each: what it adds stands together in chunks of its own.
type arena struct {
	owner  *owner
	chunks []part[[]byte]
	free   map[uint32][]uint32 // by size in units: freed places
	forked bool
}

// A text is a place in an arena. A chunk holds the largest key, so that no text spans two.
type text struct {
	at   uint32 // in units from the start of the first chunk
	size uint32 // in bytes
}

const (
	unitBytes  = 4
	chunkUnits = MaxKey / unitBytes
	chunkBytes = chunkUnits * unitBytes
)

func unitsOf(size int) uint32 { return uint32(size+unitBytes-1) / unitBytes }

// fork returns an independent copy. It may run beside reads, not beside writes.
func (a *arena) fork() arena {
	a.owner = new(owner)
	return arena{owner: new(owner), chunks: slices.Clone(a.chunks), forked: true}
}

// own returns a chunk that may be written to.
func (a *arena) own(chunk int) *[]byte {
	return a.chunks[chunk].own(a.owner, func(shared []byte) []byte {
		return append(make([]byte, 0, chunkBytes), shared...)
	})
}

// add copies key into the arena.
func (a *arena) add(key string) text {
	units := unitsOf(len(key))
	t := text{size: uint32(len(key))}
	if free := a.free[units]; len(free) > 0 {
		t.at = free[len(free)-1]
		a.free[units] = free[:len(free)-1]
		a.own(int(t.at / chunkUnits))
		copy(a.bytes(t), key)
		return t
	}
	last := len(a.chunks) - 1
	if last < 0 || len(a.chunks[last].of)+int(units)*unitBytes > chunkBytes {
		a.chunks = append(a.chunks, part[[]byte]{make([]byte, 0, chunkBytes), a.owner})
		last++
	}
	chunk := a.own(last)
	t.at = uint32(last)*chunkUnits + uint32(len(*chunk)/unitBytes)
	*chunk = append(*chunk, key...)[:len(*chunk)+int(units)*unitBytes]
	return t
}

// remove frees the place of t.
func (a *arena) remove(t text) {
	if a.forked && a.chunks[t.at/chunkUnits].owner != a.owner {
		return
	}
	if a.free == nil {
		a.free = make(map[uint32][]uint32)
	}
	units := unitsOf(int(t.size))
	a.free[units] = append(a.free[units], t.at)
}

// bytes returns the text itself, valid until t is removed.
func (a *arena) bytes(t text) []byte {
	start := t.at % chunkUnits * unitBytes
	return a.chunks[t.at/chunkUnits].of[start : start+t.size]
}
