package e2e

import (
	"encoding/csv"
	"encoding/json"
	"slices"
	"strings"
	"sync"
	"testing"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// keys of the JSON object that a command prints, at a path.
func (s *service) keys(path string, args ...string) []string {
	s.t.Helper()
	var value any
	if err := json.Unmarshal([]byte(s.do(append(args, "-o", "json")...)), &value); err != nil {
		s.t.Fatal(err)
	}
	for part := range strings.FieldsSeq(path) {
		switch inner := value.(type) {
		case map[string]any:
			value = inner[part]
		case []any:
			value = inner[0]
		}
	}
	object, ok := value.(map[string]any)
	if !ok {
		s.t.Fatalf("%v has no object at %q", args, path)
	}
	var keys []string
	for key := range object {
		keys = append(keys, key)
	}
	return keys
}

// The fields that scripts read are there, set or not, in each format.
func TestFieldsThatScriptsRead(t *testing.T) {
	t.Parallel()
	s := ranked(t, 2, 1)
	run := s.night().GetId()
	offer := s.open("A-1").GetId()
	for _, tc := range []struct{ args, path, fields, csv string }{
		{"position A-1", "", "reference list position waiting ahead ahead_out_of_turn as_of policy need_class position_in_need_class waiting_in_need_class housed_last_12_months status", "=fields"},
		{"queue", "positions 0", "reference list position waiting ahead status", "=fields"},
		{"application get A-1", "", "reference list status registered_at need attributes position eligibility reasons missing", "=fields"},
		{"application list", "applications 0", "reference list status registered_at need attributes position eligibility reasons missing", "=fields"},
		{"unit get U-1", "", "reference status condition", "reference status"},
		{"unit get U-1", "condition", "state reasons", ""},
		{"unit list", "units 0", "reference status condition", "reference status"},
		{"run get " + run, "", "id on state policy seed instance_sha256 outcome_sha256 vacancies matched offers_created expired flagged", "=fields"},
		{"run list", "runs 0", "id on state policy seed instance_sha256 outcome_sha256 vacancies matched offers_created expired flagged", "=fields"},
		{"offer get " + offer, "", "id application unit status respond_by run", "=fields"},
		{"offer list", "offers 0", "id application unit status respond_by run", "=fields"},
	} {
		args := strings.Fields(tc.args)
		has := s.keys(tc.path, args...)
		for _, field := range strings.Fields(tc.fields) {
			if !slices.Contains(has, field) {
				t.Errorf("eile %s -o json has no %s: %v", tc.args, field, has)
			}
		}
		rows, err := csv.NewReader(strings.NewReader(s.do(append(args, "-o", "csv")...))).ReadAll()
		if err != nil || len(rows) < 2 {
			t.Fatalf("eile %s -o csv: %q, %v", tc.args, rows, err)
		}
		if tc.csv == "=fields" {
			tc.csv = tc.fields
		}
		for _, field := range strings.Fields(tc.csv) {
			if !slices.Contains(rows[0], field) {
				t.Errorf("eile %s -o csv has no %s: %v", tc.args, field, rows[0])
			}
		}
		for _, printed := range []string{s.do(args...), strings.Join(rows[1], ",")} {
			for _, prefix := range []string{"APPLICATION_STATUS_", "UNIT_STATUS_", "CONDITION_STATE_", "RUN_STATE_", "OFFER_STATUS_"} {
				if strings.Contains(printed, prefix) {
					t.Errorf("eile %s prints %s: %s", tc.args, prefix, printed)
				}
			}
		}
	}
	mustHold(t, s.do("application", "get", "A-1", "-o", "json"), `"APPLICATION_STATUS_WAITING"`)
	mustHold(t, s.do("offer", "list", "--status", "open", "-o", "csv"), offer, ",OPEN,")
}

// Two at once for one home, and two homes at once for one household: one of them
// is made.
func TestOneOpenOfferForEachSide(t *testing.T) {
	t.Parallel()
	s := ranked(t, 8, 8)
	c := s.dial()
	race := func(pair func(i int) (application, unit string)) {
		var wg sync.WaitGroup
		made := make(chan string, 8)
		for i := range 8 {
			wg.Go(func() {
				application, unit := pair(i)
				offer, err := c.Offers.CreateOffer(t.Context(), &eilev1.CreateOfferRequest{
					Application: application, Unit: unit, Basis: "COURT", Decision: &eilev1.ByDecision{Number: "1"},
				})
				switch status.Code(err) {
				case codes.OK:
					made <- offer.GetId()
				case codes.FailedPrecondition:
				default:
					t.Error(err)
				}
			})
		}
		wg.Wait()
		close(made)
		var all []string
		for id := range made {
			all = append(all, id)
		}
		if len(all) != 1 {
			t.Fatalf("%d offers were made at once", len(all))
		}
		s.do("offer", "withdraw", all[0], "--reason", "test")
	}
	name := func(letter string, i int) string { return letter + string(rune('1'+i)) }
	race(func(i int) (string, string) { return name("A-", i), "U-1" })
	race(func(i int) (string, string) { return "A-1", name("U-", i) })
	s.offered()
	reconciles(s)
}

// A refusal over gRPC has a code, a reason for programs, and every fault with
// its field.
func TestRefusalsForPrograms(t *testing.T) {
	t.Parallel()
	s := ranked(t, 3, 1)
	c, ctx := s.dial(), t.Context()
	_, err := c.Applications.RegisterApplication(ctx, &eilev1.RegisterApplicationRequest{RequestId: "x", Application: &eilev1.Application{Reference: "no/good"}})
	refusal := status.Convert(err)
	var reason string
	var fields []string
	for _, detail := range refusal.Details() {
		switch detail := detail.(type) {
		case *errdetails.ErrorInfo:
			reason = detail.GetReason()
		case *errdetails.BadRequest:
			for _, violation := range detail.GetFieldViolations() {
				fields = append(fields, violation.GetField())
			}
		}
	}
	if refusal.Code() != codes.InvalidArgument || reason == "" || !slices.Contains(fields, "application.reference") || !slices.Contains(fields, "request_id") {
		t.Errorf("%v: %s, %v", err, reason, fields)
	}

	page, err := c.Applications.ListApplications(ctx, &eilev1.ListApplicationsRequest{PageSize: 2})
	if err != nil || len(page.GetApplications()) != 2 || page.GetNextPageToken() == "" {
		t.Fatalf("page: %v, %v", page, err)
	}
	rest, err := c.Applications.ListApplications(ctx, &eilev1.ListApplicationsRequest{PageSize: 1000, PageToken: page.GetNextPageToken()})
	if err != nil || len(rest.GetApplications()) != 1 || rest.GetNextPageToken() != "" {
		t.Errorf("next page: %v, %v", rest, err)
	}
	for _, token := range []string{page.GetNextPageToken(), "nonsense", "AAAAAAAAAAAAAAAA"} {
		_, err = c.Applications.ListApplications(ctx, &eilev1.ListApplicationsRequest{PageToken: token, List: "general"})
		if status.Code(err) != codes.InvalidArgument {
			t.Errorf("the token of another query: %v", err)
		}
	}

	seen := s.application("A-1")
	s.do("application", "amend", "A-1", "--attr", "points=901")
	_, err = c.Applications.WithdrawApplication(ctx, &eilev1.WithdrawApplicationRequest{Reference: "A-1", Etag: seen.GetEtag()})
	if status.Code(err) != codes.Aborted {
		t.Errorf("a record that was changed meanwhile: %v", err)
	}
	_, err = c.Queue.GetPosition(ctx, &eilev1.GetPositionRequest{})
	if status.Code(err) != codes.InvalidArgument {
		t.Errorf("no reference: %v", err)
	}
	revision := s.position("A-1").GetRevision()
	if place, err := c.Queue.GetPosition(ctx, &eilev1.GetPositionRequest{Reference: "A-1", MinRevision: revision}); err != nil || place.GetRevision() < revision {
		t.Errorf("at revision %d: %v, %v", revision, place, err)
	}
}
