package history

import (
	"context"
	"errors"
	"maps"
	"time"

	"github.com/eile-housing/eile/store/history/layer"
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
	for {
		err := a.buildOn(ctx, reader)
		var damage layer.Damaged // met in what was sound when it was looked at
		if !errors.As(err, &damage) || !a.leave(damage.Moment) {
			return err
		}
	}
}

// buildOn writes the layers that are due over those that are sound.
func (a *Archive) buildOn(ctx context.Context, reader kv.Reader) error {
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
	err = a.with(reader, top, func(layers layer.Stack) error {
		for _, l := range layers {
			from, rows = l.Since, rows+l.Rows()
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
	lost, all := a.lost, make([]kept, 0, len(a.kept))
	for _, k := range a.kept {
		all = append(all, *k) // as it is now: who reads the past marks it sound meanwhile
	}
	a.lost = nil
	a.mu.Unlock()
	first := farAhead
	for _, at := range lost {
		first = earlier(first, at)
	}
	for _, k := range all {
		if k.moment.Before(first) && !k.sound {
			err := a.with(reader, k.moment, func(layer.Stack) error { return nil })
			var damage layer.Damaged
			if err != nil && !errors.As(err, &damage) {
				return err
			}
			if err != nil {
				first = earlier(k.moment, damage.Moment)
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
func (a *Archive) with(reader kv.Reader, at time.Time, fn func(layer.Stack) error) error {
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
	return a.with(reader, top, func(layers layer.Stack) (err error) {
		b := &builder{archive: a, layers: layers, index: &layer.Index{Moment: next.moment, Since: next.since, Seal: seal, Offers: maps.Clone(layers.Offers())}}
		defer b.end()
		span := past.Span{After: top, Until: next.moment}
		if len(layers) > 0 {
			span.From = layers[len(layers)-1].Since
		}
		if err := countOffers(b.index.Offers, reader, top, next.moment); err != nil {
			return err
		}
		return readChanges(reader, span, a.portion, b.take)
	})
}
