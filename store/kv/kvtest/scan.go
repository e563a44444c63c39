package kvtest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/eile-housing/eile/store/kv"
)

var scanCases = []testCase{
	{"ranges", testRanges},
	{"prefixes", testPrefixes},
	{"many items", testLongScan},
	{"break and scan inside a scan", testNestedScan},
	{"cancelled", testScanCancelled},
}

func fill(t *testing.T, db kv.DB, keys ...string) {
	update(t, db, func(tx kv.Tx) error {
		for _, key := range keys {
			err := tx.Put([]byte(key), []byte("value of "+key))
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// keysOf scans a range and checks each item as it goes.
func keysOf(r kv.Reader, start, end []byte) ([]string, error) {
	var keys []string
	for item, err := range r.Scan(start, end) {
		if err != nil {
			return nil, err
		}
		if string(item.Value) != "value of "+string(item.Key) || item.Revision == 0 || item.Revision > r.Revision() {
			return nil, fmt.Errorf("Scan(%q, %q) yields %q: %q at revision %d", start, end, item.Key, item.Value, item.Revision)
		}
		keys = append(keys, string(item.Key))
	}
	return keys, nil
}

func testRanges(t *testing.T, db kv.DB) {
	keys := []string{"\x00", "\x00\x00", "a", "a\x00", "aa", "ab", "b", "\xfe", "\xff", "\xff\x00", "\xff\xff"}
	fill(t, db, keys...)
	// Every range between keys that exist, that do not, and the open ends.
	bounds := append([]string{"", "\x00\x01", "a\xff", "c", "\xff\xff\xff"}, keys...)
	view(t, db, func(r kv.Reader) error {
		for _, start := range bounds {
			for _, end := range bounds {
				var expected []string
				for _, key := range keys {
					if key >= start && (end == "" || key < end) {
						expected = append(expected, key)
					}
				}
				got, err := keysOf(r, []byte(start), []byte(end))
				if err != nil {
					return err
				}
				if !slices.Equal(got, expected) {
					t.Errorf("Scan(%q, %q) = %q, want %q", start, end, got, expected)
				}
			}
		}
		got, err := keysOf(r, nil, nil)
		if !slices.Equal(got, keys) {
			t.Errorf("Scan(nil, nil) = %q, want all keys", got)
		}
		return err
	})
}

func testPrefixes(t *testing.T, db kv.DB) {
	keys := []string{"a", "a\xfe", "a\xff", "a\xff\xff", "b", "\xff", "\xff\x00", "\xff\xff"}
	fill(t, db, keys...)
	view(t, db, func(r kv.Reader) error {
		for _, prefix := range []string{"", "a", "a\xff", "b", "c", "\xff", "\xff\xff", "\xff\xff\xff"} {
			var expected []string
			for _, key := range keys {
				if bytes.HasPrefix([]byte(key), []byte(prefix)) {
					expected = append(expected, key)
				}
			}
			got, err := keysOf(r, []byte(prefix), kv.PrefixEnd([]byte(prefix)))
			if err != nil {
				return err
			}
			if !slices.Equal(got, expected) {
				t.Errorf("keys with prefix %q: %q, want %q", prefix, got, expected)
			}
		}
		return nil
	})
}

func longStore(t *testing.T, db kv.DB) (keys []string) {
	for i := range 3000 {
		keys = append(keys, fmt.Sprintf("%06d", i))
	}
	for chunk := range slices.Chunk(keys, kv.MaxOps) {
		fill(t, db, chunk...)
	}
	return keys
}

func testLongScan(t *testing.T, db kv.DB) {
	keys := longStore(t, db)
	view(t, db, func(r kv.Reader) error {
		all, err := keysOf(r, nil, nil)
		if !slices.Equal(all, keys) {
			t.Errorf("scan of %d keys yields %d, or not those", len(keys), len(all))
		}
		return err
	})
	update(t, db, func(tx kv.Tx) error {
		for _, key := range keys[1000:1100] {
			err := tx.Delete([]byte(key))
			if err != nil {
				return err
			}
		}
		return nil
	})
	view(t, db, func(r kv.Reader) error {
		left, err := keysOf(r, []byte(keys[990]), []byte(keys[1110]))
		if !slices.Equal(left, slices.Concat(keys[990:1000], keys[1100:1110])) {
			t.Errorf("scan over deleted keys = %q", left)
		}
		return err
	})
}

func testNestedScan(t *testing.T, db kv.DB) {
	fill(t, db, "a", "b", "c")
	view(t, db, func(r kv.Reader) error {
		scan := r.Scan(nil, nil)
		var seen []string
		for outer, err := range scan {
			if err != nil {
				return err
			}
			for inner, err := range scan {
				if err != nil {
					return err
				}
				_, ok, err := r.Get([]byte("b"))
				if !ok || err != nil {
					return errors.Join(err, errors.New("nothing found by Get inside a Scan"))
				}
				seen = append(seen, string(outer.Key)+string(inner.Key))
				if bytes.Equal(inner.Key, outer.Key) {
					break
				}
			}
		}
		if expected := []string{"aa", "ba", "bb", "ca", "cb", "cc"}; !slices.Equal(seen, expected) {
			t.Errorf("nested scans saw %q, want %q", seen, expected)
		}
		return nil
	})
}

func testScanCancelled(t *testing.T, db kv.DB) {
	keys := longStore(t, db)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	seen, after := 0, 0
	err := db.View(ctx, func(r kv.Reader) error {
		for _, err := range r.Scan(nil, nil) {
			if after > 0 {
				t.Error("Scan went on after its error")
			}
			if err != nil {
				after++
				continue
			}
			seen++
			cancel()
		}
		return nil
	})
	if err != nil {
		t.Errorf("View whose closure passed over the error: %v", err)
	}
	if after != 1 || seen == len(keys) {
		t.Errorf("cancelled scan: %d items, then %d errors", seen, after)
	}
}
