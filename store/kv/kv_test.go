package kv_test

import (
	"bytes"
	"testing"

	"pgregory.net/rapid"

	"github.com/eile-housing/eile/store/kv"
)

// TestPrefixEnd: key has the prefix exactly when prefix <= key < end.
func TestPrefixEnd(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.SliceOfN(rapid.SampledFrom([]byte{0, 1, 'a', 0xfe, 0xff}), 0, 4)
		prefix, key := text.Draw(t, "prefix"), text.Draw(t, "key")
		given := bytes.Clone(prefix)
		end := kv.PrefixEnd(prefix)
		inside := bytes.Compare(key, prefix) >= 0 && (len(end) == 0 || bytes.Compare(key, end) < 0)
		if inside != bytes.HasPrefix(key, prefix) {
			t.Fatalf("PrefixEnd(%q) = %q, with key %q", prefix, end, key)
		}
		if !bytes.Equal(prefix, given) {
			t.Fatalf("PrefixEnd(%q) changed its argument to %q", given, prefix)
		}
	})
}
