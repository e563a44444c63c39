package e2e

import (
	"strconv"
	"testing"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// A page of the service has 100 rows unless more are asked for.
func TestALongHistoryIsToldToItsEnd(t *testing.T) {
	t.Parallel()
	s := ranked(t, 1, 0)
	const changes = 120
	c := s.dial()
	for n := range changes {
		req := &eilev1.SuspendApplicationRequest{Reference: "A-1", Decision: &eilev1.ByDecision{Number: strconv.Itoa(n), Reason: "x"}}
		if _, err := c.Applications.SuspendApplication(t.Context(), req); err != nil {
			t.Fatal(err)
		}
		back := &eilev1.ReinstateApplicationRequest{Reference: "A-1", Decision: req.GetDecision()}
		if _, err := c.Applications.ReinstateApplication(t.Context(), back); err != nil {
			t.Fatal(err)
		}
	}
	whole := read(s, &eilev1.ListHistoryResponse{}, "application", "history", "A-1")
	rows := len(whole.GetEntries())
	if last := whole.GetEntries()[rows-1]; rows != 2*changes+1 || last.GetAction() != "application.reinstate" || last.GetStatusTo() != "WAITING" {
		t.Errorf("%d entries, the last of which is %v", rows, last)
	}
	if int(whole.GetTotalSize()) != rows || whole.GetTotalSizeIsMinimum() {
		t.Errorf("%d entries, and a total of %d", rows, whole.GetTotalSize())
	}
	some := read(s, &eilev1.ListHistoryResponse{}, "application", "history", "A-1", "--action", "application.suspend", "--limit", "7")
	if len(some.GetEntries()) != 7 || some.GetTotalSize() != changes {
		t.Errorf("%d suspensions of %d", len(some.GetEntries()), some.GetTotalSize())
	}
}
