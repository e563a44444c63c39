package gateway

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"unicode/utf8"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// desk asks for one place at a time of each caller, and of few callers at once.
type desk struct {
	queue eilev1.QueueServiceClient
	free  chan struct{}
}

// errNoPlace: unknown reference, wrong code or a malformed one of either.
var errNoPlace = errors.New("no place")

// maxCode is the longest access code that the service reads, in bytes.
const maxCode = 128

var (
	wellFormed = regexp.MustCompile(`^[A-Za-z0-9._-]{1,64}$`)
	// nobody stands in for a malformed reference: it goes with an empty code,
	// which is nobody's, so that even its owner is not found by it.
	nobody = "-"
)

// place asks the service, always: a question that cannot succeed costs and
// takes as much as one that only fails. Any error but errNoPlace is a fault.
func (d desk) place(ctx context.Context, reference, code string) (*eilev1.GetOwnPositionResponse, error) {
	select {
	case d.free <- struct{}{}:
		defer func() { <-d.free }()
	case <-ctx.Done():
		return nil, fmt.Errorf("all %d lookups are in use: %w", cap(d.free), ctx.Err())
	}
	if len(code) > maxCode || !utf8.ValidString(code) {
		code = ""
	}
	if !wellFormed.MatchString(reference) {
		reference, code = nobody, ""
	}
	place, err := d.queue.GetOwnPosition(ctx, &eilev1.GetOwnPositionRequest{Reference: reference, AccessCode: code})
	switch status.Code(err) {
	case codes.OK:
		if place.GetPosition() == nil {
			return nil, errors.New("the service answered without a position")
		}
		return place, nil
	case codes.NotFound, codes.InvalidArgument:
		return nil, errNoPlace
	default:
		return nil, err
	}
}
