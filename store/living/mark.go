package living

import (
	"encoding/binary"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store/waitlist"
)

// The order key in the index carries, between the legal order and the
// reference, what a night must know of a household without reading its record:
// the number of its pattern, and whether it has an open offer. The reference
// stands before these bytes too, so that they never decide: where the legal
// order leaves two equal, the reference does.
const markLen = 5

// Mark is what the index knows of a household beside its place.
type Mark struct {
	// Pattern numbers the digest of what suitability reads: households of one
	// pattern are alike for every home.
	Pattern uint32
	// OpenOffer tells that no offer may be made.
	OpenOffer bool
}

// MarkOf reads the mark back from a key of the index.
func MarkOf(key string) Mark {
	end := len(key) - len(waitlist.Reference(key)) - 1
	mark := key[end-markLen : end]
	pattern := uint32(mark[1])<<24 | uint32(mark[2])<<16 | uint32(mark[3])<<8 | uint32(mark[4])
	return Mark{Pattern: pattern, OpenOffer: mark[0] == 1}
}

// IndexKey makes the key under which a placement stands in the index. Its order
// is that of the order key, then of the reference.
func IndexKey(placement *eilev1.Placement, pattern uint32) string {
	reference := placement.GetReference()
	key := make([]byte, 0, len(placement.GetOrderKey())+1+len(reference)+markLen+1+len(reference))
	key = append(key, placement.GetOrderKey()...)
	key = append(key, 0)
	key = append(key, reference...)
	open := byte(0)
	if placement.GetOpenOffer() {
		open = 1
	}
	key = append(key, open)
	key = binary.BigEndian.AppendUint32(key, pattern)
	key = append(key, 0)
	return string(append(key, reference...))
}

// placeOf is a key of the index without its mark.
func placeOf(key string) string {
	return key[:len(key)-len(waitlist.Reference(key))-1-markLen]
}
