package history

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/eile-housing/eile/store/kv"
	"github.com/eile-housing/eile/store/past"
)

// farAhead is after every entry of a history.
var farAhead = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)

// Build writes the layers that are due, and those that are missing. It costs time in
// proportion to what has happened since the last one, and holds a part of it in
// memory. Of a scratch it builds nothing.
func (a *Archive) Build(ctx context.Context, reader kv.Reader) error {
	if a.fixed {
		return nil
	}
	a.building.Lock()
	defer a.building.Unlock()
	if err := a.tidy(reader); err != nil {
		return err
	}
	horizon, _, err := last(reader, farAhead)
	if err != nil {
		return err
	}
	top := a.newest(horizon)
	var from time.Time
	rows := 0
	err = a.with(reader, top, func(layers []*layer) error {
		for _, l := range layers {
			from, rows = l.since, rows+l.rows()
		}
		return nil
	})
	if err != nil {
		return err
	}
	flow, err := readFlow(reader, from, top)
	if err != nil {
		return err
	}
	for _, next := range flow.plan(a.least, rows, horizon) {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if err := a.build(reader, top, next); err != nil {
			return err
		}
		top = next.moment
	}
	return nil
}

// tidy looks at every layer that was not looked at, and removes those that are
// damaged, foreign or missing with all that come after them.
func (a *Archive) tidy(reader kv.Reader) error {
	if err := a.list(); err != nil {
		return err
	}
	a.mu.Lock()
	all, lost := append([]*kept(nil), a.kept...), a.lost
	a.lost = nil
	a.mu.Unlock()
	first := farAhead
	for _, at := range lost {
		first = earlier(first, at)
	}
	for _, k := range all {
		if k.moment.Before(first) && !k.sound {
			err := a.with(reader, k.moment, func([]*layer) error { return nil })
			var damage errDamaged
			if err != nil && !errors.As(err, &damage) {
				return err
			}
			if err != nil {
				first = earlier(k.moment, damage.moment)
			}
		}
	}
	for _, k := range all {
		if k.moment.Before(first) {
			continue
		}
		a.leave(k.moment)
		if err := a.shelf.remove(k.moment); err != nil {
			return err
		}
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.lost = nil
	return nil
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// with runs fn on a layer and the one that it lies over.
func (a *Archive) with(reader kv.Reader, at time.Time, fn func([]*layer) error) error {
	layers, closers, err := a.stack(reader, at)
	if err == nil {
		err = fn(layers)
	}
	for _, c := range closers {
		_ = c.Close() // it was only read
	}
	return err
}

// build writes one layer over those up to top.
func (a *Archive) build(reader kv.Reader, top time.Time, next due) error {
	seal, err := sealOf(reader, next.moment)
	if err != nil {
		return err
	}
	return a.with(reader, top, func(layers []*layer) (err error) {
		b := &builder{archive: a, layers: layers, next: next, seal: seal}
		defer b.end()
		span := past.Span{After: top, Until: next.moment}
		if len(layers) > 0 {
			span.From = layers[len(layers)-1].since
		}
		return readChanges(reader, span, max(a.portion, 16*most(a.least, layers)), b.take)
	})
}

// builder builds one layer, out of as many portions of changes as they need.
type builder struct {
	archive *Archive
	layers  []*layer // so far
	next    due
	seal    [32]byte
	draft   *draft // the topmost of layers, if it was written here
	loose   bool   // the full layer of layers is a draft
}

func (b *builder) end() { b.draft.discard() }

// take puts a portion of the changes into a layer, and the last one on the shelf.
func (b *builder) take(some changes, last bool) error {
	over, err := laid(b.next.moment, b.layers, some)
	if err != nil {
		return err
	}
	index := &index{moment: b.next.moment, since: b.next.since, seal: b.seal}
	joined := append(slices.Clone(b.layers), over)
	if thin := b.mayBeThin(over); thin {
		index.base, joined = b.layers[0].moment, joined[1:]
	}
	draft, err := b.archive.shelf.draft()
	if err != nil {
		return err
	}
	if err := join(draft, index, joined); err != nil {
		draft.discard()
		return err
	}
	b.draft.discard()
	b.draft = draft
	if last {
		return b.keep(index)
	}
	written, err := draft.read()
	if index.base.IsZero() {
		b.layers, b.loose = nil, true
	} else {
		b.layers = b.layers[:1:1]
	}
	b.layers = append(b.layers, &layer{index, written})
	return err
}

// mayBeThin tells whether what has changed since the full layer is little enough
// to be kept apart from it.
func (b *builder) mayBeThin(over *layer) bool {
	if len(b.layers) == 0 || b.loose {
		return false
	}
	rows := over.rows()
	for _, l := range b.layers[1:] {
		rows += l.rows()
	}
	return rows*full <= b.layers[0].rows()
}

// keep puts the draft on the shelf.
func (b *builder) keep(index *index) error {
	if _, err := b.draft.read(); err != nil {
		return err
	}
	if err := b.draft.keep(b.next.moment); err != nil {
		return err
	}
	b.draft = nil
	a := b.archive
	a.mu.Lock()
	defer a.mu.Unlock()
	a.kept = append(a.kept, &kept{moment: index.moment, sound: true})
	return nil
}
