package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store"
)

// past measures pages of past lists and statistics, which are read from layers,
// against what they would cost without: a replay of all that ever happened.
func (b *bench) past(ctx context.Context) (err error) {
	h, err := b.host(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, h.close()) }()
	if err := h.register.History().KeepIn(filepath.Join(b.dir, "history")); err != nil {
		return err
	}
	replay, err := timed(func() error { return h.register.View(ctx, replayed) })
	if err != nil {
		return err
	}
	baseline := fmt.Sprintf("full replay %.1f s", replay.Seconds())
	built, err := timed(func() error {
		return h.register.View(ctx, func(v *store.View) error { return v.Remember(ctx) })
	})
	if err != nil {
		return err
	}
	b.tell("first layers of the history", fmt.Sprintf("%.1f s", built.Seconds()), baseline, fmt.Sprintf("%.2f ×", built.Seconds()/replay.Seconds()), "beside requests")
	queue, stats := eilev1.NewQueueServiceClient(h.conns[0]), eilev1.NewStatsServiceClient(h.conns[0])
	span := time.Since(b.wrote)
	for _, asked := range []struct {
		what string
		call func(context.Context, int, int) error
	}{
		{"page of a past list, 64 clients", func(ctx context.Context, _, _ int) error {
			at := b.wrote.Add(time.Duration(rand.Int64N(int64(span))))
			_, err := queue.ListPositions(ctx, &eilev1.ListPositionsRequest{AsOf: timestamppb.New(at), PageSize: 100})
			return err
		}},
		{"statistics, 64 clients", func(ctx context.Context, _, _ int) error {
			_, err := stats.GetStats(ctx, &eilev1.GetStatsRequest{})
			return err
		}},
	} {
		rate, err := load(ctx, 64, b.round*time.Duration(b.rounds), asked.call)
		if err != nil {
			return err
		}
		b.tell(asked.what, fmt.Sprintf("%.1f ms each", 1000/rate), baseline, fmt.Sprintf("1/%.0f", replay.Seconds()*rate), "≤ 50 ms")
	}
	return nil
}

// replayed finds out where everybody stands from the whole history.
func replayed(v *store.View) error {
	last := map[string]*eilev1.Placement{}
	for moved, err := range v.Placements(time.Now()) {
		if err != nil {
			return err
		}
		last[moved.After.GetReference()] = moved.After
	}
	if len(last) == 0 {
		return errors.New("the history is empty")
	}
	return nil
}
