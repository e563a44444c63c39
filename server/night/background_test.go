package night_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"github.com/eile-housing/eile/internal/eiletest"
	"github.com/eile-housing/eile/internal/eiletest/nighttest"
	"github.com/eile-housing/eile/policy/day"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/server/night"
	"github.com/eile-housing/eile/store"
	"github.com/eile-housing/eile/store/kv"
)

// held is a store whose writes are held after some, or fail, as a test wants.
type held struct {
	kv.DB
	allowed atomic.Int64 // writes that are let through
	waiting atomic.Int64
	release chan struct{}
	full    atomic.Bool
	blind   atomic.Bool // it cannot be read
}

var (
	errFull  = errors.New("the disk is full")
	errBlind = errors.New("the disk cannot be read")
)

func (h *held) Update(ctx context.Context, fn func(kv.Tx) error) (kv.Revision, error) {
	if h.allowed.Add(-1) < 0 {
		h.waiting.Add(1)
		<-h.release
	}
	if h.full.Load() {
		return 0, errFull
	}
	return h.DB.Update(ctx, fn)
}

func (h *held) View(ctx context.Context, fn func(kv.Reader) error) error {
	if h.blind.Load() {
		return errBlind
	}
	return h.DB.View(ctx, fn)
}

// after holds all writes after some, until the store is let go.
func (h *held) after(writes int64) {
	h.release = make(chan struct{})
	h.allowed.Store(writes)
}

func (h *held) letGo() {
	h.allowed.Store(1 << 40)
	close(h.release)
}

// heldTown is a small town on a store that can be held.
func heldTown(t *testing.T, approval string) (*nighttest.Nights, *held) {
	t.Helper()
	base := small(t, town("choice", "", "rank", approval)).Copied()
	db := &held{DB: base.DB}
	db.allowed.Store(1 << 40)
	return base.On(db), db
}

// until waits for something that happens in the background.
func until(t *testing.T, what string, happened func() bool) {
	t.Helper()
	for begun := time.Now(); !happened(); time.Sleep(time.Millisecond) {
		if time.Since(begun) > 30*time.Second {
			t.Fatalf("%s did not happen", what)
		}
	}
}

// get returns a run with what keeps it from going on.
func get(t *testing.T, w *nighttest.Nights, id string) *eilev1.Run {
	t.Helper()
	run, err := w.Night.Get(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	if why := w.Night.Hindrance(run); why != nil {
		run.Failure = why.Error()
	}
	return run
}

// Who starts a run, or approves it, is answered at once; the run goes on, and
// what it is can be asked for meanwhile.
func TestARunGoesOnInTheBackground(t *testing.T) {
	w, db := heldTown(t, "required")
	db.after(1) // that which begins the run
	caller, gone := context.WithCancel(t.Context())
	run, err := w.Night.Start(caller, w.Timer(), w.Today)
	gone()
	if err != nil || run.GetState() != preparing {
		t.Fatalf("started: %v, %v", run, err)
	}
	until(t, "the next write", func() bool { return db.waiting.Load() > 0 })
	if run = get(t, w, run.GetId()); run.GetState() != preparing || run.GetFailure() != "" {
		t.Errorf("while it is held: %v", run)
	}
	db.letGo()
	if run, err = w.Night.Wait(t.Context(), run.GetId()); err != nil || run.GetState() != matched || run.GetDecision() != nil {
		t.Fatalf("matched: %v, %v", run, err)
	}
	db.after(1)
	if err := w.Night.Approve(t.Context(), w.Stamp("run.approve"), run.GetId(), "", eiletest.By("D-1")); err != nil {
		t.Fatal(err)
	}
	if run = get(t, w, run.GetId()); run.GetState() != approved {
		t.Errorf("approved: %v", run)
	}
	db.letGo()
	until(t, "the commit", func() bool { return get(t, w, run.GetId()).GetState() == committed })
}

// Who asks how far an approved run is hears how many offers are made so far.
func TestOffersAreCountedWhileTheyAreMade(t *testing.T) {
	w, db := heldTown(t, "required")
	run := w.MustRun()
	db.after(2) // the approval, and one that makes offers
	if err := w.Night.Approve(t.Context(), w.Stamp("run.approve"), run.GetId(), "", eiletest.By("D-1")); err != nil {
		t.Fatal(err)
	}
	until(t, "the next write", func() bool { return db.waiting.Load() > 0 })
	until(t, "an offer", func() bool { return len(eiletest.All(w.World, store.Offers)) > 0 })
	made := len(eiletest.All(w.World, store.Offers))
	if run = get(t, w, run.GetId()); run.GetState() != approved || int(run.GetOffersCreated()) != made {
		t.Errorf("%d offers are made, and the run tells %v", made, run)
	}
	db.letGo()
	until(t, "the commit", func() bool { return get(t, w, run.GetId()).GetState() == committed })
}

// However many start the night of a day at once, there is one run; and who asks
// again by the same request gets it, whatever became of it.
func TestOneRunForAllWhoStartIt(t *testing.T) {
	w, _ := heldTown(t, "required")
	request := w.Timer()
	request.RequestID, request.RequestSum = "11111111-1111-4111-8111-111111111111", []byte("sum")
	stamps := []store.Stamp{request}
	for range 7 {
		stamps = append(stamps, w.Timer())
	}
	ids := make([]string, len(stamps))
	var callers sync.WaitGroup
	for i, stamp := range stamps {
		callers.Go(func() {
			run, err := w.Night.Start(t.Context(), stamp, w.Today)
			if err != nil {
				t.Error(err)
			}
			ids[i] = run.GetId()
		})
	}
	callers.Wait()
	if len(slices.Compact(ids)) != 1 || len(eiletest.All(w.World, store.Runs)) != 1 {
		t.Errorf("they got the runs %q", ids)
	}
	if _, err := w.Night.Wait(t.Context(), ids[0]); err != nil {
		t.Fatal(err)
	}
	if err := w.Night.Cancel(t.Context(), w.Stamp("run.cancel"), ids[0], ""); err != nil {
		t.Fatal(err)
	}
	request.Now, request.ID = w.Now(), w.NewID()
	again, err := w.Night.Start(t.Context(), request, w.Today)
	if err != nil || again.GetId() != ids[0] || again.GetState() != cancelled || !strings.HasPrefix(again.GetFailure(), "cancelled: ") {
		t.Errorf("asked again: %v, %v", again, err)
	}
}

// What may pass keeps a run from going on, is told meanwhile, and is tried again
// until it has passed.
func TestWhatMayPassIsTriedAgain(t *testing.T) {
	w, db := heldTown(t, "none")
	db.after(1)
	run, err := w.Night.Start(t.Context(), w.Timer(), w.Today)
	if err != nil {
		t.Fatal(err)
	}
	db.full.Store(true)
	db.letGo()
	until(t, "the failure", func() bool { return get(t, w, run.GetId()).GetFailure() != "" })
	hindered := get(t, w, run.GetId())
	if want := "run 2025-06-02: " + errFull.Error(); hindered.GetState() != preparing || hindered.GetFailure() != want {
		t.Errorf("while the disk is full: %v, want the failure %q", hindered, want)
	}
	if stored := eiletest.Read(w.World, store.Runs, run.GetId()); stored.GetFailure() != "" {
		t.Errorf("what may pass is on record: %v", stored)
	}
	if _, err := w.Night.Wait(t.Context(), run.GetId()); !errors.Is(err, errFull) {
		t.Errorf("waiting for it: %v", err)
	}
	db.full.Store(false)
	until(t, "the commit", func() bool { return get(t, w, run.GetId()).GetState() == committed })
	if done := get(t, w, run.GetId()); done.GetFailure() != "" || done.GetOffersCreated() != 2 {
		t.Errorf("afterwards: %v", done)
	}
}

// A night that is closed waits for the step under way and leaves the rest to the
// next start, which resumes it.
func TestCloseWaitsForTheStepUnderWay(t *testing.T) {
	w, db := heldTown(t, "none")
	db.after(1)
	run, err := w.Night.Start(t.Context(), w.Timer(), w.Today)
	if err != nil {
		t.Fatal(err)
	}
	until(t, "the next write", func() bool { return db.waiting.Load() > 0 })
	var closed atomic.Bool
	var closing sync.WaitGroup
	closing.Go(func() {
		w.Night.Close()
		closed.Store(true)
	})
	time.Sleep(5 * time.Millisecond)
	if closed.Load() {
		t.Error("closed in the middle of a step")
	}
	db.letGo()
	closing.Wait()
	if stored := eiletest.Read(w.World, store.Runs, run.GetId()); stored.GetState() != matched {
		t.Errorf("the step was to match; the run is %v", stored)
	}
	if _, err := w.Night.Wait(t.Context(), run.GetId()); err == nil {
		t.Error("a night that is closed goes on")
	}
	if told := get(t, w, run.GetId()); !told.GetDecision().GetAutomatic() {
		t.Errorf("nobody must approve it, and it seems to wait: %v", told)
	}
	next := nighttest.Of(w.World)
	if err := next.Night.Resume(t.Context()); err != nil {
		t.Fatal(err)
	}
	if done := get(t, next, run.GetId()); done.GetState() != committed {
		t.Errorf("resumed: %v", done)
	}
	w.Night.Close() // twice is once
}

// A run that cannot be run any more fails for good, with the reason, and the next
// start goes on without it. What may pass does not let the service start.
func TestResumeOfWhatFails(t *testing.T) {
	text := town("choice", "", "rank", "none")
	w := small(t, text)
	w.Night.Close()
	run, err := w.Night.Start(t.Context(), w.Timer(), w.Today)
	if err != nil {
		t.Fatal(err)
	}
	copied := w.Copied()
	db := &held{DB: copied.DB}
	db.allowed.Store(1 << 40)
	full := copied.On(db)
	db.full.Store(true)
	if err := full.Night.Resume(t.Context()); !errors.Is(err, errFull) {
		t.Errorf("resumed on a full disk: %v", err)
	}
	w.Activate(eiletest.Version(text, "2") + "out_of_turn: {grounds: [{code: fire, title: {en: Fire}}], alternate: {out_of_turn: 1, ordinary: 2}}\n")
	w = nighttest.Of(w.World)
	if err := w.Night.Resume(t.Context()); err != nil {
		t.Fatal(err)
	}
	if gone := get(t, w, run.GetId()); gone.GetState() != failed || !strings.Contains(gone.GetFailure(), "alternates") || gone.GetFinishedAt() == nil {
		t.Errorf("failed: %v", gone)
	}
	if id, _, err := w.Night.Unfinished(t.Context()); id != "" || err != nil {
		t.Errorf("run %q waits: %v", id, err)
	}
	if err := w.Night.Resume(t.Context()); err != nil {
		t.Errorf("nothing to resume: %v", err)
	}
}

// What keeps a run from going on is not told of one that rests.
func TestNothingKeepsARunThatRests(t *testing.T) {
	w, db := heldTown(t, "none")
	run := w.MustRun()
	db.blind.Store(true)
	if _, err := w.Night.Wait(t.Context(), run.GetId()); !errors.Is(err, errBlind) {
		t.Errorf("waiting for it: %v", err)
	}
	if why := w.Night.Hindrance(run); why != nil {
		t.Errorf("a run that is committed: %v", why)
	}
	db.blind.Store(false)
}

// broken is a rulebook that panics when it is first asked.
type broken struct {
	*eiletest.World
	asked atomic.Int64
}

func (b *broken) Rules(on day.Day) (casework.Rules, error) {
	if b.asked.Add(1) == 1 {
		panic("a rule nobody thought of")
	}
	return b.World.Rules(on)
}

// A panic in a run keeps that run from going on, not the service.
func TestAPanicIsThatOfTheRun(t *testing.T) {
	w, _ := heldTown(t, "none")
	w.Night.Close()
	run, err := w.Night.Start(t.Context(), w.Timer(), w.Today)
	if err != nil {
		t.Fatal(err)
	}
	next := night.New(w.Register, []byte("a key of the service"), &broken{World: w.World}, zerolog.Nop())
	defer next.Close()
	if _, err := next.Wait(t.Context(), run.GetId()); err == nil || !strings.Contains(err.Error(), "a rule nobody thought of") {
		t.Errorf("waiting for it: %v", err)
	}
	if run, err = next.Wait(t.Context(), run.GetId()); err != nil || run.GetState() != committed {
		t.Errorf("tried again: %v, %v", run, err)
	}
}
