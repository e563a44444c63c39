package night_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/eile-housing/eile/internal/eiletest"
	"github.com/eile-housing/eile/internal/eiletest/nighttest"
	"github.com/eile-housing/eile/store"
	"github.com/eile-housing/eile/store/kv"
)

var errKilled = errors.New("killed")

// mortal is a store whose process is killed at one of its commits: before it, or
// after it and before anybody is told.
type mortal struct {
	kv.DB
	mu    sync.Mutex
	armed bool // opening the register is no part of the run
	left  int
	after bool
	dead  bool
}

func (m *mortal) Update(ctx context.Context, fn func(kv.Tx) error) (kv.Revision, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.dead {
		return 0, errKilled
	}
	if !m.armed {
		return m.DB.Update(ctx, fn)
	}
	before := m.Revision()
	if m.left == 0 && !m.after {
		m.dead = true
		return 0, errKilled
	}
	revision, err := m.DB.Update(ctx, fn)
	if err == nil && revision > before {
		if m.left == 0 {
			m.dead = true
			return 0, errKilled
		}
		m.left--
	}
	return revision, err
}

// summary is the register as far as two of the same history must agree: without
// ids and moments of changes.
func summary(w *nighttest.Nights, run string) string {
	w.Helper()
	var lines []string
	for _, a := range eiletest.All(w.World, store.Applications) {
		lines = append(lines, fmt.Sprintf("%s %v offer=%q counted=%d placed=%v next=%v", a.GetReference(), a.GetStatus(), a.GetOpenOffer(), a.GetCountedRefusals(), a.GetPlacedOn(), a.GetNextDue()))
	}
	for _, u := range eiletest.All(w.World, store.Units) {
		lines = append(lines, fmt.Sprintf("%s %v %v offer=%q", u.GetReference(), u.GetStatus(), u.GetCondition().GetState(), u.GetOpenOffer()))
	}
	for _, o := range eiletest.All(w.World, store.Offers) {
		lines = append(lines, fmt.Sprintf("%s %s %s %v", o.GetId(), o.GetApplication(), o.GetUnit(), o.GetStatus()))
	}
	r := eiletest.Read(w.World, store.Runs, run)
	lines = append(lines, fmt.Sprintf("%s %v instance=%s outcome=%s vacancies=%d matched=%d created=%d expired=%d rechecked=%d flagged=%d unassessed=%d read=%d max=%d rounds=%d skipped=%v",
		r.GetId(), r.GetState(), r.GetInstanceSha256(), r.GetOutcomeSha256(), r.GetVacancies(), r.GetMatched(), r.GetOffersCreated(), r.GetExpired(),
		r.GetRechecked(), r.GetFlagged(), r.GetUnassessed(), r.GetRead(), r.GetMaxSize(), r.GetRounds(), w.Skips(run)))
	return strings.Join(lines, "\n")
}

// busyTown has something to do at each step of a night: offers that are overdue,
// applications that fall due, homes to assess, two rounds.
func busyTown(t *testing.T, approval string) *nighttest.Nights {
	t.Helper()
	text := town("fill", "released", "rank", approval)
	w := nighttest.New(t, text)
	for i := range 22 {
		w.Household(fmt.Sprintf("A-%02d", i), fmt.Sprintf("points=%d", 1+i%3), fmt.Sprintf("rooms=%d", 1+i%3), fmt.Sprintf("big=%t", i%5 == 0), []string{"until=2027-01-01", "until=2025-06-04"}[min(1, i%7/6)])
	}
	for i := range 20 {
		w.Home(fmt.Sprintf("U-%02d", i), fmt.Sprintf("rooms=%d", 1+i%3), "earmark="+[]string{"", "", "big"}[i%3])
	}
	w.Household("A-99", "points=3", "until=2025-06-04") // falls due
	for i := range 4 {
		made := w.Manual(fmt.Sprintf("A-%02d", i), fmt.Sprintf("U-%02d", i))
		w.Serve(made, i+2)
	}
	// Homes are assessed again under another version of the policy.
	w.Activate(eiletest.Version(text, "2"))
	w.Today += 3
	return w
}

// A run killed at any of its commits and resumed by another process ends as one
// that nobody disturbed.
func TestKilledAnywhereARunEndsTheSame(t *testing.T) {
	for _, approval := range []string{"none", "required"} {
		t.Run(approval, func(t *testing.T) {
			base := busyTown(t, approval)
			undisturbed := base.Copied()
			run, err := undisturbed.Complete()
			if err != nil {
				t.Fatal(err)
			}
			if run.GetExpired() == 0 || run.GetRechecked() == 0 || run.GetRounds() != 2 || run.GetOffersCreated() < 8 || run.GetState() != committed {
				t.Fatalf("the town is not busy enough: %v", run)
			}
			want := summary(undisturbed, run.GetId())
			for _, after := range []bool{false, true} {
				step := 0
				for endsTheSame(t, base, step, after, run.GetId(), want) {
					step++
				}
				if step < 30 {
					t.Errorf("the run had %d commits only", step)
				}
			}
		})
	}
}

// endsTheSame tells whether the run was killed at a commit; resumed, it must end
// as wanted.
func endsTheSame(t *testing.T, w *nighttest.Nights, step int, after bool, run, want string) bool {
	t.Helper()
	before, killed := killedAt(w, step, after)
	resumed := before.On(before.DB)
	if _, err := resumed.Complete(); err != nil {
		t.Fatalf("resumed after commit %d: %v", step, err)
	}
	if got := summary(resumed, run); got != want {
		t.Errorf("killed at commit %d (after it: %t) it ends as\n%s\nwant\n%s", step, after, differing(got, want), differing(want, got))
	}
	resumed.Evident(eiletest.Read(resumed.World, store.Runs, run))
	resumed.Sound()
	resumed.Night.Close()
	before.End()
	return killed
}

// killedAt returns a copy of the world in which the night of today was killed at
// one of its commits, if it came to that one.
func killedAt(w *nighttest.Nights, step int, after bool) (left *nighttest.Nights, killed bool) {
	w.Helper()
	left = w.Copied()
	process := &mortal{DB: left.DB, left: step, after: after}
	dying := left.On(process)
	process.armed = true
	_, err := dying.Complete()
	dying.Night.Close()
	if err != nil && !errors.Is(err, errKilled) {
		w.Fatalf("killed at commit %d: %v", step, err)
	}
	return left, err != nil
}

// differing are the lines of one that the other does not have.
func differing(one, other string) string {
	have := strings.Split(other, "\n")
	return strings.Join(slices.DeleteFunc(strings.Split(one, "\n"), func(line string) bool { return slices.Contains(have, line) }), "\n")
}
