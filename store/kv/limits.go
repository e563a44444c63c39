package kv

import (
	"bytes"
	"fmt"
)

// Limits of one transaction, those of an etcd server in its default
// configuration. Every driver enforces them exactly.
const (
	// MaxOps bounds the distinct keys that a transaction reads, and likewise
	// the distinct keys that it writes. A key that it has itself written and
	// reads again does not count as read.
	MaxOps = 128

	// MaxTxBytes bounds the sum, in bytes, of the keys read, the keys written
	// and the values written, each key counted once for reading and once for
	// writing, each value as last written.
	MaxTxBytes = 3 << 19

	// MaxKeyBytes bounds one key. A key has at least one byte.
	MaxKeyBytes = 1024
)

// CheckKey returns an error that wraps ErrBadKey unless key can name an item.
func CheckKey(key []byte) error {
	if len(key) == 0 {
		return fmt.Errorf("%w: it is empty", ErrBadKey)
	}
	if len(key) > MaxKeyBytes {
		return fmt.Errorf("%w: %d bytes, at most %d are allowed", ErrBadKey, len(key), MaxKeyBytes)
	}
	return nil
}

// PrefixEnd returns the end of the range that starts at prefix and holds
// exactly the keys that begin with it: nil, the end of the key space, when
// prefix is empty or all 0xff.
func PrefixEnd(prefix []byte) []byte {
	for i := len(prefix) - 1; i >= 0; i-- {
		if prefix[i] != 0xff {
			end := bytes.Clone(prefix[:i+1])
			end[i]++
			return end
		}
	}
	return nil
}
