package waitlist

import "iter"

// chunkLen is how many keys an iteration unpacks into one string at a time. A key that outlives the
// iteration keeps its chunk in memory: about 2 KiB.
const chunkLen = 64

// From yields the keys from key on, in order; From("") yields all. The tree must not change until
// the iteration ends.
func (t *Tree) From(key string) iter.Seq[string] {
	return func(yield func(string) bool) {
		ahead, _ := t.Rank(key)
		t.yieldFrom(ahead, yield)
	}
}

// FromRank yields the keys that have at least i keys before them. The tree must not change until
// the iteration ends.
func (t *Tree) FromRank(i int) iter.Seq[string] {
	return func(yield func(string) bool) { t.yieldFrom(max(0, i), yield) }
}

func (t *Tree) yieldFrom(i int, yield func(string) bool) {
	if i >= t.len {
		return
	}
	first, i := t.counts.locate(i)
	for _, b := range t.blocks[first:] {
		for ; i < b.len(); i += chunkLen {
			if !b.yield(i, min(i+chunkLen, b.len()), yield) {
				return
			}
		}
		i = 0
	}
}

// yield yields the keys from i to j, which share one string.
func (b *block) yield(i, j int, yield func(string) bool) bool {
	var ends [chunkLen]int
	text := make([]byte, 0, (j-i)*(len(b.prefix)+entryBytes)+int(b.entries[j-1].end>>sizeBits)-b.tailStart(i))
	for k := i; k < j; k++ {
		text = b.appendKey(text, k)
		ends[k-i] = len(text)
	}
	all, start := string(text), 0
	for _, end := range ends[:j-i] {
		if !yield(all[start:end]) {
			return false
		}
		start = end
	}
	return true
}
