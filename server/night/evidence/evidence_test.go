package evidence_test

import (
	"bytes"
	"compress/flate"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"go.uber.org/goleak"
	"google.golang.org/protobuf/proto"

	"github.com/eile-housing/eile/internal/eiletest"
	"github.com/eile-housing/eile/internal/eiletest/nighttest"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/server/night/evidence"
	"github.com/eile-housing/eile/store"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// town has three households, of 3, 2 and 1 points, and three homes that suit them
// all.
func town(t *testing.T, approval string) *nighttest.Nights {
	t.Helper()
	w := nighttest.New(t, eiletest.Town{Mode: "choice", Districts: "rank", Approval: approval}.Text())
	for i, district := range []string{"north", "south", "west"} {
		w.Household(fmt.Sprintf("A-%d", i+1), fmt.Sprintf("points=%d", 3-i))
		w.Home(fmt.Sprintf("U-%d", i+1), "district="+district)
	}
	return w
}

// keep puts a file in the place of one that was kept.
func keep(w *nighttest.Nights, run, name string, file []byte) {
	w.Helper()
	var packed bytes.Buffer
	to, _ := flate.NewWriter(&packed, flate.BestSpeed)
	to.Write(file)
	to.Close()
	w.Must("test", func(c casework.Change) error { return c.Tx.PutEvidence(run, name, 0, packed.Bytes(), true) })
}

// kept is a file as it was kept.
func kept(w *nighttest.Nights, run, name string) (file []byte) {
	w.Helper()
	w.View(func(v *store.View) error {
		piece, _, _, err := v.Evidence(run, name, 0)
		if err == nil {
			file, err = io.ReadAll(flate.NewReader(bytes.NewReader(piece)))
		}
		return err
	})
	return file
}

// Evidence that is not what the run recorded is told, not passed on as if it was.
func TestEvidenceThatWasChanged(t *testing.T) {
	w := town(t, "none")
	run := w.MustRun().GetId()
	instance, round := kept(w, run, "instance.json"), kept(w, run, "round")
	if !bytes.Equal(instance, w.Files(run)["instance.json"]) {
		t.Errorf("kept is\n%s\nsent is\n%s", instance, w.Files(run)["instance.json"])
	}
	record := new(eilev1.RunRound)
	if err := proto.Unmarshal(round, record); err != nil {
		t.Fatal(err)
	}
	changed := func(change func(*eilev1.RunRound)) []byte {
		other := proto.CloneOf(record)
		change(other)
		bytes, err := proto.Marshal(other)
		if err != nil {
			t.Fatal(err)
		}
		return bytes
	}
	send := func() error {
		return evidence.Send(w.Context(), w.Register, run, func(string, []byte) error { return nil })
	}
	for name, change := range map[string]func(){
		"the instance": func() {
			keep(w, run, "instance.json", []byte(strings.Replace(string(instance), `"count": 1`, `"count": 2`, 1)))
		},
		"no instance at all":      func() { keep(w, run, "instance.json", []byte("{}")) },
		"the seats":               func() { keep(w, run, "round", changed(func(r *eilev1.RunRound) { r.Seats[0].Class = 2 })) },
		"a seat that is not":      func() { keep(w, run, "round", changed(func(r *eilev1.RunRound) { r.Seats[0].Slot = 9 })) },
		"a pattern that is not":   func() { keep(w, run, "round", changed(func(r *eilev1.RunRound) { r.Pattern[0] = 9 })) },
		"the record":              func() { keep(w, run, "round", nil) },
		"a record that is broken": func() { keep(w, run, "round", []byte{0xff}) },
	} {
		change()
		if err := send(); err == nil || !strings.Contains(err.Error(), run) {
			t.Errorf("%s was changed: %v", name, err)
		}
		keep(w, run, "instance.json", instance)
		keep(w, run, "round", round)
	}
	if err := send(); err != nil {
		t.Errorf("as it was: %v", err)
	}
	gone := errors.New("the caller is gone")
	if err := evidence.Send(w.Context(), w.Register, run, func(string, []byte) error { return gone }); !errors.Is(err, gone) {
		t.Errorf("to a caller who is gone: %v", err)
	}
}

// A run that has not matched has no evidence, whatever a killed one left.
func TestNoEvidenceBeforeTheMatch(t *testing.T) {
	w := town(t, "none")
	w.Night.Close()
	run, err := w.Night.Start(w.Context(), w.Stamp("run.start"), w.Today)
	if err != nil {
		t.Fatal(err)
	}
	left, err := proto.Marshal(&eilev1.RunMatches{Matches: []*eilev1.Run_Match{{}}})
	if err != nil {
		t.Fatal(err)
	}
	keep(w, run.GetId(), "matches", left)
	if err := evidence.Send(w.Context(), w.Register, run.GetId(), func(string, []byte) error { return nil }); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("a run that has not matched has evidence: %v", err)
	}
	if matches, err := evidence.Matches(w.Context(), w.Register, run.GetId()); err != nil || len(matches) != 0 {
		t.Errorf("a run that has not matched has matches: %v, %v", matches, err)
	}
	if _, err := evidence.Matches(w.Context(), w.Register, "none"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("a run that is not: %v", err)
	}
}

// Outcomes are the matches in legal order from any number on, each with what
// became of it.
func TestOutcomes(t *testing.T) {
	w := town(t, "required")
	run := w.MustRun().GetId()
	all := func(from int) (told []string) {
		matches := w.Matches(run)
		w.View(func(v *store.View) error {
			for entry, err := range evidence.Outcomes(v, run, matches, from) {
				if err != nil {
					return err
				}
				if want := fmt.Sprintf("%08d", from+len(told)); entry.ID != want {
					t.Errorf("number %s, want %s", entry.ID, want)
				}
				match := entry.Record
				told = append(told, strings.TrimSpace(fmt.Sprintf("%s %s %s%s", match.GetApplication(), match.GetUnit(), match.GetOffer(), match.GetSkipped().GetCode())))
			}
			return nil
		})
		return told
	}
	if got, want := all(0), []string{"A-1 U-1", "A-2 U-2", "A-3 U-3"}; !slices.Equal(got, want) {
		t.Errorf("before the approval: %q, want %q", got, want)
	}
	w.Withdraw("A-2")
	if _, err := w.Complete(); err != nil {
		t.Fatal(err)
	}
	want := []string{"A-1 U-1 2025-06-02-00001", "A-2 U-2 NOT_WAITING", "A-3 U-3 2025-06-02-00003"}
	for from := range 5 {
		if got := all(from); !slices.Equal(got, want[min(from, 3):]) {
			t.Errorf("from %d on: %q, want %q", from, got, want)
		}
	}
	for _, match := range w.Matches(run) {
		if match.GetApplication() != "A-2" {
			eiletest.Read(w.World, store.Offers, evidence.Offer(run, slices.Index([]string{"A-1", "A-2", "A-3"}, match.GetApplication())))
		}
	}
	if skips := w.Skips(run); len(skips) != 1 || skips[0].GetApplication() != "A-2" || skips[0].GetUnit() != "U-2" || skips[0].GetReason().GetCode() != "NOT_WAITING" {
		t.Errorf("skipped %v", skips)
	}
}
