package night

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/server/casework/offer"
	"github.com/eile-housing/eile/store"
	"github.com/eile-housing/eile/store/kv"
	"github.com/eile-housing/eile/store/kv/memkv"
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
func atEveryCommit(t *testing.T, base *town, happen func(w *town), look func(w *town, step int, run *eilev1.Run)) {
	t.Helper()
	happened := true
	for step := int64(0); happened; step++ {
		happened = false
		copied := base.copied(memkv.Options{})
		db := &meanwhile{DB: copied.db}
		db.left.Store(1 << 40)
		w := copied.on(db)
		db.happen = func() {
			happened = true
			happen(w)
		}
		db.left.Store(step)
		run, err := w.complete()
		if err != nil {
			run = nil
			var refusal casework.Refusal
			if !errors.As(err, &refusal) {
				t.Errorf("at commit %d: %v", step, err)
			}
		}
		look(w, int(step), run)
		w.sound()
		copied.db.Close()
	}
}

// A run that is cancelled stays so, at whatever moment that is: it makes no
// offers, and its day is free.
func TestCancelledAtAnyMoment(t *testing.T) {
	base := small(t, rulesOf("choice", "", "rank", "none"))
	cancelled := errKilled // nobody asked
	atEveryCommit(t, base, func(w *town) {
		cancelled = w.night.Cancel(w.ctx, w.stamp("run.cancel"), base.today.String())
	}, func(w *town, step int, _ *eilev1.Run) {
		runs := all(w, store.Runs)
		if len(runs) != 1 {
			t.Fatalf("at commit %d: %v", step, runs)
		}
		state, offers := runs[0].GetState(), len(w.offers(runs[0].GetId()))
		if (cancelled == nil) != (state == cancelledRun && offers == 0) || (cancelled != nil) != (state == committed && offers == 2) {
			t.Errorf("cancelled at commit %d (%v): %v with %d offers", step, cancelled, state, offers)
		}
		cancelled = errKilled
		if id, _, err := w.night.Unfinished(w.ctx); id != "" || err != nil {
			t.Errorf("at commit %d run %q waits: %v", step, id, err)
		}
	})
}

const cancelledRun = eilev1.RunState_RUN_STATE_CANCELLED

// A household answers its overdue offer while the night would expire it: one of
// the two holds, and the night goes on.
func TestAnsweredWhileTheNightRuns(t *testing.T) {
	base := small(t, rulesOf("choice", "", "rank", "none"))
	made := base.manual("A-1", "U-1")
	base.onOffer(made, func(c casework.Change, o *eilev1.Offer) error { return offer.Serve(c, o, base.today) })
	base.today += 9
	atEveryCommit(t, base, func(w *town) {
		_ = w.change("offer.accept", func(c casework.Change) error {
			o, err := store.Offers.Get(c.Tx, made)
			if err != nil {
				return err
			}
			return offer.Accept(c, o, w.today)
		})
	}, func(w *town, step int, run *eilev1.Run) {
		state := read(w, store.Offers, made).GetStatus()
		accepted, expired := state == eilev1.OfferStatus_OFFER_STATUS_ACCEPTED, state == eilev1.OfferStatus_OFFER_STATUS_EXPIRED
		if run.GetState() != committed || accepted == expired || int(run.GetExpired()) != map[bool]int{true: 1}[expired] {
			t.Errorf("answered at commit %d: the offer is %v, the run %v", step, state, run)
		}
	})
}

// The evidence does not grow with the list where nobody more can be housed.
func TestTheEvidenceDoesNotGrowWithTheList(t *testing.T) {
	for _, mode := range []string{"choice", "fill"} {
		w := newTown(t.Context(), t, rulesOf(mode, "", "rank", "none"))
		for i := range 120 {
			w.household(fmt.Sprintf("A-%03d", i), 1000-i, "rooms=3") // suits no home
		}
		for i := range 40 {
			w.household(fmt.Sprintf("B-%03d", i), 100-i)
		}
		w.home("U-1", 2, "", "")
		w.home("U-2", 2, "", "")
		run := w.mustRun()
		if run.GetMatched() != 2 || run.GetRead() != 3 {
			t.Errorf("%s: %d households were read for %d homes", mode, run.GetRead(), run.GetMatched())
		}
		if told := w.explainUnit(run.GetId(), "U-2"); len(told.GetPassedOver()) != 121 {
			t.Errorf("%s: %d stood before the holder of U-2, want 121", mode, len(told.GetPassedOver()))
		}
		w.db.Close()
	}
}
