package night

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/eile-housing/eile/policy/day"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/server/casework/offer"
	"github.com/eile-housing/eile/store"
	"github.com/eile-housing/eile/store/kv"
	"github.com/eile-housing/eile/store/kv/memkv"
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
func (w *town) summary(run string) string {
	w.Helper()
	var lines []string
	for _, a := range all(w, store.Applications) {
		lines = append(lines, fmt.Sprintf("%s %v offer=%q counted=%d placed=%v next=%v", a.GetReference(), a.GetStatus(), a.GetOpenOffer(), a.GetCountedRefusals(), a.GetPlacedOn(), a.GetNextDue()))
	}
	for _, u := range all(w, store.Units) {
		lines = append(lines, fmt.Sprintf("%s %v %v offer=%q", u.GetReference(), u.GetStatus(), u.GetCondition().GetState(), u.GetOpenOffer()))
	}
	for _, o := range all(w, store.Offers) {
		lines = append(lines, fmt.Sprintf("%s %s %s %v", o.GetId(), o.GetApplication(), o.GetUnit(), o.GetStatus()))
	}
	r := read(w, store.Runs, run)
	var skips []*eilev1.Run_Skip
	if err := w.reg.View(w.ctx, func(v *store.View) (err error) { skips, err = Skips(v, run); return err }); err != nil {
		w.Fatal(err)
	}
	lines = append(lines, fmt.Sprintf("%s %v instance=%s outcome=%s vacancies=%d matched=%d created=%d expired=%d rechecked=%d flagged=%d unassessed=%d read=%d max=%d rounds=%d skipped=%v",
		r.GetId(), r.GetState(), r.GetInstanceSha256(), r.GetOutcomeSha256(), r.GetVacancies(), r.GetMatched(), r.GetOffersCreated(), r.GetExpired(),
		r.GetRechecked(), r.GetFlagged(), r.GetUnassessed(), r.GetRead(), r.GetMaxSize(), r.GetRounds(), skips))
	return strings.Join(lines, "\n")
}

// busyTown has something to do at each step of a night: offers that are overdue,
// applications that fall due, homes to assess, two rounds.
func busyTown(t *testing.T, approval string) *town {
	t.Helper()
	text := rulesOf("fill", "released", "rank", approval)
	w := newTown(t.Context(), t, text)
	for i := range 22 {
		w.household(fmt.Sprintf("A-%02d", i), 1+i%3, fmt.Sprintf("rooms=%d", 1+i%3), fmt.Sprintf("big=%t", i%5 == 0), []string{"until=2027-01-01", "until=2025-06-04"}[min(1, i%7/6)])
	}
	for i := range 20 {
		w.home(fmt.Sprintf("U-%02d", i), 1+i%3, "", []string{"", "", "big"}[i%3])
	}
	w.household("A-99", 3, "until=2025-06-04") // falls due
	for i := range 4 {
		made := w.manual(fmt.Sprintf("A-%02d", i), fmt.Sprintf("U-%02d", i))
		w.onOffer(made, func(c casework.Change, o *eilev1.Offer) error { return offer.Serve(c, o, w.today-day.Day(i+2)) })
	}
	// Homes are assessed again under another version of the policy.
	w.activate(strings.Replace(text, `version: "1"`, `version: "2"`, 1))
	w.today += 3
	return w
}

// complete runs the night of today to its end, with the approval that it needs.
func (w *town) complete() (*eilev1.Run, error) {
	run, err := w.run()
	if err != nil || run.GetState() != matched {
		return run, err
	}
	if err := w.night.Approve(w.ctx, w.stamp("run.approve"), run.GetId(), ruling()); err != nil {
		return nil, err
	}
	return w.night.Advance(w.ctx, run.GetId())
}

// A run killed at any of its commits and resumed by another process ends as one
// that nobody disturbed.
func TestKilledAnywhereARunEndsTheSame(t *testing.T) {
	for _, approval := range []string{"none", "required"} {
		t.Run(approval, func(t *testing.T) {
			base := busyTown(t, approval)
			defer base.db.Close()
			undisturbed := base.copied(memkv.Options{})
			defer undisturbed.db.Close()
			run, err := undisturbed.complete()
			if err != nil {
				t.Fatal(err)
			}
			if run.GetExpired() == 0 || run.GetRechecked() == 0 || run.GetRounds() != 2 || run.GetOffersCreated() < 8 || run.GetState() != committed {
				t.Fatalf("the town is not busy enough: %v", run)
			}
			want := undisturbed.summary(run.GetId())
			for _, after := range []bool{false, true} {
				step := 0
				for base.killed(t, step, after, run.GetId(), want) {
					step++
				}
				if step < 30 {
					t.Errorf("the run had %d commits only", step)
				}
			}
		})
	}
}

// killed tells whether the run was killed at a commit; resumed, it must end as
// wanted.
func (w *town) killed(t *testing.T, step int, after bool, run, want string) bool {
	t.Helper()
	before := w.copied(memkv.Options{})
	defer before.db.Close()
	process := &mortal{DB: before.db, left: step, after: after}
	dying := before.on(process)
	process.armed = true
	_, killed := dying.complete()
	if killed != nil && !errors.Is(killed, errKilled) {
		t.Fatalf("killed at commit %d: %v", step, killed)
	}
	resumed := dying.on(before.db)
	if _, err := resumed.complete(); err != nil {
		t.Fatalf("resumed after commit %d: %v", step, err)
	}
	if got := resumed.summary(run); got != want {
		t.Errorf("killed at commit %d (after it: %t) it ends as\n%s\nwant\n%s", step, after, differing(got, want), differing(want, got))
	}
	evident(t, resumed, read(resumed, store.Runs, run))
	resumed.sound()
	return killed != nil
}

// differing are the lines of one that the other does not have.
func differing(one, other string) string {
	have := strings.Split(other, "\n")
	return strings.Join(slices.DeleteFunc(strings.Split(one, "\n"), func(line string) bool { return slices.Contains(have, line) }), "\n")
}
