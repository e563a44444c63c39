package history

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/eile-housing/eile/store/history/layer"
	"github.com/eile-housing/eile/store/kv"
)

// TestMany: 64 ask at a time for different moments, while layers are built and thrown
// away. Each is answered rightly, no more read at a time than
// there are turns, and no more is remembered than may be.
func TestMany(t *testing.T) {
	t.Parallel()
	b, a := newBook(t), small(t, t.TempDir())
	fill(t, b, "A")
	moments := b.moments
	wanted := make([]replayed, len(moments))
	b.read(t, func(reader kv.Reader) error {
		for i, at := range moments {
			wanted[i] = replay(t, reader, at)
		}
		return nil
	})
	asking, stop := context.WithCancel(t.Context())
	var besides, askers sync.WaitGroup
	besides.Go(func() { b.goOn(asking, t, a) })
	besides.Go(func() { b.goOn(asking, t, a) })
	var reading, most atomic.Int64
	for caller := range 64 {
		askers.Go(func() {
			for i := range 8 {
				at := (caller*7 + i*13) % len(moments)
				end, err := a.Turn(asking)
				if err != nil {
					t.Error(err)
					return
				}
				most.Store(max(most.Load(), reading.Add(1)))
				err = b.db.View(asking, func(reader kv.Reader) error { return a.as(reader, moments[at], wanted[at]) })
				reading.Add(-1)
				end()
				if err != nil {
					t.Errorf("as of %v: %v", moments[at], err)
				}
			}
		})
	}
	askers.Wait()
	stop()
	besides.Wait()
	if int(most.Load()) > cap(a.turns) || len(a.recent) > recents {
		t.Errorf("%d of %d read at a time, %d of %d are remembered", most.Load(), cap(a.turns), len(a.recent), recents)
	}
}

// goOn builds layers and throws the last one away, until ctx ends.
func (b *book) goOn(ctx context.Context, t *testing.T, a *Archive) {
	for ctx.Err() == nil {
		err := b.db.View(context.Background(), func(reader kv.Reader) error { return a.Build(context.Background(), reader) })
		var thrown layer.Damaged // the other one threw away what this one built on
		if err != nil && !errors.As(err, &thrown) {
			t.Error(err)
			return
		}
		if at := a.newest(farAhead); !at.IsZero() {
			a.leave(at)
		}
	}
}

// as asks for the state of a moment and compares it with a replay.
func (a *Archive) as(reader kv.Reader, at time.Time, want replayed) error {
	return a.At(reader, at, func(p *Past) error {
		if !maps.Equal(p.Sums(), want.sums) {
			return fmt.Errorf("sums are %v, want %v", p.Sums(), want.sums)
		}
		offers, err := p.Offers()
		if err != nil || !maps.Equal(offers, want.offers) {
			return errors.Join(err, fmt.Errorf("offers are %v, want %v", offers, want.offers))
		}
		for reference, placed := range want.placed {
			found, ok, err := p.Find(reference)
			if err != nil || !ok || found != placed {
				return errors.Join(err, fmt.Errorf("%s is %v, want %v", reference, found, placed))
			}
		}
		count := 0
		for _, err := range p.Queue("general", "") {
			if err != nil {
				return err
			}
			count++
		}
		if count != p.Waiting("general", "") || count != want.index.QueueAfter("general", "", 1<<20).Waiting {
			return fmt.Errorf("%d wait, %d were counted", count, p.Waiting("general", ""))
		}
		return nil
	})
}
