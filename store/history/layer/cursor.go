package layer

import (
	"iter"
	"sort"
)

// cursor walks the rows of one section of a layer. Before the first seek it has no
// row.
type cursor[T row[T]] struct {
	layer   *Layer
	section *section

	at    int // the block that rows are read from
	left  bytesLeft
	ok    bool   // there is a row
	name  []byte // its
	value []byte
	row   T // as far as known
	known bool
	err   error
}

// seek goes to the first row whose name is not below one. Who seeks upwards reads
// no block twice.
func (c *cursor[T]) seek(name string) {
	ahead := c.at >= 0 && c.ok && string(c.name) <= name
	if !ahead || c.at+1 < len(c.section.blocks) && c.section.blocks[c.at+1].first < name {
		c.jump(max(0, c.blockOf(name)))
	}
	for c.ok && string(c.name) < name {
		c.next()
	}
}

// blockOf is the last block that begins below a name; -1: none does.
func (c *cursor[T]) blockOf(name string) int {
	return sort.Search(len(c.section.blocks), func(i int) bool { return c.section.blocks[i].first >= name }) - 1
}

// jump goes to the first row of a block.
func (c *cursor[T]) jump(at int) {
	c.at, c.ok = at, false
	if c.err != nil || at >= len(c.section.blocks) {
		return
	}
	content, err := c.layer.read(c.section.blocks[at])
	if err != nil {
		c.err = err
		return
	}
	c.left, c.name = bytesLeft{left: content}, c.name[:0]
	c.decode()
}

// next goes to the row after.
func (c *cursor[T]) next() {
	if len(c.left.left) == 0 {
		c.jump(c.at + 1)
		return
	}
	c.decode()
}

// decode reads the name of the row that is next. What else it has is read when it is
// asked for: most rows are passed over.
func (c *cursor[T]) decode() {
	shared, rest := c.left.number(), c.left.text()
	c.value, c.known = c.left.text(), false
	c.ok = !c.left.bad && shared <= uint64(len(c.name))
	if !c.ok {
		c.err = c.layer.damaged(errBytes)
		return
	}
	c.name = append(c.name[:shared], rest...)
}

// get is the row.
func (c *cursor[T]) get() T {
	if c.known {
		return c.row
	}
	value := bytesLeft{left: c.value}
	c.row, c.known = c.row.read(&value, string(c.name), c.layer.names), true
	if value.bad || len(value.left) > 0 {
		c.err = c.layer.damaged(errBytes)
	}
	return c.row
}

// merge is the rows of several layers as one: a row stands over those of its place
// in the layers before it.
type merge[T row[T]] []*cursor[T]

func merged[T row[T]](layers []*Layer, of func(*Layer) *section) merge[T] {
	m := make(merge[T], len(layers))
	for i, l := range layers {
		m[i] = &cursor[T]{layer: l, section: of(l), at: -1}
	}
	return m
}

func people(l *Layer) *section { return &l.people }

func homes(l *Layer) *section { return &l.homes }

func queueOf(list string) func(*Layer) *section {
	return func(l *Layer) *section { return l.queue(list) }
}

// from yields the rows whose names are not below one, in order.
func (m merge[T]) from(name string) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for _, c := range m {
			c.seek(name)
		}
		for {
			joined, ok, err := m.take()
			if err != nil {
				yield(joined, err)
				return
			}
			if !ok || !joined.void() && !yield(joined, nil) {
				return
			}
		}
	}
}

// take joins the rows of the first place and goes past them.
func (m merge[T]) take() (joined T, ok bool, err error) {
	var first T
	for _, c := range m {
		if c.ok && (!ok || c.get().compare(first) < 0) {
			first, ok = c.get(), true
		}
		if c.err != nil {
			return first, false, c.err
		}
	}
	if !ok {
		return first, false, nil
	}
	some := false
	for _, c := range m {
		if !c.ok || c.get().compare(first) != 0 {
			continue
		}
		if some {
			joined = c.get().over(joined)
		} else {
			joined, some = c.get(), true
		}
		c.next()
	}
	return joined, true, nil
}

// known is the row of a name; nil: there is none.
func (m merge[T]) known(name string) (*T, error) {
	found, ok, err := m.find(name)
	if err != nil || !ok {
		return nil, err
	}
	return &found, nil
}

// find reads the row of a name. Who asks in order reads no block twice.
func (m merge[T]) find(name string) (found T, ok bool, err error) {
	for i := len(m) - 1; i >= 0; i-- {
		c := m[i]
		if c.seek(name); c.err != nil {
			return found, false, c.err
		}
		if c.ok && string(c.name) == name {
			return c.get(), true, c.err
		}
	}
	return found, false, nil
}
