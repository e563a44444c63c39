package rpc

import (
	"context"
	"sync"

	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	said "github.com/eile-housing/eile/policy/words"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/words"
)

// languageHeader says in which languages a caller reads, in the form of HTTP.
const languageHeader = "accept-language"

// Language is the one in which a caller is answered.
func Language(ctx context.Context) string {
	accepts := metadata.ValueFromIncomingContext(ctx, languageHeader)
	if len(accepts) == 0 {
		return said.Default
	}
	return words.Match(accepts[0])
}

// shows puts the reasons of answers into words, for whom no handler does it. An
// answer belongs to its call: a handler that keeps one hands out a copy.
type shows struct {
	policies said.Policies
	routes   *routes
}

func (s shows) unary(ctx context.Context, req any, _ *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
	answer, err := handler(ctx, req)
	if err == nil {
		s.show(ctx, answer)
	}
	return answer, err
}

func (s shows) stream(srv any, stream grpc.ServerStream, _ *grpc.StreamServerInfo, handler grpc.StreamHandler) error {
	return handler(srv, shown{stream, s})
}

// shown is a stream whose answers are shown.
type shown struct {
	grpc.ServerStream
	shows shows
}

func (s shown) SendMsg(answer any) error {
	s.shows.show(s.Context(), answer)
	return s.ServerStream.SendMsg(answer)
}

func (s shows) show(ctx context.Context, answer any) {
	message, ok := answer.(proto.Message)
	if !ok || message == nil {
		return
	}
	reflected := message.ProtoReflect()
	route := s.routes.of(reflected.Descriptor())
	if route == nil || !reflected.IsValid() {
		return
	}
	lang := Language(ctx)
	route.each(reflected, func(reason *eilev1.Reason) { words.Show(lang, reason, s.policies) })
}

// routes are the ways to the reasons of each kind of message, found once.
type routes struct {
	mu    sync.Mutex
	known sync.Map // of protoreflect.MessageDescriptor to *route; nil: there is no way
}

// route is the fields of a message in which a reason may lie.
type route struct {
	isReason bool
	steps    []step
}

type step struct {
	field protoreflect.FieldDescriptor
	to    *route
}

func (r *routes) of(kind protoreflect.MessageDescriptor) *route {
	if known, ok := r.known.Load(kind); ok {
		return known.(*route)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	found := explore(kind, map[protoreflect.MessageDescriptor]*route{})
	r.known.Store(kind, found)
	return found
}

var reasonKind = (*eilev1.Reason)(nil).ProtoReflect().Descriptor()

// explore finds the ways of a message; nil: there is none. The reasons behind a
// reason are part of its sentence.
func explore(kind protoreflect.MessageDescriptor, seen map[protoreflect.MessageDescriptor]*route) *route {
	if kind == reasonKind {
		return &route{isReason: true}
	}
	if known, ok := seen[kind]; ok {
		return known
	}
	found := &route{}
	seen[kind] = found
	for i := range kind.Fields().Len() {
		field := kind.Fields().Get(i)
		inner := field.Message()
		if field.IsMap() {
			inner = field.MapValue().Message()
		}
		if inner == nil {
			continue
		}
		if to := explore(inner, seen); to != nil {
			found.steps = append(found.steps, step{field, to})
		}
	}
	if len(found.steps) == 0 {
		seen[kind] = nil
	}
	return seen[kind]
}

// each hands on every reason of a message.
func (r *route) each(message protoreflect.Message, show func(*eilev1.Reason)) {
	if r.isReason {
		if reason, ok := message.Interface().(*eilev1.Reason); ok {
			show(reason)
		}
		return
	}
	for _, step := range r.steps {
		if !message.Has(step.field) {
			continue
		}
		value := message.Get(step.field)
		switch {
		case step.field.IsList():
			for i := range value.List().Len() {
				step.to.each(value.List().Get(i).Message(), show)
			}
		case step.field.IsMap():
			value.Map().Range(func(_ protoreflect.MapKey, value protoreflect.Value) bool {
				step.to.each(value.Message(), show)
				return true
			})
		default:
			step.to.each(value.Message(), show)
		}
	}
}
