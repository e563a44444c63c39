package waitlist

import (
	"bytes"
	"errors"
	"fmt"
	"iter"
)

// buildLen is how many keys a built block holds: with the sixth that is left empty the first writes
// do not split every block. 432 entries fill an allocation of 6912 bytes, a size that the Go
// allocator serves without waste.
const buildLen = 432

var errOrder = errors.New("waitlist: keys to build from must ascend")

// Build makes a tree of ascending keys in O(n). It fails when a key is not above the one before it.
func Build(sorted iter.Seq[string]) (*Tree, error) {
	var b builder
	for key := range sorted {
		if err := b.add([]byte(key)); err != nil {
			return nil, err
		}
	}
	return b.tree(), nil
}

// A builder packs ascending keys into blocks as they come.
type builder struct {
	t    Tree
	text []byte   // the keys of the block to come, end to end
	keys [][]byte // the same, one by one
	last []byte   // the key added last
}

// add copies key.
func (b *builder) add(key []byte) error {
	if b.t.len+len(b.keys) > 0 && bytes.Compare(b.last, key) >= 0 {
		return fmt.Errorf("%w: %q does not stand after %q", errOrder, key, b.last)
	}
	b.last = append(b.last[:0], key...)
	if len(b.keys) >= min(buildLen, b.t.max()) || len(b.text) >= blockBytes {
		b.flush()
	}
	start := len(b.text)
	b.text = append(b.text, key...)
	b.keys = append(b.keys, b.text[start:len(b.text):len(b.text)])
	return nil
}

func (b *builder) flush() {
	b.t.blocks = append(b.t.blocks, pack(b.t.owner, b.keys))
	b.t.len += len(b.keys)
	b.keys, b.text = b.keys[:0], b.text[:0]
}

// tree returns the tree of all keys added. The builder is done with it.
func (b *builder) tree() *Tree {
	if len(b.keys) > 0 {
		b.flush()
	}
	t := b.t
	t.retop()
	t.counts.rebuild(t.blocks)
	return &t
}
