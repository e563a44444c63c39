package rpc

import (
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/eile-housing/eile/server/casework"
)

// seeing is a request that says which state of a record its caller read.
type seeing interface{ GetEtag() string }

// Tag fills in the etag of a record that was read and that nothing is added to yet.
// What has none is left so.
func Tag(record any) error {
	tagged, ok := record.(casework.Tagged)
	if !ok || tagged.GetEtag() != "" {
		return nil
	}
	etag, err := casework.ETag(tagged)
	if err != nil {
		return err
	}
	message := tagged.ProtoReflect()
	message.Set(message.Descriptor().Fields().ByName("etag"), protoreflect.ValueOfString(etag))
	return nil
}

// seen refuses a request whose caller read another state of a record.
func seen(noun, id string, req, stored any) error {
	asked, sees := req.(seeing)
	tagged, has := stored.(casework.Tagged)
	if !sees || !has {
		return nil
	}
	return casework.Seen(noun, id, asked.GetEtag(), tagged)
}
