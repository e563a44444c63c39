package e2e

import (
	"testing"
	"time"

	"github.com/eile-housing/eile/client"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// followed asks for a run until it rests.
func (s *service) followed(id string) *eilev1.Run {
	s.t.Helper()
	for begun := time.Now(); ; time.Sleep(20 * time.Millisecond) {
		run := read(s, &eilev1.Run{}, "run", "get", id)
		if !client.Moving(run) {
			return run
		}
		if time.Since(begun) > time.Minute {
			s.t.Fatalf("the run does not rest: %v", run)
		}
	}
}

// Nobody needs to wait for a run. One that was going on when the service was
// stopped goes on when it starts again.
func TestARunNeedsNobodyWhoWaits(t *testing.T) {
	t.Parallel()
	s := ranked(t, 40, 30)
	begun := read(s, &eilev1.Run{}, "--as", "batch", "run", "start", "--no-wait")
	if len(begun.GetMatches()) != 0 {
		t.Errorf("started: %v", begun)
	}
	s.stop()
	s.again()
	matched := s.followed(begun.GetId())
	if matched.GetState() == eilev1.RunState_RUN_STATE_MATCHED {
		s.do("run", "approve", begun.GetId(), "--decision", "1", "--no-wait")
		matched = s.followed(begun.GetId())
	}
	if matched.GetState() != eilev1.RunState_RUN_STATE_COMMITTED || matched.GetOffersCreated() != 30 || len(matched.GetMatches()) != 30 {
		t.Errorf("the run is %v", matched)
	}
	s.end()
}
