package client

import (
	"errors"
	"fmt"
	"testing"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

func TestOutcome(t *testing.T) {
	said, err := status.New(codes.Unavailable, "the register cannot be written").WithDetails(&errdetails.ErrorInfo{Reason: "READ_ONLY"})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		err                 error
		unreachable, denied bool
	}{
		{errors.New("no status"), false, false},
		{said.Err(), false, false},
		{status.Error(codes.NotFound, "connection error: none"), false, false},
		{status.Error(codes.DeadlineExceeded, "out of time"), false, false},
		{status.Error(codes.DeadlineExceeded, "context deadline exceeded while waiting for connections to become ready"), true, false},
		{status.Error(codes.Unavailable, "name resolver error: produced zero addresses"), true, false},
		{status.Error(codes.Unavailable, `connection error: desc = "transport: Error while dialing: dial tcp 127.0.0.1:1: connect: connection refused"`), true, false},
		{status.Error(codes.Unavailable, `connection error: desc = "transport: Error while dialing: dial tcp 127.0.0.1:1: connection reset by peer"`), true, false},
		{fmt.Errorf("run R-1: %w", status.Error(codes.PermissionDenied, "not for you")), false, true},
		{status.Error(codes.Unauthenticated, "who are you"), false, true},
		{status.Error(codes.Unavailable, `connection error: desc = "transport: authentication handshake failed: tls: failed to verify certificate"`), false, true},
		{status.Error(codes.Unavailable, `connection error: desc = "error reading server preface: remote error: tls: certificate required"`), false, true},
		{status.Error(codes.Unavailable, "write tcp 127.0.0.1:1->127.0.0.1:2: write: broken pipe"), false, true},
	} {
		if got := Unreachable(tt.err); got != tt.unreachable {
			t.Errorf("%v is unreachable: %t", tt.err, got)
		}
		if got := Denied(tt.err); got != tt.denied {
			t.Errorf("%v is denied: %t", tt.err, got)
		}
	}
}
