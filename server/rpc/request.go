package rpc

import (
	"crypto/sha256"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// A Mutation is a request that changes the register.
type Mutation interface {
	proto.Message
	GetRequestId() string
}

// requestSum is the SHA-256 of what is asked, without the id.
func requestSum(req Mutation) ([]byte, error) {
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
