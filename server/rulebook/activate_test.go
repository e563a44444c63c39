package rulebook

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/eile-housing/eile/internal/eiletest"
	"github.com/eile-housing/eile/policy/day"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/server/form"
	"github.com/eile-housing/eile/store"
)

func TestNoPolicyIsInForce(t *testing.T) {
	t.Parallel()
	o := bare(t, plain)
	_, today := o.book.Today()
	_, rules := o.book.Rules(o.Today)
	if !errors.Is(today, ErrNoPolicy) || !errors.Is(rules, ErrNoPolicy) || o.book.Zone().String() != "UTC" || o.book.Active(nil) {
		t.Errorf("%v, %v, days begin in %v", today, rules, o.book.Zone())
	}
	o.book.Rehearse(o.Today + 30)
	if day.Of(o.book.Now(), o.book.Zone()) != o.Today {
		t.Error("a day is rehearsed without a policy to say when it begins")
	}
}

// A policy that is put in force is the one of today and of the next start, and
// every record says what it says.
func TestActivation(t *testing.T) {
	t.Parallel()
	o := open(t, plain)
	o.households(8)
	o.Home("U-1")
	record := o.mustActivate(stricter(t, "2"), Wish{})
	if !record.GetActive() || record.GetVersion() != "2" || record.GetSource() != "" || record.GetActivatedBy() != "tester" || record.GetSeed() != eiletest.Seed {
		t.Errorf("%v", record)
	}
	if o.unsettled() {
		t.Error("records speak of the former policy")
	}
	// A higher threshold leaves four of the eight, the poorest first.
	if got := o.places(); got != "general: A-5 A-4 A-7 A-6\n" {
		t.Errorf("%s", got)
	}
	for _, book := range []*Book{o.book, opened(o.World)} {
		rules, err := book.Today()
		if err != nil || rules.Policy.Version != "2" || rules.Seed != eiletest.Seed || rules.Today != o.Today || !book.Active(record.GetPolicy()) {
			t.Errorf("%v: %v", rules, err)
		}
		if later, err := book.Rules(o.Today + 5); err != nil || later.Today != o.Today+5 {
			t.Errorf("%v: %v", later.Today, err)
		}
	}
	for _, application := range eiletest.All(o.World, store.Applications) {
		if !proto.Equal(application.GetPolicy(), record.GetPolicy()) {
			t.Errorf("%s speaks of %v", application.GetReference(), application.GetPolicy())
		}
	}
}

// The same policy again changes nothing; the same request is answered from what
// it did.
func TestActivationAgain(t *testing.T) {
	t.Parallel()
	o := open(t, plain)
	before := o.Bytes()
	if again := o.mustActivate(plain, Wish{Seed: "another"}); again.GetSeed() != eiletest.Seed || o.Bytes() != before {
		t.Errorf("%v", again)
	}
	stamp := o.Stamp("policy.activate")
	stamp.RequestID, stamp.RequestSum = "5b3e7c6e-8d8e-4c50-9d5c-5f5f5f5f5f5f", make([]byte, 32)
	first, err := o.book.Activate(t.Context(), stamp, read(t, stricter(t, "2")), Wish{})
	if err != nil {
		t.Fatal(err)
	}
	o.mustActivate(plain, Wish{})
	stamp.ID = o.NewID()
	second, err := o.book.Activate(t.Context(), stamp, read(t, stricter(t, "2")), Wish{})
	if err != nil || second.GetVersion() != first.GetVersion() || second.GetActive() || !o.book.Active(o.today().Policy.Identity()) || o.today().Policy.Version != "1" {
		t.Errorf("%v, then %v: %v", first, second, err)
	}
}

// A new version of a scheme keeps the draw, another scheme draws anew, and the
// text of a version is what it was.
func TestSeedsAndVersions(t *testing.T) {
	t.Parallel()
	o := open(t, plain)
	if got := o.mustActivate(eiletest.Version(plain, "2"), Wish{}).GetSeed(); got != eiletest.Seed {
		t.Errorf("the next version has seed %s", got)
	}
	if got := o.mustActivate(eiletest.Version(plain, "3"), Wish{Seed: "wanted"}).GetSeed(); got != "wanted" {
		t.Errorf("seed %s", got)
	}
	other := o.mustActivate(eiletest.Version(plain, "1", "name: town", "name: village"), Wish{}).GetSeed()
	if len(other) != 64 || other == o.mustActivate(eiletest.Version(plain, "1", "name: town", "name: hamlet"), Wish{}).GetSeed() {
		t.Errorf("another scheme draws %s", other)
	}
	if got := o.mustActivate(plain, Wish{Seed: "lost"}).GetSeed(); got != eiletest.Seed {
		t.Errorf("the first version comes back with seed %s", got)
	}
	_, err := o.activate(eiletest.Version(plain, "2", "points > 0", "points > 1"), Wish{})
	refused(t, err, "VERSION_REUSED")
}

func TestActivationIsRefused(t *testing.T) {
	t.Parallel()
	o := open(t, plain)
	before := o.Bytes()
	_, err := o.activate(eiletest.Version(plain, "2", "in_force: {from: 2020-01-01}", "in_force: {from: 2020-01-01, until: 2025-06-01}"), Wish{})
	refused(t, err, "NOT_IN_FORCE")
	if err == nil || !strings.Contains(err.Error(), "from 2020-01-01 until 2025-06-01, today is 2025-06-02") {
		t.Errorf("%v", err)
	}
	if o.Bytes() != before {
		t.Error("a refusal leaves a trace")
	}
	o.Must("test", func(c casework.Change) error {
		return c.Tx.PutNights(&eilev1.Nights{Unfinished: "2025-06-01"})
	})
	_, err = o.activate(stricter(t, "2"), Wish{})
	refused(t, err, "RUN_UNFINISHED")
	if _, err := o.activate(stricter(t, "2"), Wish{DryRun: true}); err != nil {
		t.Errorf("a dry run while a run is under way: %v", err)
	}
}

// What is wrong with a text is told line by line; nothing else is looked at.
func TestFaultsOfASource(t *testing.T) {
	t.Parallel()
	for what, text := range map[string]string{
		"a key":     plain + "nonsense: 1\n",
		"two rules": eiletest.Version(plain, "1", "points > 0", "points > nothing", "unit.wear_percent <= 50", "unit.nothing"),
		"an example": plain + `examples:
  - {name: poor, on: 2025-06-02, application: {attributes: {points: 0}}, expect: {eligibility: "YES"}}
`,
	} {
		_, err := Read("policy.yaml", []byte(text))
		var faults form.Faults
		if !errors.As(err, &faults) || len(faults) != strings.Count(faults.Error(), "source: ") {
			t.Errorf("%s: %v", what, err)
		}
	}
	_, err := ReadShipped("nonsense")
	var faults form.Faults
	if !errors.As(err, &faults) || faults[0].Field != "name" || !strings.Contains(err.Error(), "lt-vilnius") {
		t.Errorf("%v", err)
	}
	if _, err := ReadShipped("uk-bands"); err != nil {
		t.Error(err)
	}
}

func TestReadFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "own.yaml")
	if err := os.WriteFile(path, []byte(plain), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, fault := range map[string]string{path: "", "uk-bands": "", "nonsense": "no such file", t.TempDir(): "is a directory"} {
		_, err := ReadFile(name)
		if (err == nil) != (fault == "") || err != nil && !strings.Contains(err.Error(), fault) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A policy is found by its name: the version in force, else the last one, else
// the shipped one.
func TestFind(t *testing.T) {
	t.Parallel()
	o := open(t, plain)
	o.mustActivate(eiletest.Version(plain, "2"), Wish{})
	found, err := o.book.Find(t.Context(), "town")
	if err != nil || found.GetVersion() != "2" || !found.GetActive() || !strings.Contains(found.GetSource(), `version: "2"`) {
		t.Errorf("%v: %v", found, err)
	}
	o.mustActivate(eiletest.Version(plain, "1", "name: town", "name: village"), Wish{})
	found, err = o.book.Find(t.Context(), "town")
	if err != nil || found.GetVersion() != "2" || found.GetActive() || found.GetSource() == "" {
		t.Errorf("%v: %v", found, err)
	}
	found, err = o.book.Find(t.Context(), "uk-bands")
	if err != nil || found.GetSeed() != "" || found.GetSource() == "" || found.GetInForceFrom() == nil {
		t.Errorf("%v: %v", found, err)
	}
	if _, err := o.book.Find(t.Context(), "nonsense"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("%v", err)
	}
}

// While somebody holds the book no policy is put in force.
func TestHold(t *testing.T) {
	t.Parallel()
	o := open(t, plain)
	held, release := make(chan struct{}), make(chan error)
	go func() { _ = o.book.Hold(func() error { close(held); return <-release }) }()
	<-held
	done := make(chan error, 1)
	go func() {
		_, err := o.activate(stricter(t, "2"), Wish{})
		done <- err
	}()
	select {
	case err := <-done:
		t.Errorf("activated while the book was held: %v", err)
	case <-time.After(30 * time.Millisecond):
	}
	close(release)
	if err := <-done; err != nil {
		t.Error(err)
	}
	if why := errors.New("why"); !errors.Is(o.book.Hold(func() error { return why }), why) {
		t.Error("the error of who holds it is lost")
	}
}

// Killed between the switch and the records, the next start goes on.
func TestSettleAfterAKill(t *testing.T) {
	t.Parallel()
	o := open(t, plain)
	o.households(8)
	o.Home("U-1", "worn=10")
	want := open(t, plain)
	want.households(8)
	want.Home("U-1", "worn=10")
	next := stricter(t, "2")
	want.mustActivate(next, Wish{})

	record := read(t, next).record()
	record.Seed = eiletest.Seed
	switched, err := makeEdition(record)
	if err != nil {
		t.Fatal(err)
	}
	if err := o.book.switchTo(t.Context(), o.Stamp(""), switched, o.Today); err != nil || !o.unsettled() {
		t.Fatalf("%v", err)
	}
	book := opened(o.World)
	if err := book.Settle(t.Context()); err != nil || o.unsettled() {
		t.Fatalf("%v", err)
	}
	before := o.Bytes()
	if err := book.Settle(t.Context()); err != nil || o.Bytes() != before {
		t.Errorf("settled again: %v", err)
	}
	status := func(o *office) (all []string) {
		for _, application := range eiletest.All(o.World, store.Applications) {
			all = append(all, application.GetReference()+application.GetStatus().String()+application.GetPolicy().GetVersion())
		}
		for _, unit := range eiletest.All(o.World, store.Units) {
			all = append(all, unit.GetReference()+unit.GetCondition().GetState().String())
		}
		return all
	}
	if o.places() != want.places() || !slices.Equal(status(o), status(want)) {
		t.Errorf("%s%q\nwant\n%s%q", o.places(), status(o), want.places(), status(want))
	}
}
