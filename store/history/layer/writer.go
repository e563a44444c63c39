package layer

import (
	"encoding/binary"
	"hash/crc32"
	"io"
	"slices"
)

// writer writes a layer: the rows of people, then those of each list, then those of
// homes, each in order, then the index.
type writer struct {
	to      io.Writer
	offset  int64
	index   *Index
	names   names
	failure error

	open  *section // that rows are added to
	rows  int      // in the block
	first string
	last  string
	block []byte
	value []byte // of one row
	count tally  // of the rows of the open list
}

func newWriter(to io.Writer, index *Index) *writer {
	index.queues = map[string]*section{}
	return &writer{to: to, index: index}
}

// begin opens a section and ends the one before.
func (w *writer) begin(s *section) {
	w.flush()
	s.offset = w.offset
	w.open, w.count = s, tally{}
}

// list begins the rows of a list.
func (w *writer) list(list string) {
	queue := &section{lists: true}
	w.index.queues[list] = queue
	w.begin(queue)
}

// put adds a row to the open section.
func put[T row[T]](w *writer, r T) {
	if w.rows == blockRows {
		w.flush()
	}
	name := r.name()
	if w.rows == 0 {
		w.first, w.last = name, ""
		if w.open.lists {
			w.open.before = append(w.open.before, tally{w.count.all, w.count.outOfTurn, slices.Clone(w.count.classes)})
		}
	}
	shared := 0
	for shared < min(len(name), len(w.last)) && name[shared] == w.last[shared] {
		shared++
	}
	w.block = appendText(appendNumber(w.block, uint64(shared)), name[shared:])
	w.value = r.append(w.value[:0], &w.names)
	w.block = append(appendNumber(w.block, uint64(len(w.value))), w.value...)
	w.last = name
	w.rows++
	w.open.rows++
}

// stand adds a place to the open list.
func (w *writer) stand(s Place) {
	put(w, s)
	w.count.add(s, int(w.names.of(s.Class)))
}

// add counts one row of a class of a number.
func (t *tally) add(s Place, class int) {
	t.all += s.by
	t.outOfTurn += s.by * int(bit(s.OutOfTurn))
	for len(t.classes) <= class {
		t.classes = append(t.classes, 0)
	}
	t.classes[class] += s.by
}

func (w *writer) flush() {
	if w.rows == 0 {
		return
	}
	w.open.blocks = append(w.open.blocks, block{w.first, w.offset, len(w.block), crc32.Checksum(w.block, castagnoli)})
	w.write(w.block)
	w.block, w.rows = w.block[:0], 0
}

func (w *writer) write(content []byte) {
	if w.failure == nil {
		_, w.failure = w.to.Write(content)
		w.offset += int64(len(content))
	}
}

// end writes the index and answers what went wrong at any time.
func (w *writer) end() error {
	w.flush()
	w.index.names = w.names.all
	content := w.index.append(nil)
	end := append([]byte(magic), version)
	end = binary.BigEndian.AppendUint64(end, uint64(w.offset))
	end = binary.BigEndian.AppendUint32(end, uint32(len(content)))
	end = binary.BigEndian.AppendUint32(end, crc32.Update(crc32.Checksum(end, castagnoli), castagnoli, content))
	w.write(content)
	w.write(end)
	return w.failure
}
