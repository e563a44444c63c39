package casework

import (
	"google.golang.org/protobuf/proto"

	"github.com/eile-housing/eile/policy/words"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// A Tagged record tells by its etag whether it was changed.
type Tagged interface {
	proto.Message
	GetEtag() string
}

// Overtaken is a change of a record that is no longer as the caller read it.
type Overtaken struct{ Refusal }

// Seen refuses to change a record that is no longer as the caller read it. Who gives
// no etag changes it as it is.
func Seen(noun, id, given string, stored Tagged) error {
	if given == "" || given == stored.GetEtag() {
		return nil
	}
	return Overtaken{Refusal{Reasons: []*eilev1.Reason{words.Reason("CHANGED_MEANWHILE.record", words.Term("noun", noun), words.Text("id", id))}}}
}
