package layout

import (
	"fmt"
	"iter"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"

	"github.com/eile-housing/eile/store/kv"
)

// Message is a pointer to a generated message struct.
type Message[T any] interface {
	*T
	proto.Message
}

// Encode is deterministic, so that digests of equal records are equal.
func Encode(record proto.Message) ([]byte, error) {
	return proto.MarshalOptions{Deterministic: true}.Marshal(record)
}

// Decode reads a stored record; the message owns its memory. The error wraps
// kv.ErrCorrupt.
func Decode[T any, M Message[T]](noun string, item kv.Item) (M, error) {
	record := M(new(T))
	if err := proto.Unmarshal(item.Value, record); err != nil {
		return nil, fmt.Errorf("%s at key %q: %w: %w", noun, item.Key, kv.ErrCorrupt, err)
	}
	return record, nil
}

// Text reads one field of a stored record without the rest of it; empty: it is
// not set.
func Text(record []byte, field protowire.Number) string {
	for len(record) > 0 {
		number, kind, n := protowire.ConsumeTag(record)
		if n < 0 {
			return ""
		}
		record = record[n:]
		if number == field && kind == protowire.BytesType {
			text, _ := protowire.ConsumeString(record)
			return text
		}
		n = protowire.ConsumeFieldValue(number, kind, record)
		if n < 0 {
			return ""
		}
		record = record[n:]
	}
	return ""
}

// Each yields the records that stand in one field of a stored record. They share its
// memory.
func Each(record []byte, field protowire.Number) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		for len(record) > 0 {
			number, kind, n := protowire.ConsumeTag(record)
			if n < 0 {
				return
			}
			value := record[n:]
			length := protowire.ConsumeFieldValue(number, kind, value)
			if length < 0 {
				return
			}
			if number == field && kind == protowire.BytesType {
				if inner, _ := protowire.ConsumeBytes(value); !yield(inner) {
					return
				}
			}
			record = value[length:]
		}
	}
}

// number reads one numeric field of a stored record without the rest of it; 0: it
// is not set.
func number(record []byte, field protowire.Number) uint64 {
	for len(record) > 0 {
		found, kind, n := protowire.ConsumeTag(record)
		if n < 0 {
			return 0
		}
		record = record[n:]
		if found == field && kind == protowire.VarintType {
			value, _ := protowire.ConsumeVarint(record)
			return value
		}
		n = protowire.ConsumeFieldValue(found, kind, record)
		if n < 0 {
			return 0
		}
		record = record[n:]
	}
	return 0
}

// Count tells how often a field stands in a stored record, without reading what it
// says.
func Count(record []byte, field protowire.Number) int {
	count := 0
	for len(record) > 0 {
		number, _, n := protowire.ConsumeField(record)
		if n < 0 {
			return count
		}
		if number == field {
			count++
		}
		record = record[n:]
	}
	return count
}

// PlacementImport is the number of Placement.import.
const PlacementImport protowire.Number = 10

// entryRevision is the number of AuditEntry.revision.
const entryRevision protowire.Number = 10

// EntryRevision is the revision that an audit entry belongs to: the one that it says,
// where a migration wrote it, else that of its bytes.
func EntryRevision(entry kv.Item) uint64 {
	if told := number(entry.Value, entryRevision); told != 0 {
		return told
	}
	return uint64(entry.Revision)
}
