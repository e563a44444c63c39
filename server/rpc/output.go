package rpc

import (
	"context"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/eile-housing/eile/server/form"
)

// maskName is the field of a request that amends: there, a record comes back as its
// reader has it, and the handler compares.
const maskName protoreflect.Name = "update_mask"

// refuseOutputs refuses a request that sets what only the service sets, unless it
// amends a record: see Unchanged.
func refuseOutputs(ctx context.Context, req any, info *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
	message, ok := req.(proto.Message)
	if ok && ours(info.FullMethod) && message.ProtoReflect().Descriptor().Fields().ByName(maskName) == nil {
		if err := form.NoOutput(message); err != nil {
			return nil, err
		}
	}
	return handler(ctx, req)
}

// Unchanged refuses fields that only the service sets, in a record that is sent
// back to be amended, unless they are as the service shows this caller the record.
func Unchanged(ctx context.Context, field string, given, stored proto.Message) error {
	shown := proto.Clone(stored)
	Date(shown)
	if c := callOf(ctx); c != nil {
		c.of.shows.show(ctx, shown)
	}
	return form.SameOutput(field+".", given, shown)
}
