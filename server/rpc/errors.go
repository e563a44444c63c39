package rpc

import (
	"context"
	"errors"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/protoadapt"

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

const errorDomain = "eile"

// conflict is a request that another one has overtaken or that collides with
// what is there.
type conflict struct {
	code    codes.Code
	refusal casework.Refusal
}

func (c conflict) Error() string { return c.refusal.Error() }

// AlreadyRegistered refuses to register a thing twice.
func AlreadyRegistered(noun, id string) error {
	return conflict{codes.AlreadyExists, casework.Refusal{
		What: recordOf(noun, id), Reasons: []*eilev1.Reason{words.Reason("ALREADY_REGISTERED")},
	}}
}

// ChangedMeanwhile says that something was changed since the caller read it.
func ChangedMeanwhile(reason *eilev1.Reason) error {
	return conflict{codes.Aborted, casework.Refusal{Reasons: []*eilev1.Reason{reason}}}
}

// recordOf names a record.
func recordOf(noun, id string) words.Phrase {
	return words.Say("what.record", words.Term("noun", noun), words.Text("id", id))
}

// saying is an error that is only a sentence.
type saying struct {
	code   codes.Code
	phrase words.Phrase
}

func (s saying) Error() string { return s.GRPCStatus().Message() }

// GRPCStatus lets a caller that has no language read it.
func (s saying) GRPCStatus() *status.Status { return s.in(words.Default) }

func (s saying) in(lang string) *status.Status {
	return status.New(s.code, told.Write(lang, s.phrase))
}

// sentinels are the errors that are known by identity. What is wrapped around one of
// the store names the record: it is told in English, as it is.
var sentinels = []struct {
	err    error
	code   codes.Code
	reason *eilev1.Reason
	wraps  bool
}{
	{rulebook.ErrNoPolicy, codes.FailedPrecondition, words.Then(words.Reason("NO_POLICY"), words.Next("ACTIVATE_POLICY")), false},
	{store.ErrNotFound, codes.NotFound, words.Reason("NOT_FOUND"), true},
	{store.ErrImporting, codes.Aborted, words.Reason("IMPORTING"), true},
	{store.ErrStaging, codes.Unavailable, words.Reason("POLICY_CHANGE"), true},
	{kv.ErrNoSpace, codes.ResourceExhausted, words.Reason("NO_SPACE"), false},
	{kv.ErrReadOnly, codes.Unavailable, words.Reason("READ_ONLY"), false},
	{kv.ErrUncertain, codes.Internal, words.Reason("DISK_FAILED"), false},
	{kv.ErrTooManyOps, codes.InvalidArgument, words.Reason("TOO_LARGE"), false},
	{kv.ErrTxTooLarge, codes.InvalidArgument, words.Reason("TOO_LARGE"), false},
}

// foreseen is the code of an error that a service may answer, and what it says.
func foreseen(err error) (codes.Code, casework.Refusal, bool) {
	var refusal casework.Refusal
	var clash conflict
	var overtaken casework.Overtaken
	var missing told.Missing
	var record store.Missing
	var reused store.ErrRequestReused
	switch {
	case errors.As(err, &overtaken):
		return codes.Aborted, overtaken.Refusal, true
	case errors.As(err, &refusal):
		return codes.FailedPrecondition, refusal, true
	case errors.As(err, &clash):
		return clash.code, clash.refusal, true
	case errors.As(err, &missing):
		return codes.NotFound, casework.Refusal{What: missing.What, Reasons: []*eilev1.Reason{missing.Why}}, true
	case errors.As(err, &record):
		return codes.NotFound, casework.Refusal{What: recordOf(record.Noun, record.ID), Reasons: []*eilev1.Reason{words.Reason("NOT_FOUND")}}, true
	case errors.As(err, &reused):
		why := words.Reason("REQUEST_ID_REUSED", words.Text("request", reused.RequestID))
		return codes.InvalidArgument, casework.Refusal{Reasons: []*eilev1.Reason{why}}, true
	}
	for _, known := range sentinels {
		if !errors.Is(err, known.err) {
			continue
		}
		reason := proto.CloneOf(known.reason)
		if known.wraps {
			told.Tell(reason, nil)
			reason.Texts[0].Text = err.Error() // the default language stands first
		}
		return known.code, casework.Refusal{Reasons: []*eilev1.Reason{reason}}, true
	}
	return 0, refusal, false
}

// statusOf turns an error into what the caller is told, in a language. It is the
// only place where an error of the store, the policy or casework meets a gRPC
// code. An error that nobody foresaw is told as internal, without its text.
func statusOf(lang string, err error) *status.Status {
	var faults form.Faults
	if errors.As(err, &faults) {
		return badRequest(lang, faults)
	}
	var violation policy.Violation
	if errors.As(err, &violation) {
		return badRequest(lang, form.Faults{{Field: violation.Field, Reason: violation.Reason}})
	}
	if code, refusal, ok := foreseen(err); ok {
		return refused(code, refusal.In(lang))
	}
	var plain saying
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return saying{codes.DeadlineExceeded, words.Say("status.out_of_time")}.in(lang)
	case errors.Is(err, context.Canceled):
		return saying{codes.Canceled, words.Say("status.cancelled")}.in(lang)
	case errors.As(err, &plain):
		return plain.in(lang)
	}
	if foreign, ok := status.FromError(err); ok {
		return foreign
	}
	return refused(codes.Internal, casework.Refusal{Reasons: []*eilev1.Reason{words.Reason("INTERNAL")}}.In(lang))
}

// refused lists every reason.
func refused(code codes.Code, refusal *eilev1.Refusal) *status.Status {
	details := []protoadapt.MessageV1{protoadapt.MessageV1Of(refusal)}
	if code == codes.FailedPrecondition {
		failure := &errdetails.PreconditionFailure{}
		for _, reason := range refusal.GetReasons() {
			failure.Violations = append(failure.Violations, &errdetails.PreconditionFailure_Violation{
				Type: reason.GetCode(), Subject: refusal.GetWhat(), Description: reason.GetDetail(),
			})
		}
		details = append(details, failure)
	}
	return detailed(code, casework.Line(refusal), refusal.GetReasons()[0].GetCode(), details...)
}

func badRequest(lang string, faults form.Faults) *status.Status {
	bad := &errdetails.BadRequest{}
	for _, fault := range faults {
		bad.FieldViolations = append(bad.FieldViolations, &errdetails.BadRequest_FieldViolation{
			Field: fault.Field, Description: fault.In(lang), Reason: fault.Reason.GetCode(),
		})
	}
	return detailed(codes.InvalidArgument, faults.In(lang), "INVALID", bad)
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

// heard is an error as the caller hears of it, with its cause for the log.
type heard struct {
	status *status.Status
	cause  error
}

// tell puts an error into the language of the call.
func tell(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	return heard{statusOf(Language(ctx), err), err}
}

// Text is what a caller hears of an error that an answer tells of.
func Text(ctx context.Context, err error) string { return statusOf(Language(ctx), err).Message() }

func (h heard) Error() string { return h.status.Err().Error() }

func (h heard) GRPCStatus() *status.Status { return h.status }
