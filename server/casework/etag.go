package casework

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"google.golang.org/protobuf/proto"

	"github.com/eile-housing/eile/policy/words"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// etagBytes is how many bytes of its digest tell two states of one record apart.
const etagBytes = 12

// A Tagged record tells by its etag whether it was changed.
type Tagged interface {
	proto.Message
	GetEtag() string
}

// ETag is that of a record as it is stored: the id of the change that wrote it, or
// a digest where the record keeps none.
func ETag(stored Tagged) (string, error) {
	if stored.GetEtag() != "" {
		return stored.GetEtag(), nil
	}
	bytes, err := proto.MarshalOptions{Deterministic: true}.Marshal(stored)
	if err != nil {
		return "", fmt.Errorf("etag: %w", err)
	}
	sum := sha256.Sum256(bytes)
	return hex.EncodeToString(sum[:etagBytes]), nil
}

// Overtaken is a change of a record that is no longer as the caller read it.
type Overtaken struct{ Refusal }

// Seen refuses to change a record that is no longer as the caller read it. Who gives
// no etag changes it as it is.
func Seen(noun, id, given string, stored Tagged) error {
	if given == "" {
		return nil
	}
	etag, err := ETag(stored)
	if err == nil && etag != given {
		err = Overtaken{Refusal{Reasons: []*eilev1.Reason{words.Reason("CHANGED_MEANWHILE.record", words.Term("noun", noun), words.Text("id", id))}}}
	}
	return err
}
