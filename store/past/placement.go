package past

import (
	"fmt"
	"slices"
	"time"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store/kv"
	"github.com/eile-housing/eile/store/layout"
)

// referenceField is the number of Placement.reference.
const referenceField protowire.Number = 1

// Placement reads what the history says of one application at the moment of an
// entry. What the entry says of others is passed over.
func Placement(reader kv.Reader, entry time.Time, reference string) (*eilev1.Placement, error) {
	start := layout.AppendTime([]byte(placements.prefix), entry)
	key := start
	var found *eilev1.Placement
	for item, err := range reader.Scan(start, kv.PrefixEnd(start)) {
		if err != nil {
			return nil, err
		}
		key = slices.Clone(item.Key)
		for record := range layout.Each(item.Value, changesField) {
			if layout.Text(record, referenceField) != reference {
				continue
			}
			found = new(eilev1.Placement)
			if err := proto.Unmarshal(record, found); err != nil {
				return nil, fmt.Errorf("%s at key %q: %w: %w", placements.noun, item.Key, kv.ErrCorrupt, err)
			}
		}
	}
	if found == nil {
		return nil, fmt.Errorf("%s at key %q: %w: it says nothing of application %s", placements.noun, key, kv.ErrCorrupt, reference)
	}
	return found, nil
}
