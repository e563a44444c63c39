package rpc

import (
	"context"
	"fmt"
	"strconv"

	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"

	"github.com/eile-housing/eile/policy/words"
	"github.com/eile-housing/eile/server/form"
	"github.com/eile-housing/eile/store/living"
)

const (
	// revisionHeader tells in the trailer which revision the waiting list of this
	// process has applied.
	revisionHeader = "eile-revision"
	// minRevisionHeader asks for an answer that knows a revision.
	minRevisionHeader = "eile-min-revision"
)

// revisions are those of a register's list.
type revisions struct{ list *living.List }

// await waits until the list of this process has applied the revision that the
// caller asks for, at most as long as an ordinary call takes: one that never comes
// must not hold a stream, or the end of the service.
func (r revisions) await(ctx context.Context) error {
	given := metadata.ValueFromIncomingContext(ctx, minRevisionHeader)
	if len(given) == 0 {
		return nil
	}
	revision, err := strconv.ParseUint(given[0], 10, 64)
	if err != nil || len(given) > 1 {
		return form.Wrong(minRevisionHeader, words.Reason("NOT_A_REVISION", words.Text("given", fmt.Sprintf("%q", given)), words.Text("header", revisionHeader)))
	}
	ctx, cancel := context.WithTimeout(ctx, ordinary)
	defer cancel()
	return r.list.WaitFor(ctx, revision)
}

func (r revisions) wait(ctx context.Context, req any, info *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
	if ours(info.FullMethod) {
		if err := r.await(ctx); err != nil {
			return nil, err
		}
	}
	return handler(ctx, req)
}

func (r revisions) waitStream(srv any, stream grpc.ServerStream, info *grpc.StreamServerInfo, handler grpc.StreamHandler) error {
	if ours(info.FullMethod) {
		if err := r.await(stream.Context()); err != nil {
			return err
		}
	}
	return handler(srv, stream)
}
