package history

import (
	"context"
	"errors"
	"io"
	"math"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/eile-housing/eile/store/history/layer"
	"github.com/eile-housing/eile/store/kv"
	"github.com/eile-housing/eile/store/past"
)

// Archive is what is known of the past of one register. Its methods may be called
// concurrently.
type Archive struct {
	turns  chan struct{} // one for each that may read the past at a time
	behind chan struct{}
	fixed  bool // nothing is built: the register is a scratch

	least, portion int // leastMost and portion

	building sync.Mutex // held while layers are built

	mu     sync.Mutex
	shelf  *shelf
	kept   []*kept     // in order of moments
	lost   []time.Time // layers that proved damaged
	recent []*recent   // the last one that was used first
}

// kept is a layer on the shelf.
type kept struct {
	moment time.Time
	sound  bool         // its index was right and of this register
	index  *layer.Index // nil: not read, or not lately
}

// recent is what was replayed over a layer up to a moment.
type recent struct {
	from, until time.Time
	layer       *layer.Layer
	waiting     map[string]layer.Standing

	counting sync.Mutex
	offers   layer.Sums // nil: nobody has asked
}

const (
	recents = 8 // how many are remembered
	// hugeRows is how many rows one may have to be remembered: as many as are
	// replayed where nothing is missing.
	hugeRows = 1 << 17
	indexes  = 8 // how many indexes of layers are remembered
)

// New is an archive in memory.
func New() *Archive {
	shelf, _ := openShelf("") // which cannot fail
	return newArchive(shelf)
}

func newArchive(shelf *shelf) *Archive {
	return &Archive{
		shelf: shelf, turns: make(chan struct{}, max(1, runtime.GOMAXPROCS(0)/2)), behind: make(chan struct{}, 1),
		least: leastMost, portion: portion,
	}
}

// KeepIn has the layers lie in a folder from here on, and takes those that are
// there. It is called before anything is asked.
func (a *Archive) KeepIn(folder string) error {
	shelf, err := openShelf(folder)
	if err != nil {
		return err
	}
	a.mu.Lock()
	a.shelf, a.kept = shelf, nil
	a.mu.Unlock()
	return a.list()
}

// list takes what lies on the shelf and is not known, and notes what is missing
// there.
func (a *Archive) list() error {
	moments, err := a.shelf.moments()
	if err != nil {
		return err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, at := range moments {
		if a.find(at) == nil {
			a.kept = append(a.kept, &kept{moment: at})
		}
	}
	for _, k := range a.kept {
		if !slices.ContainsFunc(moments, k.moment.Equal) {
			a.lost = append(a.lost, k.moment)
		}
	}
	slices.SortFunc(a.kept, func(a, b *kept) int { return a.moment.Compare(b.moment) })
	return nil
}

// find is called under the lock.
func (a *Archive) find(at time.Time) *kept {
	for _, k := range a.kept {
		if k.moment.Equal(at) {
			return k
		}
	}
	return nil
}

// Fork is an archive that begins as this one is, for a scratch of its register: it
// uses the layers that are there and builds none.
func (a *Archive) Fork() *Archive {
	forked := newArchive(a.shelf)
	forked.fixed = true
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, k := range a.kept {
		forked.kept = append(forked.kept, &kept{moment: k.moment})
	}
	return forked
}

// Turn waits until few enough read the past, so that others are answered meanwhile;
// who has read it calls end. Nobody waits with a snapshot.
func (a *Archive) Turn(ctx context.Context) (end func(), err error) {
	select {
	case a.turns <- struct{}{}:
		return func() { <-a.turns }, nil
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// Behind tells that something is missing which Build would build.
func (a *Archive) Behind() <-chan struct{} { return a.behind }

func (a *Archive) fallBehind() {
	select {
	case a.behind <- struct{}{}:
	default:
	}
}

// At runs fn on the register as it was at a moment. A layer that proves damaged
// while it is read is left aside and fn runs again, so it must not have effects of
// its own beyond what a second run overwrites.
func (a *Archive) At(reader kv.Reader, at time.Time, fn func(*Past) error) error {
	until, _, err := last(reader, at)
	if err != nil {
		return err
	}
	for {
		from := a.newest(until)
		err := a.from(reader, from, until, fn)
		var damage layer.Damaged
		if !errors.As(err, &damage) {
			return err
		}
		if !a.leave(damage.Moment) && a.newest(until).Equal(from) {
			return err
		}
	}
}

// AtRevision runs fn on the register as it was at a revision, as At does.
func (a *Archive) AtRevision(reader kv.Reader, revision kv.Revision, fn func(*Past) error) error {
	at, err := momentOf(reader, revision)
	if err != nil {
		return err
	}
	return a.At(reader, at, fn)
}

// newest is the moment of the last layer up to a moment; zero: there is none.
func (a *Archive) newest(until time.Time) (at time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, k := range a.kept {
		if !k.moment.After(until) {
			at = k.moment
		}
	}
	return at
}

// leave puts a layer aside until the next Build looks at it; false: it is not
// known.
func (a *Archive) leave(at time.Time) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	count := len(a.kept)
	a.kept = slices.DeleteFunc(a.kept, func(k *kept) bool { return k.moment.Equal(at) })
	a.lost = append(a.lost, at)
	a.fallBehind()
	return len(a.kept) < count
}

// from runs fn on what lies up to one layer, and what was replayed over it.
func (a *Archive) from(reader kv.Reader, from, until time.Time, fn func(*Past) error) error {
	layers, closers, err := a.stack(reader, from)
	defer func() {
		for _, c := range closers {
			_ = c.Close() // it was only read
		}
	}()
	if err != nil {
		return err
	}
	over, err := a.over(reader, layers, from, until)
	if err != nil {
		return err
	}
	return fn(&Past{reader: reader, under: layers.Offers(), layers: append(layers, over.layer), over: over})
}

// over replays what happened after a layer, unless that is remembered.
func (a *Archive) over(reader kv.Reader, layers layer.Stack, from, until time.Time) (*recent, error) {
	if found := a.remembered(from, until); found != nil {
		return found, nil
	}
	span := past.Span{Until: until}
	if len(layers) > 0 {
		span.From, span.After = layers[len(layers)-1].Since, from
	}
	made := &recent{from: from, until: until}
	err := readChanges(reader, span, math.MaxInt, func(c layer.Changes, _ bool) (err error) {
		if c.Len() > 2*most(a.least, layers) {
			a.fallBehind()
		}
		made.layer, err = layer.Laid(until, layers, c)
		return err
	})
	if err != nil {
		return nil, err
	}
	made.waiting = waitingIn(made.layer.Sums)
	if made.layer.Rows() <= hugeRows {
		a.remember(made)
	}
	return made, nil
}

func (a *Archive) remembered(from, until time.Time) *recent {
	a.mu.Lock()
	defer a.mu.Unlock()
	for i, r := range a.recent {
		if r.from.Equal(from) && r.until.Equal(until) {
			copy(a.recent[1:i+1], a.recent[:i])
			a.recent[0] = r
			return r
		}
	}
	return nil
}

func (a *Archive) remember(made *recent) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.recent = append([]*recent{made}, a.recent[:min(len(a.recent), recents-1)]...)
}

// stack opens a layer and the one that it lies over; zero: none.
func (a *Archive) stack(reader kv.Reader, at time.Time) (layers layer.Stack, closers []io.Closer, err error) {
	for !at.IsZero() {
		l, closer, err := a.open(reader, at)
		var damage layer.Damaged
		if len(layers) > 0 && errors.As(err, &damage) {
			a.leave(at)
			err = layer.Damaged{Moment: layers[0].Moment, Cause: err}
		}
		if err != nil {
			return nil, closers, err
		}
		layers, closers = append(layer.Stack{l}, layers...), append(closers, closer)
		at = l.Base
	}
	return layers, closers, nil
}

// open opens a layer on the shelf. One that is not sound is damaged.
func (a *Archive) open(reader kv.Reader, at time.Time) (*layer.Layer, io.Closer, error) {
	index, err := a.known(at)
	if err != nil {
		return nil, nil, err
	}
	found, err := a.shelf.open(at)
	if err != nil {
		return nil, nil, layer.Damaged{Moment: at, Cause: err}
	}
	if index == nil {
		index, err = a.examine(reader, found, at)
	}
	if err != nil {
		return nil, nil, errors.Join(err, found.Close())
	}
	return &layer.Layer{Index: index, Bytes: found}, found, nil
}

// known is the index of a layer, if it is remembered.
func (a *Archive) known(at time.Time) (*layer.Index, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if known := a.find(at); known != nil {
		return known.index, nil
	}
	return nil, layer.Damaged{Moment: at, Cause: errMissing}
}

// Why a layer is left aside, besides that its bytes are not those that were written.
var (
	errMissing = errors.New("it is not there")
	errForeign = errors.New("it is of another register, or of another course of this one")
)

// examine reads the index of a layer and remembers it.
func (a *Archive) examine(reader kv.Reader, found content, at time.Time) (*layer.Index, error) {
	index, err := layer.ReadIndex(found, found.size)
	if err == nil && !index.Moment.Equal(at) {
		err = errForeign
	}
	if err != nil {
		return nil, layer.Damaged{Moment: at, Cause: err}
	}
	seal, err := sealOf(reader, at)
	if err != nil {
		return nil, err
	}
	if seal != index.Seal {
		return nil, layer.Damaged{Moment: at, Cause: errForeign}
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	held := 0
	for _, k := range a.kept {
		if k.index != nil {
			held++
		}
		if k.moment.Equal(at) {
			k.sound, k.index = true, index
		} else if held >= indexes {
			k.index = nil
		}
	}
	return index, nil
}
