package layout_test

import (
	"bytes"
	"cmp"
	"errors"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store/kv"
	"github.com/eile-housing/eile/store/kv/memkv"
	"github.com/eile-housing/eile/store/layout"
)

var (
	drawTime = rapid.Custom(func(t *rapid.T) time.Time {
		return time.UnixMicro(rapid.Int64Range(0, 1<<52).Draw(t, "micro")).UTC()
	})
	drawID = rapid.StringMatching(`[a-z0-9.-]{1,4}`)
)

// TestKeysAreOrdered as what they are made of is, and give it back.
func TestKeysAreOrdered(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		at, later, id, other := drawTime.Draw(t, "at"), drawTime.Draw(t, "later"), drawID.Draw(t, "id"), drawID.Draw(t, "other")
		one, two := layout.TimeKey(layout.Audit, at, id), layout.TimeKey(layout.Audit, later, other)
		if bytes.Compare(one, two) != cmp.Or(at.Compare(later), strings.Compare(id, other)) {
			t.Errorf("%q and %q are not in the order of %v %s and %v %s", one, two, at, id, later, other)
		}
		if back, ok := layout.TimeOf(layout.Audit, one); !ok || !back.Equal(at) {
			t.Errorf("%q is of %v, not of %v", one, back, at)
		}
		n, m := rapid.Uint32().Draw(t, "n"), rapid.Uint32().Draw(t, "m")
		if bytes.Compare(layout.SealKey(n), layout.SealKey(m)) != cmp.Compare(n, m) {
			t.Errorf("seals %d and %d are not in their order", n, m)
		}
		for _, key := range [][]byte{
			layout.SealKey(n)[len(layout.Seal):], layout.NumberKey("", id, n)[len(id)+1:], []byte(layout.Numbered(id, n)[len(id)+1:]),
			layout.PlacementKey(n, id)[len(layout.Placement):],
		} {
			if back, ok := layout.NumberOf(key); !ok || back != n {
				t.Errorf("%q is of number %d, not of %d", key, back, n)
			}
		}
	})
	for _, key := range []string{"", "e/", "e/000zz79f7248a6c1/id", "e/0006479f"} {
		if at, ok := layout.TimeOf(layout.Audit, []byte(key)); ok {
			t.Errorf("key %q is of %v", key, at)
		}
	}
	if n, ok := layout.NumberOf([]byte("0000000")); ok {
		t.Errorf("seven digits are the number %d", n)
	}
}

// TestText reads the one field that is asked for.
func TestText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := &eilev1.Placement{
			Reference: drawID.Draw(t, "reference"), OrderKey: rapid.SliceOf(rapid.Byte()).Draw(t, "key"), NextDue: rapid.Int32().Draw(t, "due"),
			Import: rapid.StringMatching(`([a-z]{3})?`).Draw(t, "import"), Status: eilev1.ApplicationStatus(rapid.IntRange(0, 5).Draw(t, "status")),
		}
		value, err := layout.Encode(p)
		if err != nil {
			t.Fatal(err)
		}
		if got := layout.Text(value, layout.PlacementImport); got != p.GetImport() {
			t.Errorf("import of %v is %q", p, got)
		}
		layout.Text(value[:len(value)/2], layout.PlacementImport) // does not panic
		decoded, err := layout.Decode[eilev1.Placement]("placement", kv.Item{Value: value})
		if err != nil || decoded.GetReference() != p.GetReference() {
			t.Errorf("%v is decoded as %v, %v", p, decoded, err)
		}
	})
	if _, err := layout.Decode[eilev1.Placement]("placement", kv.Item{Key: []byte("q/x"), Value: []byte{1}}); err == nil ||
		!strings.Contains(err.Error(), `placement at key "q/x"`) {
		t.Errorf("a damaged record: %v", err)
	}
}

// TestAll scans what begins with a prefix and nothing else.
func TestAll(t *testing.T) {
	db := memkv.New(memkv.Options{})
	_, err := db.Update(t.Context(), func(tx kv.Tx) error {
		for _, key := range []string{"b/1", "b/2", "bc/1", "a/9"} {
			if err := tx.Put([]byte(key), nil); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	err = db.View(t.Context(), func(reader kv.Reader) error {
		var keys []string
		for item, err := range layout.All(reader, layout.Import) {
			if err != nil {
				return err
			}
			keys = append(keys, string(item.Key))
		}
		if strings.Join(keys, " ") != "b/1 b/2" {
			t.Errorf("imports are %q", keys)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if !layout.Begins([]byte("b/1"), layout.Import) || layout.Begins([]byte("bc/1"), layout.Import) || layout.Begins(nil, layout.Import) {
		t.Error("a key begins with another prefix than it has")
	}
}

// TestPairsAndRanges: a key of two parts begins with its first part, and a range
// tells whether it holds a key.
func TestPairsAndRanges(t *testing.T) {
	key := layout.PairKey(layout.Offer, "A-1", "o-1")
	if string(key) != layout.Offer+"A-1/o-1" || !bytes.HasPrefix(key, layout.PairKey(layout.Offer, "A-1", "")) {
		t.Errorf("the key is %q", key)
	}
	db := memkv.New(memkv.Options{})
	if _, err := db.Update(t.Context(), func(tx kv.Tx) error { return tx.Put(key, []byte{0xff}) }); err != nil {
		t.Fatal(err)
	}
	err := db.View(t.Context(), func(reader kv.Reader) error {
		for _, span := range []struct {
			start, end string
			holds      bool
		}{{"", "", true}, {string(key), "", true}, {"", string(key), false}, {string(key) + "0", "", false}} {
			if holds, err := layout.Holds(reader, []byte(span.start), []byte(span.end)); holds != span.holds || err != nil {
				t.Errorf("%q to %q: %t, %v", span.start, span.end, holds, err)
			}
		}
		item, _, err := reader.Get(key)
		if _, bad := layout.Decode[eilev1.Offer]("offer", item); !errors.Is(bad, kv.ErrCorrupt) || !strings.Contains(bad.Error(), "offer at key") {
			t.Errorf("a damaged record: %v", bad)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
