package server

import (
	"context"
	"crypto/sha256"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/store"
)

// A mutation is a request that changes the register.
type mutation interface {
	proto.Message
	GetRequestId() string
}

// stamp says who asks for what. Reason must not hold personal data.
func (s *Server) stamp(ctx context.Context, req mutation, action, reason string) (store.Stamp, error) {
	stamp := store.Stamp{Now: s.Now(), ID: s.NewID(), Actor: actor(ctx), Action: action, Reason: reason}
	if req == nil || req.GetRequestId() == "" {
		return stamp, nil
	}
	sum, err := requestSum(req)
	stamp.RequestID, stamp.RequestSum = req.GetRequestId(), sum
	return stamp, err
}

// requestSum is the SHA-256 of what is asked, without the id.
func requestSum(req mutation) ([]byte, error) {
	bare := proto.Clone(req).ProtoReflect()
	bare.Clear(bare.Descriptor().Fields().ByName(protoreflect.Name("request_id")))
	hash := sha256.New()
	hash.Write([]byte(bare.Descriptor().FullName()))
	bytes, err := proto.MarshalOptions{Deterministic: true}.Marshal(bare.Interface())
	if err != nil {
		return nil, err
	}
	hash.Write(bytes)
	return hash.Sum(nil), nil
}

// change runs fn as one change of the register under the rules of the day. The
// result is what fn named, or what it named when the request came before.
func (s *Server) change(ctx context.Context, req mutation, action, reason string, fn func(casework.Change) error) (string, error) {
	stamp, err := s.stamp(ctx, req, action, reason)
	if err != nil {
		return "", err
	}
	rules, err := s.today()
	if err != nil {
		return "", err
	}
	_, result, err := casework.Update(ctx, s.register, stamp, rules, fn)
	return result, err
}
