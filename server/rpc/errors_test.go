package rpc

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/eile-housing/eile/policy"
	"github.com/eile-housing/eile/policy/words"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/server/form"
	"github.com/eile-housing/eile/server/rulebook"
	told "github.com/eile-housing/eile/server/words"
	"github.com/eile-housing/eile/store"
	"github.com/eile-housing/eile/store/kv"
)

// reasonOf is the reason by which a program knows an error.
func reasonOf(err error) string {
	for _, detail := range status.Convert(err).Details() {
		if info, ok := detail.(*errdetails.ErrorInfo); ok && info.GetDomain() == "eile" {
			return info.GetReason()
		}
	}
	return ""
}

func TestErrorsAreTold(t *testing.T) {
	t.Parallel()
	refusal := casework.Refusal{What: words.Say("what.serve_offer", words.Text("offer", "O")), Reasons: []*eilev1.Reason{words.Reason("NOT_OPEN", words.Term("status", "EXPIRED")), words.Reason("GIVEN_UP", words.Text("unit", "U"))}}
	for _, test := range []struct {
		err          error
		code         codes.Code
		reason, text string
	}{
		{fmt.Errorf("deep: %w", refusal), codes.FailedPrecondition, "NOT_OPEN", "serve offer O: it is EXPIRED; unit U is given up already"},
		{form.Wrong("on", words.Reason("IN_THE_FUTURE", words.Text("when", "2026-01-01"))), codes.InvalidArgument, "INVALID", "on: 2026-01-01 is in the future"},
		{fmt.Errorf("deep: %w", policy.Violation{Field: "how", Reason: words.Reason("UNKNOWN_CHANNEL", words.Text("given", "x"), words.Items("channels", "hand", "e_delivery"))}),
			codes.InvalidArgument, "INVALID", `how: the policy serves nothing by "x": use one of hand, e_delivery`},
		{AlreadyRegistered("unit", "U"), codes.AlreadyExists, "ALREADY_REGISTERED", "unit U: already registered"},
		{casework.Seen("unit", "U", "a", &eilev1.Unit{Etag: "b"}), codes.Aborted, "CHANGED_MEANWHILE", "unit U was changed meanwhile: read it again"},
		{rulebook.ErrNoPolicy, codes.FailedPrecondition, "NO_POLICY", "no policy is in force: activate one first"},
		{store.ErrRequestReused{RequestID: "r"}, codes.InvalidArgument, "REQUEST_ID_REUSED", store.ErrRequestReused{RequestID: "r"}.Error()},
		{store.Missing{Noun: "unit", ID: "U"}, codes.NotFound, "NOT_FOUND", "unit U: not found"},
		{told.NotFound(words.Say("what.place")), codes.NotFound, "NOT_FOUND", "place: not found"},
		{store.ErrImporting, codes.Aborted, "IMPORTING", store.ErrImporting.Error()},
		{fmt.Errorf("unit U: %w", store.ErrImporting), codes.Aborted, "IMPORTING", "unit U: " + store.ErrImporting.Error()},
		{store.ErrStaging, codes.Unavailable, "POLICY_CHANGE", store.ErrStaging.Error()},
		{kv.ErrNoSpace, codes.ResourceExhausted, "NO_SPACE", "the disk of the register is full: nothing was changed"},
		{kv.ErrReadOnly, codes.Unavailable, "READ_ONLY", "the register cannot be written: nothing was changed"},
		{kv.ErrUncertain, codes.Internal, "DISK_FAILED", "the disk of the register failed in the middle of a commit: the service must be started again"},
		{kv.ErrTooManyOps, codes.InvalidArgument, "TOO_LARGE", "the change is too large for one transaction: make it smaller"},
		{kv.ErrTxTooLarge, codes.InvalidArgument, "TOO_LARGE", "the change is too large for one transaction: make it smaller"},
		{fmt.Errorf("wait: %w", context.DeadlineExceeded), codes.DeadlineExceeded, "", "out of time: try again"},
		{context.Canceled, codes.Canceled, "", "cancelled"},
		{status.Error(codes.PermissionDenied, "no"), codes.PermissionDenied, "", "no"},
		{errors.New("/secret/path"), codes.Internal, "INTERNAL", "internal error: the service's log has the details"},
	} {
		got := tell(t.Context(), test.err)
		if told := status.Convert(got); told.Code() != test.code || told.Message() != test.text || reasonOf(got) != test.reason {
			t.Errorf("%v is told as %v for %s", test.err, told, reasonOf(got))
		}
	}
	if tell(t.Context(), nil) != nil {
		t.Error("nothing is told as an error")
	}
}

// A refusal names every reason, and what it is about.
func TestRefusalsNameEveryReason(t *testing.T) {
	t.Parallel()
	var got []string
	for _, detail := range status.Convert(tell(t.Context(), casework.Refusal{What: words.Say("what.place"), Reasons: []*eilev1.Reason{words.Reason("NOTHING_NAMED.more"), words.Reason("NO_REFERENCE")}})).Details() {
		if failure, ok := detail.(*errdetails.PreconditionFailure); ok {
			for _, v := range failure.GetViolations() {
				got = append(got, v.GetType()+" "+v.GetSubject()+" "+v.GetDescription())
			}
		}
	}
	if fmt.Sprint(got) != "[NOTHING_NAMED place name applications or homes NO_REFERENCE place a home needs a reference]" {
		t.Errorf("%q", got)
	}
}
