package layer

import "encoding/binary"

func appendNumber(to []byte, n uint64) []byte { return binary.AppendUvarint(to, n) }

func appendSigned(to []byte, n int64) []byte { return binary.AppendVarint(to, n) }

func appendText(to []byte, text string) []byte {
	return append(binary.AppendUvarint(to, uint64(len(text))), text...)
}

// bytesLeft are read from the front. What cannot be read is zero, and everything
// after it; bad tells.
type bytesLeft struct {
	left []byte
	bad  bool
}

func (b *bytesLeft) skip(n int) {
	if n <= 0 {
		b.left, b.bad = nil, true
		return
	}
	b.left = b.left[n:]
}

func (b *bytesLeft) number() uint64 {
	value, n := binary.Uvarint(b.left)
	b.skip(n)
	return value
}

func (b *bytesLeft) signed() int64 {
	value, n := binary.Varint(b.left)
	b.skip(n)
	return value
}

// text shares the memory that is read.
func (b *bytesLeft) text() []byte {
	length := b.number()
	if length > uint64(len(b.left)) {
		b.left, b.bad = nil, true
		return nil
	}
	text := b.left[:length:length]
	b.left = b.left[length:]
	return text
}

// named reads the number of a name.
func (b *bytesLeft) named(names []string) string {
	n := b.number()
	if n >= uint64(len(names)) {
		b.bad = true
		return ""
	}
	return names[n]
}

// count reads how many follow, each of at least one byte.
func (b *bytesLeft) count() int {
	n := b.number()
	if n > uint64(len(b.left)) {
		b.left, b.bad = nil, true
		return 0
	}
	return int(n)
}

// names are lists and classes, which a layer writes once.
type names struct {
	all []string
	ids map[string]uint64
}

func (n *names) of(name string) uint64 {
	id, known := n.ids[name]
	if !known {
		if n.ids == nil {
			n.ids = map[string]uint64{}
		}
		id = uint64(len(n.all))
		n.ids[name], n.all = id, append(n.all, name)
	}
	return id
}
