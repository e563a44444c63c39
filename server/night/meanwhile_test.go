package night_test

import (
	"context"
	"sync/atomic"
	"testing"

	"github.com/eile-housing/eile/internal/eiletest"
	"github.com/eile-housing/eile/internal/eiletest/nighttest"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/server/casework/offer"
	"github.com/eile-housing/eile/store"
	"github.com/eile-housing/eile/store/kv"
)

// meanwhile is a store in which something else happens before one of the commits
// of a run.
type meanwhile struct {
	kv.DB
	left   atomic.Int64
	happen func()
}

func (m *meanwhile) Update(ctx context.Context, fn func(kv.Tx) error) (kv.Revision, error) {
	if m.left.Add(-1) == -1 {
		m.happen()
	}
	return m.DB.Update(ctx, fn)
}

// atEveryCommit runs the night of a town once for each of its commits, with
// something that happens before it.
func atEveryCommit(t *testing.T, base *nighttest.Nights, happen func(w *nighttest.Nights), look func(w *nighttest.Nights, step int, run *eilev1.Run)) {
	t.Helper()
	happened := true
	for step := int64(0); happened; step++ {
		happened = false
		copied := base.Copied()
		db := &meanwhile{DB: copied.DB}
		db.left.Store(1 << 40)
		w := copied.On(db)
		db.happen = func() {
			happened = true
			happen(w)
		}
		db.left.Store(step)
		run, err := w.Complete()
		if err != nil {
			run = nil
			if eiletest.Codes(err) == nil {
				t.Errorf("at commit %d: %v", step, err)
			}
		}
		look(w, int(step), run)
		w.Sound()
		w.Night.Close()
		copied.End()
	}
}

// A run that is cancelled stays so, at whatever moment that is: it makes no
// offers, and its day is free.
func TestCancelledAtAnyMoment(t *testing.T) {
	base := small(t, town("choice", "", "rank", "none"))
	answer := errKilled // nobody asked
	atEveryCommit(t, base, func(w *nighttest.Nights) {
		answer = w.Night.Cancel(w.Context(), w.Stamp("run.cancel"), base.Today.String(), "")
	}, func(w *nighttest.Nights, step int, _ *eilev1.Run) {
		runs := eiletest.All(w.World, store.Runs)
		if len(runs) != 1 {
			t.Fatalf("at commit %d: %v", step, runs)
		}
		state, offers := runs[0].GetState(), len(w.Offers(runs[0].GetId()))
		if (answer == nil) != (state == cancelled && offers == 0) || (answer != nil) != (state == committed && offers == 2) {
			t.Errorf("cancelled at commit %d (%v): %v with %d offers", step, answer, state, offers)
		}
		answer = errKilled
		if id, _, err := w.Night.Unfinished(w.Context()); id != "" || err != nil {
			t.Errorf("at commit %d run %q waits: %v", step, id, err)
		}
	})
}

// A household answers its overdue offer while the night would expire it: one of
// the two holds, and the night goes on.
func TestAnsweredWhileTheNightRuns(t *testing.T) {
	base := small(t, town("choice", "", "rank", "none"))
	made := base.Manual("A-1", "U-1")
	base.Serve(made, 0)
	base.Today += 9
	atEveryCommit(t, base, func(w *nighttest.Nights) {
		_, _, _ = casework.Update(w.Context(), w.Register, w.Stamp("offer.accept"), w.InForce(), func(c casework.Change) error {
			o, err := store.Offers.Get(c.Tx, made)
			if err != nil {
				return err
			}
			return offer.Accept(c, o, w.Today)
		})
	}, func(w *nighttest.Nights, step int, run *eilev1.Run) {
		state := eiletest.Read(w.World, store.Offers, made).GetStatus()
		accepted, expired := state == eilev1.OfferStatus_OFFER_STATUS_ACCEPTED, state == eilev1.OfferStatus_OFFER_STATUS_EXPIRED
		if run.GetState() != committed || accepted == expired || int(run.GetExpired()) != map[bool]int{true: 1}[expired] {
			t.Errorf("answered at commit %d: the offer is %v, the run %v", step, state, run)
		}
	})
}
