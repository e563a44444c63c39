package waitlist

// An arena keeps the text of keys outside the garbage collector's sight: a few large allocations instead of one per key.
// The place of a freed text is given to the next one of its size. Order keys of one policy have few sizes, so an arena does
// not grow by being changed, and is never compacted.
type arena struct {
	chunks [][]byte
	free   map[uint32][]uint32 // by size in units: freed places
}

// A text is a place in an arena. A chunk is larger than the largest key, so that no text spans two.
type text struct {
	at   uint32 // in units from the start of the first chunk
	size uint32 // in bytes
}

const (
	unitBytes  = 4
	chunkUnits = 1 << 16
	chunkBytes = chunkUnits * unitBytes
)

func unitsOf(size int) uint32 { return uint32(size+unitBytes-1) / unitBytes }

// add copies key into the arena.
func (a *arena) add(key string) text {
	units := unitsOf(len(key))
	t := text{size: uint32(len(key))}
	if free := a.free[units]; len(free) > 0 {
		t.at = free[len(free)-1]
		a.free[units] = free[:len(free)-1]
		copy(a.bytes(t), key)
		return t
	}
	last := len(a.chunks) - 1
	if last < 0 || len(a.chunks[last])+int(units)*unitBytes > chunkBytes {
		a.chunks = append(a.chunks, make([]byte, 0, chunkBytes))
		last++
	}
	chunk := a.chunks[last]
	t.at = uint32(last)*chunkUnits + uint32(len(chunk)/unitBytes)
	a.chunks[last] = append(chunk, key...)[:len(chunk)+int(units)*unitBytes]
	return t
}

// remove frees the place of t.
func (a *arena) remove(t text) {
	if a.free == nil {
		a.free = make(map[uint32][]uint32)
	}
	units := unitsOf(int(t.size))
	a.free[units] = append(a.free[units], t.at)
}

// bytes returns the text itself, valid until t is removed.
func (a *arena) bytes(t text) []byte {
	start := t.at % chunkUnits * unitBytes
	return a.chunks[t.at/chunkUnits][start : start+t.size]
}
