package past

import (
	"fmt"
	"iter"
	"time"

	"google.golang.org/protobuf/encoding/protowire"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store/kv"
	"github.com/eile-housing/eile/store/layout"
)

// The numbers of AuditEntry.changes and of their keys.
const (
	auditChangesField protowire.Number = 7
	changedKeyField   protowire.Number = 1
)

// Offers yields each offer once that was written after one moment, up to and
// including another: as it is now, in the order in which they were first written.
// It costs time in proportion to the audit between the two.
func Offers(reader kv.Reader, after, until time.Time) iter.Seq2[*eilev1.Offer, error] {
	return func(yield func(*eilev1.Offer, error) bool) {
		seen := map[string]bool{}
		for key, err := range written(reader, after, until) {
			if err != nil {
				yield(nil, err)
				return
			}
			if !layout.Begins([]byte(key), layout.Offer) || seen[key] {
				continue
			}
			seen[key] = true
			offer, err := offerAt(reader, key)
			if !yield(offer, err) || err != nil {
				return
			}
		}
	}
}

// written yields the keys that the audit says were written.
func written(reader kv.Reader, after, until time.Time) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		start := layout.AppendTime([]byte(layout.Audit), after.Add(time.Microsecond))
		for item, err := range reader.Scan(start, layout.AppendTime([]byte(layout.Audit), until.Add(time.Microsecond))) {
			if err != nil {
				yield("", err)
				return
			}
			for change := range layout.Each(item.Value, auditChangesField) {
				if !yield(layout.Text(change, changedKeyField), nil) {
					return
				}
			}
		}
	}
}

func offerAt(reader kv.Reader, key string) (*eilev1.Offer, error) {
	item, ok, err := reader.Get([]byte(key))
	if err == nil && !ok {
		err = fmt.Errorf("offer at key %q is missing: %w", key, kv.ErrCorrupt)
	}
	if err != nil {
		return nil, err
	}
	return layout.Decode[eilev1.Offer]("offer", item)
}
