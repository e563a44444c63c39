package layer

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"time"
)

// A layer is written as blocks of rows, each with a sum of its bytes in the index;
// the index; and the end, which says where the index lies and has its sum. Rows of
// a block share what their names begin with.
const (
	magic     = "eile-past"
	version   = 2
	endLen    = len(magic) + 1 + 8 + 4 + 4 // version, length of all before the index, length of the index, its sum
	blockRows = 128
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// Damaged says that a layer is not what was written.
type Damaged struct {
	Moment time.Time
	Cause  error
}

func (e Damaged) Error() string {
	return fmt.Sprintf("history up to %s: %v", e.Moment.Format(time.RFC3339Nano), e.Cause)
}

func (e Damaged) Unwrap() error { return e.Cause }

var errBytes = errors.New("its bytes are not those that were written")

// Index says what a layer has and where.
type Index struct {
	Moment time.Time // what took effect up to and including it
	Base   time.Time // the moment of the full layer over which it lies; zero: it is full itself
	// Since is the moment of the first entry of the history that may take effect
	// after Moment.
	Since time.Time
	Seal  [32]byte // of the history up to Moment
	Sums  Sums
	// Offers are the sums of offers, which only some ask for.
	Offers Sums

	names         []string
	people, homes section
	queues        map[string]*section // by list
}

// Rows is how many a layer has, to compare layers by.
func (x *Index) Rows() int { return x.people.rows + x.homes.rows }

// section is rows in order, in blocks that follow each other.
type section struct {
	offset int64 // of the first block
	rows   int
	blocks []block
	lists  bool // its rows are of a list, and before says how many are before each block
	before []tally
}

type block struct {
	first  string // the name of its first row
	offset int64
	length int
	sum    uint32
}

// tally counts rows of a list; classes by the number of their names.
type tally struct {
	all, outOfTurn int
	classes        []int
}

// Layer is an index with the bytes that it speaks of.
type Layer struct {
	*Index
	Bytes io.ReaderAt
}

func (l *Layer) damaged(cause error) error { return Damaged{l.Moment, cause} }

// read reads a block.
func (l *Layer) read(b block) ([]byte, error) {
	content := make([]byte, b.length)
	if _, err := l.Bytes.ReadAt(content, b.offset); err != nil {
		return nil, l.damaged(err)
	}
	if crc32.Checksum(content, castagnoli) != b.sum {
		return nil, l.damaged(errBytes)
	}
	return content, nil
}

// queue is the section of a list; an empty one where the layer has none.
func (l *Layer) queue(list string) *section {
	if found := l.queues[list]; found != nil {
		return found
	}
	return &section{}
}

// ReadIndex reads the index of a layer of so many bytes.
func ReadIndex(bytes io.ReaderAt, size int64) (*Index, error) {
	end := make([]byte, endLen)
	if size < int64(endLen) {
		return nil, errBytes
	}
	if _, err := bytes.ReadAt(end, size-int64(endLen)); err != nil {
		return nil, err
	}
	if string(end[:len(magic)]) != magic || end[len(magic)] != version {
		return nil, errBytes
	}
	numbers := end[len(magic)+1:]
	offset, length := binary.BigEndian.Uint64(numbers), binary.BigEndian.Uint32(numbers[8:])
	if offset > uint64(size) || offset+uint64(length)+uint64(endLen) != uint64(size) {
		return nil, errBytes
	}
	content := make([]byte, length)
	if _, err := bytes.ReadAt(content, int64(offset)); err != nil {
		return nil, err
	}
	if crc32.Update(crc32.Checksum(end[:len(magic)+13], castagnoli), castagnoli, content) != binary.BigEndian.Uint32(numbers[12:]) {
		return nil, errBytes
	}
	return parseIndex(content)
}

func (x *Index) append(to []byte) []byte {
	to = appendSigned(to, Micro(x.Moment))
	to = appendSigned(to, Micro(x.Base))
	to = appendSigned(to, Micro(x.Since))
	to = append(to, x.Seal[:]...)
	to = appendNumber(to, uint64(len(x.names)))
	for _, name := range x.names {
		to = appendText(to, name)
	}
	to = x.Offers.append(x.Sums.append(to))
	to = x.homes.append(x.people.append(to))
	to = appendNumber(to, uint64(len(x.queues)))
	for list, queue := range x.queues {
		to = queue.append(appendText(to, list))
	}
	return to
}

func parseIndex(content []byte) (*Index, error) {
	from := &bytesLeft{left: content}
	x := &Index{Moment: Moment(from.signed()), Base: Moment(from.signed()), Since: Moment(from.signed()), queues: map[string]*section{}}
	from.left = from.left[copy(x.Seal[:], from.left):]
	for range from.count() {
		x.names = append(x.names, string(from.text()))
	}
	x.Sums, x.Offers = readSums(from), readSums(from)
	x.people, x.homes = readSection(from), readSection(from)
	for range from.count() {
		list, queue := string(from.text()), readSection(from)
		x.queues[list] = &queue
	}
	if from.bad || len(from.left) > 0 {
		return nil, errBytes
	}
	return x, nil
}

func (s *section) append(to []byte) []byte {
	to = appendNumber(to, uint64(s.offset))
	to = appendNumber(to, uint64(s.rows))
	to = appendNumber(to, bit(s.lists))
	to = appendNumber(to, uint64(len(s.blocks)))
	for i, b := range s.blocks {
		to = appendNumber(appendText(to, b.first), uint64(b.length))
		to = binary.BigEndian.AppendUint32(to, b.sum)
		if s.lists {
			to = s.before[i].append(to)
		}
	}
	return to
}

func readSection(from *bytesLeft) section {
	s := section{offset: int64(from.number()), rows: int(from.number()), lists: from.number() != 0}
	count := from.count()
	s.blocks = make([]block, 0, count)
	offset := s.offset
	for range count {
		b := block{first: string(from.text()), offset: offset, length: int(from.number())}
		offset += int64(b.length)
		if len(from.left) < 4 {
			from.bad = true
			return s
		}
		b.sum = binary.BigEndian.Uint32(from.left)
		from.left = from.left[4:]
		s.blocks = append(s.blocks, b)
		if s.lists {
			s.before = append(s.before, readTally(from))
		}
	}
	return s
}

func (t tally) append(to []byte) []byte {
	to = appendSigned(appendSigned(to, int64(t.all)), int64(t.outOfTurn))
	to = appendNumber(to, uint64(len(t.classes)))
	for _, n := range t.classes {
		to = appendSigned(to, int64(n))
	}
	return to
}

func readTally(from *bytesLeft) tally {
	t := tally{all: int(from.signed()), outOfTurn: int(from.signed())}
	t.classes = make([]int, from.count())
	for i := range t.classes {
		t.classes[i] = int(from.signed())
	}
	return t
}

// Micro is a time as microseconds since 1970; the zero time is 0.
func Micro(at time.Time) int64 {
	if at.IsZero() {
		return 0
	}
	return at.UnixMicro()
}

// Moment reads what Micro wrote.
func Moment(micro int64) time.Time {
	if micro == 0 {
		return time.Time{}
	}
	return time.UnixMicro(micro).UTC()
}
