package e2e

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// rounds of killing; each has a data directory of its own.
func rounds() int {
	switch {
	case long():
		return 100
	case slow:
		return 2
	}
	return 6
}

// copyOf copies a data directory that no service uses.
func copyOf(t *testing.T, data string) string {
	t.Helper()
	to := filepath.Join(t.TempDir(), "data")
	if err := os.CopyFS(to, os.DirFS(data)); err != nil {
		t.Fatal(err)
	}
	return to
}

// killed starts fn, kills the service after a time, and starts it again.
func (s *service) killed(after time.Duration, fn func()) {
	s.t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		fn()
	}()
	timer := time.NewTimer(after)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-done:
	}
	s.signal(syscall.SIGKILL)
	<-done
	s.sound()
	s.again()
}

// nightly is a register in which a night has much to do: offers to expire,
// homes to assess, places to fill.
func nightly(t *testing.T) (data, day string) {
	t.Helper()
	s := ranked(t, 300, 60)
	run := s.night()
	for i := range 20 {
		s.do("offer", "serve", s.open(fmt.Sprintf("A-%d", 2*i+1)).GetId(), "--on", on(run, 0))
	}
	for i := range 10 {
		s.do("offer", "refuse", s.open(fmt.Sprintf("A-%d", 2*i+2)).GetId(), "--reason", "location")
	}
	s.stop()
	return s.data, on(run, 20)
}

// ending is what a night leaves behind, without the moments.
func (s *service) ending() []string {
	s.t.Helper()
	bare := func(message proto.Message) string {
		strip(message)
		return message.ProtoReflect().Interface().(fmt.Stringer).String()
	}
	var all []string
	c, ctx := s.dial(), s.t.Context()
	for offer, err := range c.AllOffers(ctx, &eilev1.ListOffersRequest{}) {
		if err != nil {
			s.t.Fatal(err)
		}
		all = append(all, bare(offer))
	}
	for application, err := range c.AllApplications(ctx, &eilev1.ListApplicationsRequest{}) {
		if err != nil {
			s.t.Fatal(err)
		}
		all = append(all, bare(application))
	}
	for unit, err := range c.AllUnits(ctx, &eilev1.ListUnitsRequest{}) {
		if err != nil {
			s.t.Fatal(err)
		}
		all = append(all, bare(unit))
	}
	for run, err := range c.AllRuns(ctx, &eilev1.ListRunsRequest{}) {
		if err != nil {
			s.t.Fatal(err)
		}
		all = append(all, bare(run))
	}
	return all
}

// strip takes out what is different each time: moments, revisions and etags.
func strip(message proto.Message) {
	switch m := message.(type) {
	case *eilev1.Offer:
		m.CreatedAt, m.CreateTime, m.UpdateTime, m.ClosedAt, m.Etag = nil, nil, nil, nil, ""
	case *eilev1.Application:
		m.ReceivedAt, m.CreateTime, m.UpdateTime, m.Etag = nil, nil, nil, ""
	case *eilev1.Unit:
		m.CreateTime, m.UpdateTime, m.Etag = nil, nil, ""
	case *eilev1.Run:
		m.CreateTime, m.UpdateTime, m.Etag = nil, nil, ""
		m.StartedAt, m.MatchedAt, m.FinishedAt, m.Revision, m.Decision = nil, nil, nil, 0, nil
	}
}

// A night that is killed anywhere ends as one that was not: the same offers, the
// same evidence, the same figures.
func TestAKilledNightEndsTheSame(t *testing.T) {
	t.Parallel()
	data, day := nightly(t)
	twin := serveOn(t, copyOf(t, data))
	began := time.Now()
	want := twin.night("--on", day)
	took := time.Since(began)
	ending := twin.ending()
	if want.GetExpired() != 20 || want.GetOffersCreated() < 20 {
		t.Fatalf("the night has too little to do: %v", want)
	}
	twin.stop()
	seed := uint64(time.Now().UnixNano())
	draw := rand.New(rand.NewPCG(seed, 1))
	for round := range rounds() {
		after := time.Duration(draw.Int64N(int64(took) + int64(took)/4))
		t.Run(fmt.Sprintf("%d after %v of %v, seed %d", round, after, took, seed), func(t *testing.T) {
			s := serveOn(t, copyOf(t, data))
			s.killed(after, func() { s.eile("--as", "batch", "run", "start", "--on", day) })
			got := s.night("--on", day)
			if got.GetState() != eilev1.RunState_RUN_STATE_COMMITTED {
				t.Errorf("the run is %v", got)
			}
			if !slices.Equal(s.ending(), ending) {
				differ(t, s.ending(), ending)
			}
			verified(s, got)
			reconciles(s)
		})
	}
}

func differ(t *testing.T, got, want []string) {
	t.Helper()
	for i := range min(len(got), len(want)) {
		if got[i] != want[i] {
			t.Errorf("the killed night ends with\n%s\nthe other with\n%s", got[i], want[i])
			return
		}
	}
	t.Errorf("the killed night ends with %d records, the other with %d", len(got), len(want))
}

// An import that is killed anywhere is there whole or not at all, and can be
// made again.
func TestAKilledImportIsAllOrNothing(t *testing.T) {
	t.Parallel()
	many := 4000
	if slow {
		many = 1000
	}
	s := ranked(t, 5, 0)
	s.stop()
	rows := [][]string{{"reference", "registered_at", "points", "unit_type", "given_name"}}
	for i := range many {
		rows = append(rows, []string{fmt.Sprintf("B-%d", i), "2025-04-01", strconv.Itoa(1 + i%700), "1-bedroom", "Ona"})
	}
	file := sheet(t, "many.csv", rows...)
	twin := serveOn(t, copyOf(t, s.data))
	began := time.Now()
	twin.do("import", "applications", file)
	took := time.Since(began)
	want := twin.order()
	twin.stop()
	seed := uint64(time.Now().UnixNano())
	draw := rand.New(rand.NewPCG(seed, 2))
	for round := range rounds() {
		after := time.Duration(draw.Int64N(int64(took) + int64(took)/8))
		t.Run(fmt.Sprintf("%d after %v of %v, seed %d", round, after, took, seed), func(t *testing.T) {
			s := serveOn(t, copyOf(t, s.data))
			acknowledged := answer{code: -1}
			s.killed(after, func() { acknowledged = s.eile("import", "applications", file) })
			n := len(s.order())
			if n != 5 && n != 5+many || acknowledged.code == 0 && n != 5+many {
				t.Errorf("%d wait, there were 5 and %d came; the import ended with %d", n, many, acknowledged.code)
			}
			s.do("import", "applications", file)
			if got := s.order(); !slices.Equal(got, want) {
				t.Errorf("imported again %d wait, want %d, or in another order", len(got), len(want))
			}
			reconciles(s)
		})
	}
}

// What was acknowledged one by one is there after a kill.
func TestAKillLosesNothingAcknowledged(t *testing.T) {
	t.Parallel()
	s := ranked(t, 1, 0)
	var acknowledged []string
	for round := range 3 {
		s.killed(150*time.Millisecond, func() {
			for i := range 10_000 {
				reference := fmt.Sprintf("K-%d-%d", round, i)
				said := s.eile("application", "register", reference, "--registered-at", "2025-01-01", "--attr", "points=3", "--attr", "unit_type=1-bedroom")
				if said.code != 0 {
					return
				}
				acknowledged = append(acknowledged, reference)
			}
		})
		there := s.order()
		for _, reference := range acknowledged {
			if !slices.Contains(there, reference) {
				t.Errorf("%s was acknowledged and is lost", reference)
			}
		}
	}
	reconciles(s)
}

// A change of policy that is killed anywhere leaves the one or the other in
// force, and every record says what that one says.
func TestAKilledActivationLeavesOnePolicy(t *testing.T) {
	t.Parallel()
	s := ranked(t, 300, 3)
	s.night()
	s.stop()
	next := file(t, "next.yaml", nextTaipei(t))
	twin := serveOn(t, copyOf(t, s.data))
	before, began := twin.order(), time.Now()
	twin.do("policy", "activate", next)
	took := time.Since(began)
	after := twin.order()
	twin.stop()
	seed := uint64(time.Now().UnixNano())
	draw := rand.New(rand.NewPCG(seed, 3))
	for round := range rounds() {
		moment := time.Duration(draw.Int64N(int64(took) + int64(took)/8))
		t.Run(fmt.Sprintf("%d after %v of %v, seed %d", round, moment, took, seed), func(t *testing.T) {
			s := serveOn(t, copyOf(t, s.data))
			s.killed(moment, func() { s.eile("policy", "activate", next) })
			got := s.order()
			version := s.position("A-1").GetPolicy().GetVersion()
			if want := map[bool][]string{true: after, false: before}[version == "next"]; !slices.Equal(got, want) {
				t.Errorf("under version %s the order is another one", version)
			}
			for application, err := range s.dial().AllApplications(t.Context(), &eilev1.ListApplicationsRequest{}) {
				if err != nil {
					t.Fatal(err)
				}
				if application.GetPolicy().GetVersion() != version {
					t.Fatalf("%s is of version %s, in force is %s", application.GetReference(), application.GetPolicy().GetVersion(), version)
				}
			}
			s.do("policy", "activate", next)
			if !slices.Equal(s.order(), after) {
				t.Error("activated again, the order is another one")
			}
			reconciles(s)
		})
	}
}

// Inspections that are imported flag their homes, killed or not.
func TestAKilledImportOfInspectionsFlagsAllOrNone(t *testing.T) {
	t.Parallel()
	const homes = 300
	s := city(t)
	units := [][]string{{"reference", "wear_percent", "amenities"}}
	inspections := [][]string{{"unit", "inspected_on", "hazards"}}
	for i := range homes {
		units = append(units, []string{fmt.Sprintf("U-%d", i), "5", fitted})
		inspections = append(inspections, []string{fmt.Sprintf("U-%d", i), "2024-01-01", "hygiene"})
	}
	s.do("import", "units", sheet(t, "units.csv", units...))
	s.stop()
	file := sheet(t, "inspections.csv", inspections...)
	draw := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 4))
	for range min(rounds(), 20) {
		moment := time.Duration(draw.Int64N(int64(120 * time.Millisecond)))
		t.Run(moment.String(), func(t *testing.T) {
			s := serveOn(t, copyOf(t, s.data))
			s.killed(moment, func() { s.eile("import", "inspections", file) })
			flagged := len(read(s, &eilev1.ListUnitsResponse{}, "flag", "list").GetUnits())
			if flagged != 0 && flagged != homes {
				t.Errorf("%d of %d homes are flagged", flagged, homes)
			}
			s.do("import", "inspections", file)
			if n := len(read(s, &eilev1.ListUnitsResponse{}, "flag", "list").GetUnits()); n != homes {
				t.Errorf("imported again %d homes are flagged", n)
			}
			reconciles(s)
		})
	}
}
