package e2e

import (
	"cmp"
	"context"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// nextTaipei is taipei-points in a version in which fewer points go first.
func nextTaipei(t *testing.T) string {
	t.Helper()
	text := shipped(t, "taipei-points")
	next := strings.Replace(text, "expr: total_points, direction: descending", "expr: total_points, direction: ascending", 1)
	next = next[:strings.Index(next, "\nexamples:")] + "\n"
	version := next[strings.Index(next, "\nversion:"):]
	version = version[:1+strings.Index(version[1:], "\n")]
	next = strings.Replace(next, version, "\nversion: next", 1)
	if next == text {
		t.Fatal("the shipped policy has another form")
	}
	return next
}

func shipped(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile("../policy/shipped/" + name + ".yaml")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestAnotherPolicyOnAFilledRegister(t *testing.T) {
	t.Parallel()
	s := ranked(t, 5, 2)
	run := s.night()
	s.do("offer", "accept", s.open("A-1").GetId())
	s.do("application", "withdraw", "A-5", "--reason", "x")
	next := file(t, "next.yaml", nextTaipei(t))
	seed := read(s, &eilev1.Policy{}, "policy", "get", "taipei-points").GetSeed()
	s.same("a dry run of a policy, and the policy that is in force", func() {
		effect := read(s, &eilev1.Policy{}, "policy", "activate", next, "--dry-run").GetEffect()
		// Of the outer two change places.
		if effect.GetApplications() != 5 || effect.GetUp() != 1 || effect.GetDown() != 1 || effect.GetLost() != 0 || effect.GetGained() != 0 {
			t.Errorf("the effect would be %v", effect)
		}
		if again := read(s, &eilev1.Policy{}, "policy", "activate", "taipei-points"); again.GetSeed() != seed || !again.GetActive() {
			t.Errorf("activated again: %v", again)
		}
	})
	activated := read(s, &eilev1.Policy{}, "policy", "activate", next)
	if !activated.GetActive() || activated.GetVersion() != "next" || activated.GetSeed() != seed {
		t.Errorf("activated: %v", activated)
	}
	if got := s.order(); !slices.Equal(got, []string{"A-4", "A-3", "A-2"}) {
		t.Errorf("under the next policy the order is %v", got)
	}
	s.is("A-1", "HOUSED")
	s.is("A-5", "WITHDRAWN")
	s.offered("A-2 U-2")
	s.same("the same policy again", func() { s.do("policy", "activate", next) })
	other := file(t, "other.yaml", nextTaipei(t)+"# another text\n")
	s.same("another text under the same version", func() {
		mustHold(t, s.refused("policy", "activate", other), "VERSION_REUSED")
		s.refused("policy", "activate", file(t, "bad.yaml", "name: bad\n"))
		s.refused("policy", "activate", "no-such-policy")
	})
	s.night("--on", on(run, 1))
	s.stop()
	s.again()
	if got := s.order(); !slices.Equal(got, []string{"A-4", "A-3", "A-2"}) {
		t.Errorf("after a restart the order is %v", got)
	}
	s.do("policy", "activate", "lt-vilnius")
	for _, reference := range []string{"A-2", "A-3", "A-4"} {
		application := s.application(reference)
		if application.GetRegisteredAt() != "2025-04-01" || application.GetStatus() != eilev1.ApplicationStatus_APPLICATION_STATUS_ON_HOLD {
			t.Errorf("under a policy that asks for other facts: %v", application)
		}
	}
	s.do("policy", "activate", "taipei-points")
	if got := s.order(); !slices.Equal(got, []string{"A-2", "A-3", "A-4"}) {
		t.Errorf("under the first policy again the order is %v", got)
	}
	reconciles(s)
}

// A night that was matched under one policy is never approved under another.
func TestAPolicyDoesNotChangeUnderARun(t *testing.T) {
	t.Parallel()
	s := city(t, household("A-1", "2017-03-01T10:00:00+02:00"))
	s.do("unit", "register", "U-1", "--area-sqm", "20", "--wear-percent", "5", "--amenities", fitted)
	run := s.night()
	s.same("a policy that needs no approval, while a run waits for one", func() {
		mustHold(t, s.refused("policy", "activate", "taipei-points"), run.GetId())
	})
	s.do("run", "cancel", run.GetId(), "--reason", "the papers were wrong")
	again := s.night()
	if again.GetId() == run.GetId() || again.GetState() != eilev1.RunState_RUN_STATE_MATCHED || again.GetMatched() != 1 {
		t.Errorf("after a run that was cancelled the day's run is %v", again)
	}
	s.do("run", "cancel", again.GetId(), "--reason", "the rules change")
	s.do("policy", "activate", "taipei-points")
	s.offered()
}

// A file that came in slowly was checked under rules that are no longer in force.
func TestAPolicyChangesWhileAFileComesIn(t *testing.T) {
	t.Parallel()
	s := ranked(t, 3, 0)
	c := s.dial()
	slow, upload := io.Pipe()
	go func() {
		_, err := io.WriteString(upload, "reference,registered_at,points,unit_type\nS-1,2025-01-01,7,1-bedroom\n")
		if err == nil {
			_, err = c.Policies.ActivatePolicy(context.WithoutCancel(t.Context()), &eilev1.ActivatePolicyRequest{Source: nextTaipei(t)})
		}
		_ = upload.CloseWithError(cmp.Or(err, io.EOF))
	}()
	var last error
	for _, err := range c.Import(t.Context(), &eilev1.ImportHeader{Kind: eilev1.ImportKind_IMPORT_KIND_APPLICATIONS}, slow) {
		last = err
	}
	if status.Code(last) != codes.Aborted {
		t.Errorf("the import ended with %v", last)
	}
	if got := s.order(); !slices.Equal(got, []string{"A-3", "A-2", "A-1"}) {
		t.Errorf("the order is %v", got)
	}
	reconciles(s)
}

// Whoever leaves in the middle of an activation leaves a service that works,
// under the one policy or the other.
func TestAnActivationSurvivesItsCaller(t *testing.T) {
	t.Parallel()
	s := ranked(t, 400, 0)
	c := s.dial()
	next := nextTaipei(t)
	for i := range 8 {
		ctx, cancel := context.WithTimeout(t.Context(), time.Duration(1+4*i)*time.Millisecond)
		req := &eilev1.ActivatePolicyRequest{Source: next}
		if i%2 == 1 {
			req = &eilev1.ActivatePolicyRequest{Name: "taipei-points"}
		}
		_, _ = c.Policies.ActivatePolicy(ctx, req)
		cancel()
	}
	s.do("policy", "activate", "taipei-points")
	s.do("application", "withdraw", "A-2", "--reason", "x")
	if got := s.order("--limit", "2"); !slices.Equal(got, []string{"A-1", "A-3"}) {
		t.Errorf("the order is %v", got)
	}
	reconciles(s)
}

// A policy whose first day is to come waits for the night of that day.
func TestAPolicyFromADayToCome(t *testing.T) {
	t.Parallel()
	s := ranked(t, 3, 0)
	run := s.night()
	between := func(version, from, until string) string {
		text := strings.Replace(nextTaipei(t), "version: next", "version: "+version, 1)
		start := strings.Index(text, "in_force:")
		end := start + strings.Index(text[start:], "\n")
		return file(t, version+".yaml", text[:start]+"in_force: {from: "+from+until+"}"+text[end:])
	}
	s.do("policy", "activate", between("until-tomorrow", "2020-01-01", ", until: "+on(run, 1)))
	coming := between("from-then-on", on(run, 2), "")
	s.do("policy", "activate", coming)
	s.same("a policy that waits already, and days that it covers", func() {
		s.do("policy", "activate", coming)
		mustHold(t, s.refused("run", "start", "--dry-run", "--on", on(run, 2)), "POLICY_CHANGES")
	})
	if before := s.night("--on", on(run, 1)); before.GetPolicy().GetVersion() != "until-tomorrow" {
		t.Errorf("the run before the day: %v", before)
	}
	if then := s.night("--on", on(run, 2)); then.GetPolicy().GetVersion() != "from-then-on" {
		t.Errorf("the run of the day: %v", then)
	}
	if got := s.order(); !slices.Equal(got, []string{"A-3", "A-2", "A-1"}) {
		t.Errorf("the order is %v", got)
	}
	s.stop()
	s.again()
	if place := s.position("A-1"); place.GetPolicy().GetVersion() != "from-then-on" || place.GetAsOf().AsTime().Before(time.Now().Add(24*time.Hour)) {
		t.Errorf("after a restart of a rehearsal: %v", place)
	}
	reconciles(s)
}
