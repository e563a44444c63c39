package client

import (
	"errors"
	"slices"
	"strings"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// Unreachable tells that an error is of a server which did not answer: nobody listens, the name is
// not known, or the connection did not come about in time. What a server itself says of being
// unavailable is its answer.
func Unreachable(err error) bool {
	answer, ok := statusOf(err)
	if !ok || Denied(err) {
		return false
	}
	switch answer.Code() {
	case codes.Unavailable:
		return !slices.ContainsFunc(answer.Details(), func(detail any) bool {
			_, said := detail.(*errdetails.ErrorInfo)
			return said
		})
	case codes.DeadlineExceeded:
		// The transport says so when the time is over before there is a connection.
		return strings.Contains(answer.Message(), "waiting for connections to become ready") || strings.Contains(answer.Message(), "connection error:")
	default:
		return false
	}
}

// Incomplete tells whether a decision was refused because the caller did not say what every
// decision must: its number, its reason.
func Incomplete(err error) bool {
	answer, ok := statusOf(err)
	return ok && slices.ContainsFunc(answer.Details(), func(detail any) bool {
		info, ok := detail.(*errdetails.ErrorInfo)
		return ok && info.GetReason() == "DECISION_INCOMPLETE"
	})
}

// Denied tells that an error is of a server which does not let the caller do this, or not in at
// all: either side refused the certificate of the other, or the server speaks TLS and the caller
// does not.
func Denied(err error) bool {
	answer, ok := statusOf(err)
	if !ok {
		return false
	}
	switch answer.Code() {
	case codes.PermissionDenied, codes.Unauthenticated:
		return true
	case codes.Unavailable:
		dialled := !strings.Contains(answer.Message(), "Error while dialing")
		return dialled && slices.ContainsFunc(handshakes, func(says string) bool { return strings.Contains(answer.Message(), says) })
	default:
		return false
	}
}

// handshakes are what the transport says when TLS did not come about; gRPC has no code for it. A
// server that closes each connection before it has said a word is one that waited for TLS and got
// plain text, or, under TLS 1.3, one that does not like the certificate: the client learns that
// after its own part of the handshake, in whatever it does next. Of a server that died the last of
// the retries says that it cannot be dialled.
var handshakes = []string{
	"authentication handshake failed", "remote error: tls:", "error reading server preface:", "write: broken pipe",
	"connection reset by peer",
}

// statusOf is the status in an error, whatever was wrapped around it.
func statusOf(err error) (*status.Status, bool) {
	var carrier interface{ GRPCStatus() *status.Status }
	if !errors.As(err, &carrier) {
		return nil, false
	}
	return carrier.GRPCStatus(), true
}
