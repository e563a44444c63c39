package figures_test

import (
	"fmt"
	"iter"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/eile-housing/eile/internal/eiletest"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/server/casework/application"
	"github.com/eile-housing/eile/server/figures"
	"github.com/eile-housing/eile/store"
)

var plain = eiletest.Town{Mode: "fill", Districts: "limit", Approval: "none"}.Text()

func queueOf(w *eiletest.World) figures.Queue {
	return figures.NewQueue(w.Register.List(), w.InForce(), w.Now())
}

// standing are the positions of both lists, without the moment: read two at a time,
// and begun anew after every third.
func standing(t *testing.T, places func(list, after string, asked int) iter.Seq2[store.Entry[*eilev1.Position], error]) (all []*eilev1.Position) {
	t.Helper()
	for _, list := range []string{"general", "second"} {
		after, more := "", true
		for more {
			more = false
			count := 0
			for entry, err := range places(list, after, 2) {
				if err != nil {
					t.Fatal(err)
				}
				if more = count == 3; more {
					break
				}
				entry.Record.AsOf, entry.Record.Revision = nil, 0
				all, after, count = append(all, entry.Record), entry.ID, count+1
			}
		}
	}
	return all
}

func same(a, b []*eilev1.Position) string {
	if len(a) != len(b) {
		return fmt.Sprintf("%d positions, not %d", len(b), len(a))
	}
	for i := range a {
		if !proto.Equal(a[i], b[i]) {
			return fmt.Sprintf("%v, not %v", b[i], a[i])
		}
	}
	return ""
}

// What the list was at a moment is what was seen of it then: page by page, and
// for everybody by name.
func TestThePastIsWhatWasSeen(t *testing.T) {
	t.Parallel()
	w := eiletest.New(t, plain)
	type seen struct {
		at  time.Time
		all []*eilev1.Position
	}
	var moments []seen
	see := func() { moments = append(moments, seen{w.Now(), standing(t, queueOf(w).Places)}) }
	for i, facts := range [][]string{{"points=4"}, {"points=2"}, {"points=4", "list=second"}, {"points=9"}, {"points=0"}} {
		w.Household(fmt.Sprintf("A-%d", i), facts...)
		see()
	}
	w.Amend("A-1", "points=7")
	see()
	w.Suspend("A-0")
	see()
	w.Today = eiletest.Day(t, "2025-06-10")
	w.Home("U-1")
	w.Accept(w.MustOffer("A-3", "U-1"))
	see()
	eiletest.MustOn(w, "application.withdraw", store.Applications, "A-1", func(c casework.Change, stored *eilev1.Application) error {
		return application.Withdraw(c, stored, "moved away")
	})
	see()
	w.View(func(v *store.View) error {
		for _, moment := range moments {
			err := figures.ReadPast(v, moment.at, w.InForce().Policy.Location, func(past *figures.Past) error {
				if fault := same(moment.all, standing(t, past.Places)); fault != "" {
					t.Errorf("at %v: %s", moment.at, fault)
				}
				for _, position := range moment.all {
					byName, err := past.Position(position.GetReference())
					if err != nil {
						return err
					}
					byName.AsOf, byName.Revision = nil, 0
					if !proto.Equal(byName, position) {
						t.Errorf("%v, not %v", byName, position)
					}
				}
				return nil
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	first := moments[0].at
	w.View(func(v *store.View) error {
		return figures.ReadPast(v, first, time.UTC, func(past *figures.Past) error {
			if _, err := past.Position("A-4"); err == nil || err.Error() != "application A-4 at "+first.Format(time.RFC3339)+": not found" {
				t.Errorf("one who was not there: %v", err)
			}
			return nil
		})
	})
}

// One without a place is told how many wait where it would.
func TestWhoHasNoPlace(t *testing.T) {
	t.Parallel()
	w := eiletest.New(t, plain)
	w.Household("A-1", "points=3")
	w.Household("A-2", "points=5")
	w.Household("B-1", "points=5", "list=second")
	w.Household("A-3", "points=0")
	w.Suspend("A-2")
	q := queueOf(w)
	for reference, waiting := range map[string]int32{"A-2": 1, "A-3": 1} {
		if position, ok := q.Position(reference); ok {
			t.Errorf("%s has the place %v", reference, position)
		}
		got := q.NoPlace(eiletest.Read(w, store.Applications, reference))
		if got.GetPosition() != 0 || got.GetWaiting() != waiting || got.GetReference() != reference || got.GetList() != "general" || got.GetStatus() == eilev1.ApplicationStatus_APPLICATION_STATUS_WAITING {
			t.Errorf("%v", got)
		}
	}
	for reference, want := range map[string]int32{"A-1": 1, "B-1": 1, "A-2": 0} {
		stored := eiletest.Read(w, store.Applications, reference)
		stored.Position = 77
		if figures.Place(w.Register.List(), stored); stored.GetPosition() != want {
			t.Errorf("%s has place %d, want %d", reference, stored.GetPosition(), want)
		}
	}
}
