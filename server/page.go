package server

import (
	"crypto/sha256"
	"encoding/base64"
	"strings"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

const (
	defaultPage = 100
	maxPage     = 1000
	queryHash   = 8
)

// A paged request lists records page by page.
type paged interface {
	proto.Message
	GetPageSize() int32
	GetPageToken() string
}

// page reads how many records are asked for and where the page begins. A token
// is bound to its query: with another one it is refused.
func page(req paged) (size int, start string, err error) {
	size = int(req.GetPageSize())
	if size == 0 {
		size = defaultPage
	}
	size = min(size, maxPage)
	if req.GetPageToken() == "" {
		return size, "", nil
	}
	token, err := base64.RawURLEncoding.DecodeString(req.GetPageToken())
	if err != nil || len(token) < queryHash || string(token[:queryHash]) != hashQuery(req) {
		return 0, "", wrong("page_token", "it does not belong to this query: start again without it")
	}
	return size, string(token[queryHash:]), nil
}

// nextPage makes the token of the page that begins at start.
func nextPage(req paged, start string) string {
	return base64.RawURLEncoding.EncodeToString([]byte(hashQuery(req) + start))
}

// hashQuery is a digest of what is asked for, without size and token.
func hashQuery(req paged) string {
	bare := proto.Clone(req).ProtoReflect()
	fields := bare.Descriptor().Fields()
	for _, name := range []protoreflect.Name{"page_size", "page_token", "min_revision"} {
		if field := fields.ByName(name); field != nil {
			bare.Clear(field)
		}
	}
	text := strings.Builder{}
	text.WriteString(string(bare.Descriptor().FullName()))
	if bytes, err := (proto.MarshalOptions{Deterministic: true}).Marshal(bare.Interface()); err == nil {
		text.Write(bytes)
	}
	sum := sha256.Sum256([]byte(text.String()))
	return string(sum[:queryHash])
}
