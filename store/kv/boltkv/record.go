package boltkv

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"

	"github.com/eile-housing/eile/store/kv"
)

// A stored value is preceded by the revision that wrote it (8 bytes, big
// endian) and a CRC-32C over key, revision and value (4 bytes). bbolt has no
// checksums below its meta pages.
const (
	revisionSize = 8
	headerSize   = revisionSize + crc32.Size
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func appendRecord(to []byte, revision kv.Revision, key, value []byte) []byte {
	start := len(to)
	to = binary.BigEndian.AppendUint64(to, uint64(revision))
	to = binary.BigEndian.AppendUint32(to, recordSum(key, to[start:], value))
	return append(to, value...)
}

// decodeRecord returns an item that shares the memory of key and stored.
func decodeRecord(key, stored []byte) (kv.Item, error) {
	if len(stored) < headerSize {
		return kv.Item{}, fmt.Errorf("%w: record %q has %d bytes, fewer than its header", kv.ErrCorrupt, key, len(stored))
	}
	revision, value := stored[:revisionSize], stored[headerSize:]
	if recordSum(key, revision, value) != binary.BigEndian.Uint32(stored[revisionSize:]) {
		return kv.Item{}, fmt.Errorf("%w: record %q does not match its checksum", kv.ErrCorrupt, key)
	}
	return kv.Item{Key: key, Value: value, Revision: kv.Revision(binary.BigEndian.Uint64(revision))}, nil
}

func recordSum(key, revision, value []byte) uint32 {
	sum := crc32.Update(0, castagnoli, key)
	sum = crc32.Update(sum, castagnoli, revision)
	return crc32.Update(sum, castagnoli, value)
}
