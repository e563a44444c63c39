package night

import (
	"crypto/sha256"
	"fmt"
	"maps"
	"os"
	"slices"
	"testing"

	"google.golang.org/protobuf/proto"
	"pgregory.net/rapid"

	"github.com/eile-housing/eile/allocation/verify"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/server/casework/application"
	"github.com/eile-housing/eile/server/casework/home"
	"github.com/eile-housing/eile/server/casework/offer"
	"github.com/eile-housing/eile/store"
	"github.com/eile-housing/eile/store/kv/memkv"
)

// The towns that a property is tried on.
var towns = map[string]string{
	"choice":          rulesOf("choice", "", "rank", "none"),
	"choice, limits":  rulesOf("choice", "", "limit", "none"),
	"choice, soft":    rulesOf("choice", "soft", "rank", "none"),
	"choice released": rulesOf("choice", "released", "limit", "none"),
	"fill":            rulesOf("fill", "", "rank", "none"),
	"fill, hard":      rulesOf("fill", "hard", "rank", "none"),
	"fill, released":  rulesOf("fill", "released", "limit", "none"),
}

// anyTown draws a register with everything that a night must see: open offers,
// overdue ones, homes that were refused, applications on hold, suspended, and
// due on the day of the run.
func anyTown(rt *rapid.T, t *testing.T, text string) *town {
	w := newTown(t.Context(), rt, text)
	draw := func(name string, from ...string) string { return rapid.SampledFrom(from).Draw(rt, name) }
	households, homes := rapid.IntRange(1, 10).Draw(rt, "households"), rapid.IntRange(1, 7).Draw(rt, "homes")
	for i := range homes {
		w.home(fmt.Sprintf("U-%d", i), rapid.IntRange(1, 3).Draw(rt, "rooms"), draw("district", "", "north", "south"), draw("earmark", "", "", "big"))
	}
	for i := range households {
		pairs := []string{"rooms=" + draw("rooms", "1", "2", "3"), "big=" + draw("big", "true", "false"), "list=" + draw("list", "general", "general", "second")}
		pairs = append(pairs, draw("until", "until=2027-01-01", "until=2025-06-04")) // the latter is over on the day of the run
		for _, district := range []string{"north", "south"} {
			if draw("wants", "no", "no", "yes") == "yes" {
				pairs = append(pairs, "district="+district)
			}
		}
		w.household(fmt.Sprintf("A-%d", i), rapid.IntRange(0, 4).Draw(rt, "points"), pairs...)
	}
	for i := range households {
		application, unit := fmt.Sprintf("A-%d", i), fmt.Sprintf("U-%d", rapid.IntRange(0, homes-1).Draw(rt, "home"))
		if read(w, store.Applications, application).GetStatus() != waitingStatus {
			continue
		}
		if what := draw("what", "", "", "", "offer", "overdue", "refused", "suspended"); what == "suspended" {
			w.suspend(application)
		} else if what != "" && read(w, store.Units, unit).GetStatus() == eilev1.UnitStatus_UNIT_STATUS_VACANT {
			made := w.manual(application, unit)
			switch what {
			case "overdue":
				w.onOffer(made, func(c casework.Change, o *eilev1.Offer) error { return offer.Serve(c, o, w.today-4) })
			case "refused":
				w.refuse(made)
			}
		}
	}
	w.today += 3
	return w
}

const waitingStatus = eilev1.ApplicationStatus_APPLICATION_STATUS_WAITING

// A dry run leaves every byte as it is and foresees the run; the evidence is
// what the mode prescribes; who asks twice gets the same answer, whatever
// happened in between; and the same night again does nothing.
func TestAnyNight(t *testing.T) {
	names := slices.Sorted(maps.Keys(towns))
	if os.Getenv("EILE_LONG") == "" {
		rapid.Check(t, func(rt *rapid.T) { anyNight(rt, t, towns[rapid.SampledFrom(names).Draw(rt, "town")]) })
		return
	}
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(rt *rapid.T) { anyNight(rt, t, towns[name]) })
		})
	}
}

func anyNight(rt *rapid.T, t *testing.T, text string) {
	w := anyTown(rt, t, text)
	defer w.db.Close()
	before := w.bytes()
	foreseen, err := w.night.DryRun(w.ctx, w.rules())
	if err != nil {
		rt.Fatal(err)
	}
	if w.bytes() != before {
		rt.Error("the dry run changed the register")
	}
	run := w.mustRun()
	sameRun(rt, w, foreseen, run)
	evident(rt, w, run)
	offered(rt, w, run)
	w.sound()
	revision := w.db.Revision()
	if again := w.mustRun(); !proto.Equal(again, run) || w.db.Revision() != revision {
		rt.Errorf("the night of the same day did something:\n%v\n%v", run, again)
	}
	answers := everyAnswer(rt, w, run)
	right(rt, w, run, answers)
	w.stir(rt)
	for key, answer := range everyAnswer(rt, w, run) {
		if !proto.Equal(answer, answers[key]) {
			rt.Errorf("%s is explained by\n%v\nand later by\n%v", key, answers[key], answer)
		}
	}
}

// sameRun compares what was foreseen with what came.
func sameRun(t *rapid.T, w *town, foreseen, run *eilev1.Run) {
	t.Helper()
	matches, err := w.night.Matches(w.ctx, run.GetId())
	if err != nil {
		t.Fatal(err)
	}
	if !slices.EqualFunc(foreseen.GetMatches(), matches.GetMatches(), func(a, b *eilev1.Run_Match) bool { return proto.Equal(a, b) }) {
		t.Errorf("foreseen: %v\nmatched: %v", foreseen.GetMatches(), matches.GetMatches())
	}
	want := proto.CloneOf(foreseen)
	want.Id, want.State, want.Matches, want.Revision = run.GetId(), run.GetState(), nil, run.GetRevision()
	got := proto.CloneOf(run)
	got.StartedBy, got.StartedAt, got.MatchedAt, got.FinishedAt, got.Decision, got.OffersCreated = "", nil, nil, nil, nil, 0
	if !proto.Equal(got, want) {
		t.Errorf("foreseen: %v\nrun: %v", want, got)
	}
}

// evident checks the files by the verifier, and the hashes by the files.
func evident(t tester, w *town, run *eilev1.Run) {
	t.Helper()
	files := w.files(run.GetId())
	instances, outcomes := sha256.New(), sha256.New()
	for round := range int(run.GetRounds()) {
		instance, outcome := files[instanceFile(round)], files[outcomeFile(round)]
		instances.Write(instance)
		outcomes.Write(outcome)
		violations, err := verify.Check(instance, outcome)
		if err != nil || len(violations) > 0 {
			t.Errorf("round %d: %v %q\n%s\n%s", round, err, violations, instance, outcome)
		}
	}
	if len(files) != 2*int(run.GetRounds()) {
		t.Errorf("%d rounds have %d files", run.GetRounds(), len(files))
	}
	if fmt.Sprintf("%x", instances.Sum(nil)) != run.GetInstanceSha256() || fmt.Sprintf("%x", outcomes.Sum(nil)) != run.GetOutcomeSha256() {
		t.Errorf("the hashes of run %v are not those of its files", run)
	}
}

// offered: each match became an offer, since nothing happened in between.
func offered(t *rapid.T, w *town, run *eilev1.Run) {
	t.Helper()
	matches, err := w.night.Matches(w.ctx, run.GetId())
	if err != nil {
		t.Fatal(err)
	}
	var made []string
	for _, offer := range all(w, store.Offers) {
		if offer.GetRun() == run.GetId() {
			made = append(made, offer.GetId()+" "+offer.GetApplication()+" "+offer.GetUnit()+" "+offer.GetStatus().String())
		}
	}
	var want []string
	for i, match := range matches.GetMatches() {
		want = append(want, fmt.Sprintf("%s-%05d %s %s OFFER_STATUS_OPEN", run.GetId(), i+1, match.GetApplication(), match.GetUnit()))
	}
	if !slices.Equal(made, want) || int(run.GetOffersCreated()) != len(want) || int(run.GetMatched()) != len(want) {
		t.Errorf("offers %q, want %q: %v", made, want, run)
	}
}

// stir changes facts of all kinds after the run.
func (w *town) stir(rt *rapid.T) {
	w.today++
	for i, known := range all(w, store.Applications) {
		reference := known.GetReference()
		if known.GetStatus() != waitingStatus {
			continue
		}
		switch i % 4 {
		case 0:
			w.amend(reference, "rooms=1", "big=true", "points=9")
		case 1:
			w.suspend(reference)
		case 2:
			w.onApplication(reference, func(c casework.Change, a *eilev1.Application) error { return application.Withdraw(c, a, "moved") })
		}
	}
	for _, unit := range all(w, store.Units) {
		w.onUnit(unit.GetReference(), func(c casework.Change, u *eilev1.Unit) error {
			rooms := int32(rapid.IntRange(1, 3).Draw(rt, "rooms"))
			u.Rooms = &rooms
			return home.Amend(c, u, u.GetStatus())
		})
	}
	w.mustRun()
}

// The same register gives the same bytes, in whatever order it was filled.
func TestTheSameStateGivesTheSameBytes(t *testing.T) {
	for name, text := range towns {
		fill := func(order []int) *town {
			w := newTown(t.Context(), t, text)
			t.Cleanup(func() { w.db.Close() })
			for _, i := range order {
				w.household(fmt.Sprintf("A-%d", i), 1+i%3, fmt.Sprintf("rooms=%d", 1+i%2), fmt.Sprintf("big=%t", i%4 == 0), "district=north")
				w.home(fmt.Sprintf("U-%d", i), 1+i%3, []string{"north", "south"}[i%2], []string{"", "big"}[i/2%2])
			}
			return w
		}
		order := []int{0, 1, 2, 3, 4, 5, 6, 7}
		one := fill(order)
		slices.Reverse(order)
		other := fill(order)
		first, second := one.mustRun(), other.mustRun()
		a, b := one.files(first.GetId()), other.files(second.GetId())
		if !maps.EqualFunc(a, b, func(x, y []byte) bool { return string(x) == string(y) }) || first.GetOutcomeSha256() != second.GetOutcomeSha256() {
			t.Errorf("%s: the files differ:\n%s\n%s", name, a, b)
		}
	}
}

// TestClosuresRunOnce holds the same night on a store whose closures run twice
// against one on which they run once.
func TestClosuresMayRunTwice(t *testing.T) {
	w := newTown(t.Context(), t, towns["fill, released"])
	defer w.db.Close()
	for i := range 12 {
		w.household(fmt.Sprintf("A-%d", i), 1+i%3, fmt.Sprintf("big=%t", i%4 == 0))
		w.home(fmt.Sprintf("U-%d", i), 1, "", []string{"", "big"}[i%2])
	}
	once := w.copied(memkv.Options{})
	defer once.db.Close()
	a, b := w.mustRun(), once.mustRun()
	if w.summary(a.GetId()) != once.summary(b.GetId()) {
		t.Errorf("closures that run twice:\n%s\nonce:\n%s", w.summary(a.GetId()), once.summary(b.GetId()))
	}
}
