package night_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"google.golang.org/protobuf/proto"
	"pgregory.net/rapid"

	"github.com/eile-housing/eile/internal/eiletest"
	"github.com/eile-housing/eile/internal/eiletest/nighttest"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store"
)

// A dry run leaves every byte as it is and foresees the run; the evidence is
// what the mode prescribes; and the same night again does nothing.
func TestAnyNight(t *testing.T) {
	nighttest.EachTown(t, anyNight)
}

func anyNight(t *rapid.T, text string) {
	w := nighttest.Drawn(t, text)
	before := w.Bytes()
	foreseen, err := w.Night.DryRun(w.Context(), w.Today)
	if err != nil {
		t.Fatal(err)
	}
	if w.Bytes() != before {
		t.Error("the dry run changed the register")
	}
	run := w.MustRun()
	sameRun(t, w, foreseen, run)
	w.Evident(run)
	offered(t, w, run)
	w.Sound()
	revision := w.DB.Revision()
	if again := w.MustRun(); !proto.Equal(again, run) || w.DB.Revision() != revision {
		t.Errorf("the night of the same day did something:\n%v\n%v", run, again)
	}
}

// sameRun compares what was foreseen with what came.
func sameRun(t *rapid.T, w *nighttest.Nights, foreseen, run *eilev1.Run) {
	t.Helper()
	matches := w.Matches(run.GetId())
	if !slices.EqualFunc(foreseen.GetMatches(), matches, func(a, b *eilev1.Run_Match) bool { return proto.Equal(a, b) }) {
		t.Errorf("foreseen: %v\nmatched: %v", foreseen.GetMatches(), matches)
	}
	if skips := w.Skips(run.GetId()); !slices.EqualFunc(foreseen.GetSkipped(), skips, func(a, b *eilev1.Run_Skip) bool { return proto.Equal(a, b) }) {
		t.Errorf("skips foreseen: %v\nskipped: %v", foreseen.GetSkipped(), skips)
	}
	want := proto.CloneOf(foreseen)
	want.Id, want.State, want.Matches, want.Skipped, want.Revision = run.GetId(), run.GetState(), nil, nil, run.GetRevision()
	got := proto.CloneOf(run)
	got.StartedBy, got.StartedAt, got.MatchedAt, got.FinishedAt, got.Decision = "", nil, nil, nil, nil
	got.Etag, got.UpdateTime = "", nil
	if !proto.Equal(got, want) {
		t.Errorf("foreseen: %v\nrun: %v", want, got)
	}
}

// offered: each match became an offer, since nothing happened in between.
func offered(t *rapid.T, w *nighttest.Nights, run *eilev1.Run) {
	t.Helper()
	matches := w.Matches(run.GetId())
	var made []string
	for _, found := range eiletest.All(w.World, store.Offers) {
		if found.GetRun() == run.GetId() {
			made = append(made, found.GetId()+" "+found.GetApplication()+" "+found.GetUnit()+" "+found.GetStatus().String())
		}
	}
	var want []string
	for i, match := range matches {
		want = append(want, fmt.Sprintf("%s-%05d %s %s OFFER_STATUS_OPEN", run.GetId(), i+1, match.GetApplication(), match.GetUnit()))
	}
	if !slices.Equal(made, want) || int(run.GetOffersCreated()) != len(want) || int(run.GetMatched()) != len(want) {
		t.Errorf("offers %q, want %q: %v", made, want, run)
	}
}

// The same register gives the same bytes, in whatever order it was filled.
func TestTheSameStateGivesTheSameBytes(t *testing.T) {
	for name, text := range nighttest.Towns {
		fill := func(order []int) *nighttest.Nights {
			w := nighttest.New(t, text)
			for _, i := range order {
				w.Household(fmt.Sprintf("A-%d", i), fmt.Sprintf("points=%d", 1+i%3), fmt.Sprintf("rooms=%d", 1+i%2), fmt.Sprintf("big=%t", i%4 == 0), "district=north")
				w.Home(fmt.Sprintf("U-%d", i), fmt.Sprintf("rooms=%d", 1+i%3), "district="+[]string{"north", "south"}[i%2], "earmark="+[]string{"", "big"}[i/2%2])
			}
			return w
		}
		order := []int{0, 1, 2, 3, 4, 5, 6, 7}
		one := fill(order)
		slices.Reverse(order)
		other := fill(order)
		first, second := one.MustRun(), other.MustRun()
		a, b := one.Files(first.GetId()), other.Files(second.GetId())
		if !maps.EqualFunc(a, b, func(x, y []byte) bool { return string(x) == string(y) }) || first.GetOutcomeSha256() != second.GetOutcomeSha256() {
			t.Errorf("%s: the files differ:\n%s\n%s", name, a, b)
		}
	}
}

// TestClosuresRunOnce holds the same night on a store whose closures run twice
// against one on which they run once.
func TestClosuresMayRunTwice(t *testing.T) {
	w := nighttest.New(t, nighttest.Towns["fill, released"])
	for i := range 12 {
		w.Household(fmt.Sprintf("A-%d", i), fmt.Sprintf("points=%d", 1+i%3), fmt.Sprintf("big=%t", i%4 == 0))
		w.Home(fmt.Sprintf("U-%d", i), "rooms=1", "earmark="+[]string{"", "big"}[i%2])
	}
	once := w.Copied()
	a, b := w.MustRun(), once.MustRun()
	if summary(w, a.GetId()) != summary(once, b.GetId()) {
		t.Errorf("closures that run twice:\n%s\nonce:\n%s", summary(w, a.GetId()), summary(once, b.GetId()))
	}
}
