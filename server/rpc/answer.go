package rpc

import (
	"context"
	"strconv"

	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
)

// answer turns the error into what the caller is told, and says in the trailer
// what the list of this process knew when the call was answered.
func (r revisions) answer(ctx context.Context, req any, _ *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
	answer, err := handler(ctx, req)
	// It fails only where no call is under way.
	_ = grpc.SetTrailer(ctx, r.trailer(ctx, err))
	return answer, tell(ctx, err)
}

func (r revisions) answerStream(srv any, stream grpc.ServerStream, _ *grpc.StreamServerInfo, handler grpc.StreamHandler) error {
	err := handler(srv, stream)
	stream.SetTrailer(r.trailer(stream.Context(), err))
	return tell(stream.Context(), err)
}

// trailer names a call that failed: a name that is never the same again costs
// both sides more than a position does.
func (r revisions) trailer(ctx context.Context, err error) metadata.MD {
	trailer := metadata.MD{revisionHeader: {strconv.FormatUint(r.list.Revision(), 10)}}
	if err != nil {
		trailer[requestHeader] = []string{callOf(ctx).name()}
	}
	return trailer
}
