package client

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/protoadapt"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

func refusal(t *testing.T, code codes.Code, message string, details ...protoadapt.MessageV1) error {
	t.Helper()
	answer, err := status.New(code, message).WithDetails(details...)
	if err != nil {
		t.Fatal(err)
	}
	return answer.Err()
}

// What can be done stands after the sentence that calls for it: after a colon, or
// in brackets where the sentence has one. What this program does not know is left out.
func TestExplainSaysWhatToDo(t *testing.T) {
	for _, tc := range []struct{ says, next, want string }{
		{"nobody proposed it", "PROPOSE", "show U: nobody proposed it: do PROPOSE (FAILED_PRECONDITION)"},
		{"it is FIT: reject it", "REJECT", "show U: it is FIT: reject it (do REJECT) (FAILED_PRECONDITION)"},
		{"it is FIT", "OF_A_NEWER_SERVER", "show U: it is FIT (FAILED_PRECONDITION)"},
	} {
		refusal := &eilev1.Refusal{What: "show U", Reasons: []*eilev1.Reason{{Code: "C", Detail: tc.says, Next: []*eilev1.NextStep{{Code: tc.next}}}}}
		answer, err := status.New(codes.FailedPrecondition, "show U: "+tc.says).WithDetails(refusal)
		if err != nil {
			t.Fatal(err)
		}
		got := Explain(answer.Err(), func(step *eilev1.NextStep) string {
			if step.GetCode() == "OF_A_NEWER_SERVER" {
				return ""
			}
			return "do " + step.GetCode()
		})
		if got != tc.want {
			t.Errorf("%q, want %q", got, tc.want)
		}
		if got := Explain(answer.Err(), nil); strings.Contains(got, "do ") {
			t.Errorf("%q", got)
		}
	}
}

func TestExplain(t *testing.T) {
	fields := &errdetails.BadRequest{FieldViolations: []*errdetails.BadRequest_FieldViolation{
		{Field: "application.reference", Description: "must not be empty"},
		{Field: "application.list", Description: "no such list"},
	}}
	stands := &errdetails.PreconditionFailure{Violations: []*errdetails.PreconditionFailure_Violation{
		{Type: "UNIT_FLAGGED", Subject: "U-1", Description: "worn 70 %"},
		{Type: "OPEN_OFFER", Subject: "A-7"},
	}}
	for _, tc := range []struct {
		name string
		err  error
		want string
	}{
		{"message", status.Error(codes.AlreadyExists, "application A-7: already registered"), "application A-7: already registered (ALREADY_EXISTS)"},
		{"reason", refusal(t, codes.AlreadyExists, "application A-7: already registered", &errdetails.ErrorInfo{Reason: "REFERENCE_TAKEN"}), "application A-7: already registered (ALREADY_EXISTS, REFERENCE_TAKEN)"},
		{"reason that is the code", refusal(t, codes.NotFound, "gone", &errdetails.ErrorInfo{Reason: "NOT_FOUND"}), "gone (NOT_FOUND)"},
		{"fields", refusal(t, codes.InvalidArgument, "bad application", fields), "bad application: application.reference: must not be empty; application.list: no such list (INVALID_ARGUMENT)"},
		{"fields that the message holds", refusal(t, codes.InvalidArgument, "application.reference: must not be empty", fields), "application.reference: must not be empty: application.list: no such list (INVALID_ARGUMENT)"},
		{"preconditions", refusal(t, codes.FailedPrecondition, "no offer", stands), "no offer: U-1: UNIT_FLAGGED: worn 70 %; A-7: OPEN_OFFER (FAILED_PRECONDITION)"},
		{"preconditions that the message holds", refusal(t, codes.FailedPrecondition, "no offer: worn 70 %", stands), "no offer: worn 70 %: A-7: OPEN_OFFER (FAILED_PRECONDITION, UNIT_FLAGGED)"},
		{"several lines", status.Error(codes.Internal, "a\n\tb\x1b[31m"), "a; b [31m (INTERNAL)"},
		{"wrapped", fmt.Errorf("run R-1: %w", status.Error(codes.NotFound, "no such run")), "run R-1: no such run (NOT_FOUND)"},
		{"not a server's", errors.New("open x.csv:\nno such file"), "open x.csv:; no such file"},
		{
			"no server", status.Error(codes.Unavailable, `connection error: desc = "transport: Error while dialing: dial tcp 127.0.0.1:1: connect: connection refused"`),
			"cannot reach the server: dial tcp 127.0.0.1:1: connect: connection refused (UNAVAILABLE)",
		},
		{"going down", status.Error(codes.Unavailable, "going down"), "going down (UNAVAILABLE)"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := Explain(tc.err, nil); got != tc.want {
				t.Errorf("got  %s\nwant %s", got, tc.want)
			}
		})
	}
}
