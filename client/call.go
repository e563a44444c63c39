package client

import (
	"context"

	"github.com/google/uuid"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// unbounded calls work through the whole list: only the caller knows how long that may take.
var unbounded = map[string]bool{
	eilev1.RunService_StartRun_FullMethodName:          true,
	eilev1.PolicyService_ActivatePolicy_FullMethodName: true,
	eilev1.LeaseService_AdviseRent_FullMethodName:      true,
	eilev1.PlanService_PlanDecommission_FullMethodName: true,
}

// withDeadline ends a call that brings no deadline after callTime.
func withDeadline(ctx context.Context, method string, req, reply any, cc *grpc.ClientConn, invoke grpc.UnaryInvoker, opts ...grpc.CallOption) error {
	if _, ok := ctx.Deadline(); ok || unbounded[method] {
		return invoke(ctx, method, req, reply, cc, opts...)
	}
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	return invoke(ctx, method, req, reply, cc, opts...)
}

// withRequestID gives every change that has no request_id the given one, or a new one.
func withRequestID(id string) grpc.UnaryClientInterceptor {
	return func(ctx context.Context, method string, req, reply any, cc *grpc.ClientConn, invoke grpc.UnaryInvoker, opts ...grpc.CallOption) error {
		return invoke(ctx, method, identify(req, id), reply, cc, opts...)
	}
}

// identify returns the message with a request_id. A message that has none is copied, so that a
// caller who sends the same one twice makes two changes.
func identify(req any, id string) any {
	message, ok := req.(proto.Message)
	if !ok {
		return req
	}
	field := message.ProtoReflect().Descriptor().Fields().ByName("request_id")
	if field == nil || message.ProtoReflect().Has(field) {
		return req
	}
	if id == "" {
		id = uuid.NewString()
	}
	message = proto.Clone(message)
	message.ProtoReflect().Set(field, protoreflect.ValueOfString(id))
	return message
}
