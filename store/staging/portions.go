package staging

import (
	"iter"
	"slices"

	"google.golang.org/protobuf/proto"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store/kv"
	"github.com/eile-housing/eile/store/layout"
)

// portionBytes bounds the placements of one transaction, well below what it may
// hold.
const portionBytes = kv.MaxTxBytes / 2

// Portions cuts placements by count and by bytes.
func Portions(placements []*eilev1.Placement, count int) iter.Seq[[]*eilev1.Placement] {
	return func(yield func([]*eilev1.Placement) bool) {
		start, size := 0, 0
		for i, placement := range placements {
			weight := proto.Size(placement) + 2*len(placement.GetReference())
			if i > start && (i-start == count || size+weight > portionBytes) {
				if !yield(placements[start:i]) {
					return
				}
				start, size = i, 0
			}
			size += weight
		}
		if start < len(placements) {
			yield(placements[start:])
		}
	}
}

// Generations reads some keys of placements of all generations but one; none:
// there are no more.
func Generations(reader kv.Reader, kept uint32) (keys [][]byte, err error) {
	prefix := layout.PlacementKey(kept, "")
	spans := [][2][]byte{{[]byte(layout.Placement), prefix}, {kv.PrefixEnd(prefix), kv.PrefixEnd([]byte(layout.Placement))}}
	for _, span := range spans {
		for item, err := range reader.Scan(span[0], span[1]) {
			if err != nil {
				return nil, err
			}
			keys = append(keys, slices.Clone(item.Key))
			if len(keys) == lookKeys {
				return keys, nil
			}
		}
	}
	return keys, nil
}
