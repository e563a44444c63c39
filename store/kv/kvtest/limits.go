package kvtest

import (
	"bytes"
	"errors"
	"fmt"
	"testing"

	"github.com/eile-housing/eile/store/kv"
)

var limitCases = []testCase{
	{"keys", testKeyLimits},
	{"operations", testOpLimits},
	{"bytes", testByteLimits},
}

func testKeyLimits(t *testing.T, db kv.DB) {
	longest := bytes.Repeat([]byte{0xff}, kv.MaxKeyBytes)
	for _, c := range []struct {
		name string
		key  []byte
		want error
	}{
		{"nil", nil, kv.ErrBadKey},
		{"empty", []byte{}, kv.ErrBadKey},
		{"one zero byte", []byte{0}, nil},
		{"longest", longest, nil},
		{"too long", append(bytes.Clone(longest), 0), kv.ErrBadKey},
	} {
		for name, use := range map[string]func(kv.Tx) error{
			"Get":    func(tx kv.Tx) error { _, _, err := tx.Get(c.key); return err },
			"Put":    func(tx kv.Tx) error { return tx.Put(c.key, []byte("v")) },
			"Delete": func(tx kv.Tx) error { return tx.Delete(c.key) },
		} {
			_, err := db.Update(t.Context(), use)
			if !errors.Is(err, c.want) {
				t.Errorf("%s, key %s: %v, want %v", name, c.name, err, c.want)
			}
		}
		err := db.View(t.Context(), func(r kv.Reader) error { _, _, err := r.Get(c.key); return err })
		if !errors.Is(err, c.want) {
			t.Errorf("Reader.Get, key %s: %v, want %v", c.name, err, c.want)
		}
	}
}

// each calls op with n different keys.
func each(n int, op func(key []byte) error) error {
	for i := range n {
		err := op(fmt.Appendf(nil, "%04d", i))
		if err != nil {
			return err
		}
	}
	return nil
}

func testOpLimits(t *testing.T, db kv.DB) {
	get := func(tx kv.Tx) func([]byte) error {
		return func(key []byte) error { _, _, err := tx.Get(key); return err }
	}
	write := func(tx kv.Tx) func([]byte) error {
		return func(key []byte) error { return tx.Put(key, []byte("v")) }
	}
	const n = kv.MaxOps
	for _, c := range []struct {
		name string
		fn   func(kv.Tx) error
		want error
	}{
		{"writes", func(tx kv.Tx) error { return each(n, write(tx)) }, nil},
		{"a write too many", func(tx kv.Tx) error { return each(n+1, write(tx)) }, kv.ErrTooManyOps},
		{"a delete too many", func(tx kv.Tx) error { return each(n+1, tx.Delete) }, kv.ErrTooManyOps},
		{"reads", func(tx kv.Tx) error { return each(n, get(tx)) }, nil},
		{"a read too many", func(tx kv.Tx) error { return each(n+1, get(tx)) }, kv.ErrTooManyOps},
		{"reads and writes count apart", func(tx kv.Tx) error {
			return errors.Join(each(n, get(tx)), each(n, write(tx)))
		}, nil},
		{"keys count once", func(tx kv.Tx) error {
			return errors.Join(each(n, get(tx)), each(n, write(tx)), each(n, get(tx)), each(n, write(tx)), each(n, tx.Delete))
		}, nil},
		{"own writes are no reads", func(tx kv.Tx) error {
			other := func(key []byte) error { return get(tx)(append(key, 'x')) }
			return errors.Join(each(n, write(tx)), each(n, get(tx)), each(n, other))
		}, nil},
	} {
		before := db.Revision()
		_, err := db.Update(t.Context(), c.fn)
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
		if err != nil && db.Revision() != before {
			t.Errorf("%s: committed", c.name)
		}
	}
}

func testByteLimits(t *testing.T, db kv.DB) {
	big := make([]byte, kv.MaxTxBytes+1)
	key, other := []byte("key"), []byte("other")
	const room = kv.MaxTxBytes - len("key")
	put := func(key []byte, n int) func(kv.Tx) error {
		return func(tx kv.Tx) error { return tx.Put(key, big[:n]) }
	}
	get := func(tx kv.Tx) error { _, _, err := tx.Get(other); return err }
	for _, c := range []struct {
		name string
		ops  []func(kv.Tx) error
		want error
	}{
		{"one value", []func(kv.Tx) error{put(key, room)}, nil},
		{"one value, a byte too many", []func(kv.Tx) error{put(key, room+1)}, kv.ErrTxTooLarge},
		{"two values", []func(kv.Tx) error{put(key, 1000), put(other, room-1000-len(other))}, nil},
		{"two values, a byte too many", []func(kv.Tx) error{put(key, 1000), put(other, room-1000-len(other)+1)}, kv.ErrTxTooLarge},
		{"a value replaced counts once", []func(kv.Tx) error{put(key, room), put(key, 10), put(key, room)}, nil},
		{"a value deleted does not count", []func(kv.Tx) error{
			put(key, room), func(tx kv.Tx) error { return tx.Delete(key) }, put(other, room-len(other)),
		}, nil},
		{"read keys count", []func(kv.Tx) error{get, put(key, room-len(other))}, nil},
		{"read keys count, a byte too many", []func(kv.Tx) error{get, put(key, room-len(other)+1)}, kv.ErrTxTooLarge},
	} {
		_, err := db.Update(t.Context(), func(tx kv.Tx) error {
			for _, op := range c.ops {
				err := op(tx)
				if err != nil {
					return err
				}
			}
			return nil
		})
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
	}
}
