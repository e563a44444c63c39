package rpc

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"buf.build/gen/go/bufbuild/protovalidate/protocolbuffers/go/buf/validate"
	"buf.build/go/protovalidate"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/protoadapt"

	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/server/form"
	"github.com/eile-housing/eile/server/rulebook"
	"github.com/eile-housing/eile/store"
	"github.com/eile-housing/eile/store/kv"
)

const errorDomain = "eile"

// conflict is a request that another one has overtaken or that collides with
// what is there.
type conflict struct {
	code   codes.Code
	reason string
	text   string
}

func (c conflict) Error() string { return c.text }

// AlreadyRegistered refuses to register a thing twice.
func AlreadyRegistered(what string) error {
	return conflict{codes.AlreadyExists, "ALREADY_REGISTERED", what + ": already registered"}
}

// ChangedMeanwhile says that something was changed since the caller read it.
func ChangedMeanwhile(text string) error {
	return conflict{codes.Aborted, "CHANGED_MEANWHILE", text}
}

// MatchETag refuses to change a thing that is not as the caller read it. Who gives
// no etag changes it as it is.
func MatchETag(what, given, stored string) error {
	if given != "" && given != stored {
		return ChangedMeanwhile(what + " was changed meanwhile: read it again")
	}
	return nil
}

// NotFound says that a thing is not there.
func NotFound(what string) error { return fmt.Errorf("%s: %w", what, store.ErrNotFound) }

// sentinels are the errors that are known by identity. An empty text says that
// the error's own is told.
var sentinels = []struct {
	err    error
	code   codes.Code
	reason string
	text   string
}{
	{rulebook.ErrNoPolicy, codes.FailedPrecondition, "NO_POLICY", ""},
	{store.ErrNotFound, codes.NotFound, "NOT_FOUND", ""},
	{store.ErrImporting, codes.Aborted, "IMPORTING", ""},
	{store.ErrStaging, codes.Unavailable, "POLICY_CHANGE", ""},
	{kv.ErrNoSpace, codes.ResourceExhausted, "NO_SPACE", "the disk of the register is full: nothing was changed"},
	{kv.ErrReadOnly, codes.Unavailable, "READ_ONLY", "the register cannot be written: nothing was changed"},
	{kv.ErrUncertain, codes.Internal, "DISK_FAILED", "the disk of the register failed in the middle of a commit: the service must be started again"},
	{kv.ErrTooManyOps, codes.InvalidArgument, "TOO_LARGE", "the change is too large for one transaction: make it smaller"},
	{kv.ErrTxTooLarge, codes.InvalidArgument, "TOO_LARGE", "the change is too large for one transaction: make it smaller"},
}

// statusOf turns an error into what the caller is told. It is the only place
// where an error of the store, the policy or casework meets a gRPC code. An
// error that nobody foresaw is told as internal, without its text.
func statusOf(err error) *status.Status {
	var refusal casework.Refusal
	var faults form.Faults
	var clash conflict
	var reused store.ErrRequestReused
	switch {
	case errors.As(err, &refusal):
		return refused(refusal)
	case errors.As(err, &faults):
		return badRequest(faults)
	case errors.As(err, &clash):
		return detailed(clash.code, err.Error(), clash.reason)
	case errors.As(err, &reused):
		return detailed(codes.InvalidArgument, err.Error(), "REQUEST_ID_REUSED")
	}
	for _, known := range sentinels {
		if errors.Is(err, known.err) {
			return detailed(known.code, cmp.Or(known.text, err.Error()), known.reason)
		}
	}
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return status.New(codes.DeadlineExceeded, "out of time: try again")
	case errors.Is(err, context.Canceled):
		return status.New(codes.Canceled, "cancelled")
	}
	if told, ok := status.FromError(err); ok {
		return validated(told)
	}
	return detailed(codes.Internal, "internal error: the service's log has the details", "INTERNAL")
}

// refused lists every reason.
func refused(refusal casework.Refusal) *status.Status {
	failure := &errdetails.PreconditionFailure{}
	for _, reason := range refusal.Reasons {
		failure.Violations = append(failure.Violations, &errdetails.PreconditionFailure_Violation{
			Type: reason.GetCode(), Subject: refusal.What, Description: reason.GetDetail(),
		})
	}
	return detailed(codes.FailedPrecondition, refusal.Error(), refusal.Reasons[0].GetCode(), failure)
}

func badRequest(faults form.Faults) *status.Status {
	bad := &errdetails.BadRequest{}
	for _, fault := range faults {
		bad.FieldViolations = append(bad.FieldViolations, &errdetails.BadRequest_FieldViolation{Field: fault.Field, Description: fault.Text})
	}
	return detailed(codes.InvalidArgument, faults.Error(), "INVALID", bad)
}

// validated tells what broke the rules in the proto as any other faults of
// fields; every other status stays as it is.
func validated(told *status.Status) *status.Status {
	for _, detail := range told.Details() {
		found, ok := detail.(*validate.Violations)
		if !ok {
			continue
		}
		var faults form.Faults
		for _, violation := range found.GetViolations() {
			faults = append(faults, form.Fault{Field: protovalidate.FieldPathString(violation.GetField()), Text: violation.GetMessage()})
		}
		return badRequest(faults)
	}
	return told
}

func detailed(code codes.Code, text, reason string, details ...protoadapt.MessageV1) *status.Status {
	plain := status.New(code, text)
	all := append([]protoadapt.MessageV1{&errdetails.ErrorInfo{Reason: reason, Domain: errorDomain}}, details...)
	full, err := plain.WithDetails(all...)
	if err != nil {
		return plain
	}
	return full
}

// told is an error as the caller hears of it, with its cause for the log.
type told struct {
	status *status.Status
	cause  error
}

func tell(err error) error {
	if err == nil {
		return nil
	}
	return told{statusOf(err), err}
}

// Text is what a caller hears of an error that an answer tells of.
func Text(err error) string { return statusOf(err).Message() }

func (t told) Error() string { return t.status.Err().Error() }

func (t told) GRPCStatus() *status.Status { return t.status }
