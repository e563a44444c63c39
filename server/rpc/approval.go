package rpc

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework/decision"
)

// approval is a call by which a second person does what another proposed.
type approval struct {
	req Mutation // that of the second person
	decision.Approval
}

type approvalKey struct{}

func approvalIn(ctx context.Context) *approval {
	a, _ := ctx.Value(approvalKey{}).(*approval)
	return a
}

// askedIn is what a call asks for.
func askedIn(ctx context.Context, req Mutation) decision.Asked {
	method, inside := ctx.Value(doorKey{}).(string)
	if !inside {
		method, _ = grpc.Method(ctx)
	}
	asked := decision.Asked{Method: method, Request: req, Kinds: kindsOf(method)}
	if approving := approvalIn(ctx); approving != nil {
		asked.Approves = &approving.Approval
	}
	return asked
}

// doorKey keeps the method that the service calls itself, within another call.
type doorKey struct{}

// Doors are the methods of our services, as the service itself calls them for a person who
// approves what another proposed.
type Doors map[string]func(ctx context.Context, request []byte) error

// Services registers services with a server of gRPC and opens their doors.
type Services struct {
	grpc.ServiceRegistrar
	Doors Doors
}

// RegisterService is that of a server of gRPC.
func (s Services) RegisterService(service *grpc.ServiceDesc, handler any) {
	s.ServiceRegistrar.RegisterService(service, handler)
	for _, method := range service.Methods {
		name := "/" + service.ServiceName + "/" + method.MethodName
		s.Doors[name] = func(ctx context.Context, request []byte) error {
			_, err := method.Handler(handler, context.WithValue(ctx, doorKey{}, name), func(into any) error {
				message, ok := into.(proto.Message)
				if !ok {
					return fmt.Errorf("the request of %s is no message", method.MethodName)
				}
				return proto.Unmarshal(request, message)
			}, nil)
			return err
		}
	}
}

// Call does what a request asks for, as the caller: one whose message is named after its method,
// and none but that method's.
func (d Doors) Call(ctx context.Context, req Mutation) error {
	request, err := proto.Marshal(req)
	if err != nil {
		return err
	}
	name := strings.TrimSuffix(string(req.ProtoReflect().Descriptor().Name()), "Request")
	for method, open := range d {
		if strings.HasSuffix(method, "/"+name) {
			return open(ctx, request)
		}
	}
	return fmt.Errorf("this program has no method %s", name)
}

// Approve does what was proposed as the second person asks for it.
func (d Doors) Approve(ctx context.Context, req Mutation, adds decision.Approval, proposal *eilev1.Proposal) error {
	open, ok := d[proposal.GetMethod()]
	if !ok {
		return fmt.Errorf("decision %s: this program has no method %s", adds.ID, proposal.GetMethod())
	}
	return open(context.WithValue(ctx, approvalKey{}, &approval{req, adds}), proposal.GetRequest())
}

// proposes answers a call that only proposed what it asked for with the decision that waits, in
// the field of the answer that is for it.
func proposes(ctx context.Context, req any, info *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
	answer, err := handler(ctx, req)
	var held decision.Proposed
	if !errors.As(err, &held) {
		return answer, err
	}
	message, ok := answer.(proto.Message)
	if !ok {
		return nil, fmt.Errorf("%s: %w", info.FullMethod, err)
	}
	told := message.ProtoReflect().New()
	field := told.Descriptor().Fields().ByName(proposalField)
	if field == nil {
		return nil, fmt.Errorf("%s: %w", info.FullMethod, err)
	}
	told.Set(field, protoreflect.ValueOfMessage(held.Decision.ProtoReflect()))
	return told.Interface(), nil
}

// proposalField is the field of an answer that says what the call proposed.
const proposalField = "proposal"
