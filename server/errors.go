package server

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"buf.build/go/protovalidate"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/protoadapt"

	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/store"
	"github.com/eile-housing/eile/store/kv"
)

const errorDomain = "eile"

// invalid is a request that cannot be carried out as it is written: every
// fault, each with its field.
type invalid []fieldFault

type fieldFault struct{ Field, Fault string }

func (v invalid) Error() string {
	faults := make([]string, len(v))
	for i, fault := range v {
		faults[i] = fault.Field + ": " + fault.Fault
	}
	return strings.Join(faults, "; ")
}

// wrong makes an invalid for one field.
func wrong(field, format string, args ...any) error {
	return invalid{{field, fmt.Sprintf(format, args...)}}
}

// conflict is a request that another one has overtaken or that collides with
// what is there.
type conflict struct {
	code   codes.Code
	reason string
	text   string
}

func (c conflict) Error() string { return c.text }

func exists(what string) error {
	return conflict{codes.AlreadyExists, "ALREADY_REGISTERED", what + ": already registered"}
}

func changed(what string) error {
	return conflict{codes.Aborted, "CHANGED_MEANWHILE", what + " was changed meanwhile: read it again"}
}

var errNoPolicy = conflict{codes.FailedPrecondition, "NO_POLICY", "no policy is in force: activate one first (eile policy activate NAME)"}

// statusOf turns an error into what the caller is told. It is the only place
// where an error of the store, the policy or casework meets a gRPC code. An
// error that nobody foresaw is told as internal, without its text.
func statusOf(err error) *status.Status {
	var refusal casework.Refusal
	var fields invalid
	var clash conflict
	var reused store.ErrRequestReused
	var validation *protovalidate.ValidationError
	switch {
	case errors.As(err, &refusal):
		failure := &errdetails.PreconditionFailure{}
		for _, reason := range refusal.Reasons {
			failure.Violations = append(failure.Violations, &errdetails.PreconditionFailure_Violation{
				Type: reason.GetCode(), Subject: refusal.What, Description: reason.GetDetail(),
			})
		}
		return detailed(codes.FailedPrecondition, refusal.Error(), refusal.Reasons[0].GetCode(), failure)
	case errors.As(err, &fields):
		return badRequest(fields)
	case errors.As(err, &validation):
		return badRequest(violations(validation))
	case errors.As(err, &clash):
		return detailed(clash.code, err.Error(), clash.reason)
	case errors.As(err, &reused):
		return detailed(codes.InvalidArgument, err.Error(), "REQUEST_ID_REUSED")
	case errors.Is(err, store.ErrNotFound):
		return detailed(codes.NotFound, err.Error(), "NOT_FOUND")
	case errors.Is(err, store.ErrImporting):
		return detailed(codes.Aborted, err.Error(), "IMPORTING")
	case errors.Is(err, store.ErrStaging):
		return detailed(codes.Unavailable, err.Error(), "POLICY_CHANGE")
	case errors.Is(err, kv.ErrNoSpace):
		return detailed(codes.ResourceExhausted, "the disk of the register is full: nothing was changed", "NO_SPACE")
	case errors.Is(err, kv.ErrReadOnly):
		return detailed(codes.Unavailable, "the register cannot be written: nothing was changed", "READ_ONLY")
	case errors.Is(err, kv.ErrUncertain):
		return detailed(codes.Internal, "the disk of the register failed in the middle of a commit: the service must be started again", "DISK_FAILED")
	case errors.Is(err, kv.ErrTooManyOps), errors.Is(err, kv.ErrTxTooLarge):
		return detailed(codes.InvalidArgument, "the change is too large for one transaction: make it smaller", "TOO_LARGE")
	case errors.Is(err, context.DeadlineExceeded):
		return status.New(codes.DeadlineExceeded, "out of time: try again")
	case errors.Is(err, context.Canceled):
		return status.New(codes.Canceled, "cancelled")
	}
	if known, ok := status.FromError(err); ok {
		return known
	}
	return detailed(codes.Internal, "internal error: the service's log has the details", "INTERNAL")
}

func badRequest(fields invalid) *status.Status {
	bad := &errdetails.BadRequest{}
	for _, fault := range fields {
		bad.FieldViolations = append(bad.FieldViolations, &errdetails.BadRequest_FieldViolation{Field: fault.Field, Description: fault.Fault})
	}
	return detailed(codes.InvalidArgument, fields.Error(), "INVALID", bad)
}

// violations reads the faults that the rules in the proto found.
func violations(found *protovalidate.ValidationError) invalid {
	var faults invalid
	for _, violation := range found.Violations {
		faults = append(faults, fieldFault{protovalidate.FieldPathString(violation.Proto.GetField()), violation.Proto.GetMessage()})
	}
	return faults
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
