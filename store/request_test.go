package store

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/eile-housing/eile/store/kv"
)

// TestRepeatedRequest: the same request is carried out once; another one under
// its id is refused, and refused requests leave no trace.
func TestRepeatedRequest(t *testing.T) {
	stores(t, func(t *testing.T, o *office) {
		request := func(actor, body, result string) (uint64, string, error) {
			stamp := o.stamp("application.settle")
			stamp.Actor, stamp.RequestID, stamp.RequestSum = actor, "r-1", []byte(body)
			return o.Update(t.Context(), stamp, func(tx *Tx) error {
				tx.Result(result)
				return settle(tx, place(result, "general", "2", result))
			})
		}
		refusal := errors.New("refused")
		failing := o.stamp("x")
		failing.RequestID = "r-1"
		if _, _, err := o.Update(t.Context(), failing, func(*Tx) error { return refusal }); !errors.Is(err, refusal) {
			t.Fatal(err)
		}
		revision, result, err := request("clerk", "body", "A-1")
		if err != nil || result != "A-1" {
			t.Fatalf("first: %q, %v", result, err)
		}
		keys := o.keys("")
		again, result, err := request("clerk", "body", "A-2")
		if err != nil || result != "A-1" || again < revision {
			t.Errorf("again: %q at revision %d after %d, %v", result, again, revision, err)
		}
		for _, other := range [][2]string{{"clerk", "another body"}, {"another", "body"}} {
			if _, _, err := request(other[0], other[1], "A-3"); !errors.As(err, new(ErrRequestReused)) {
				t.Errorf("%q: %v", other, err)
			}
		}
		stamp := Stamp{RequestID: "r-1", RequestSum: []byte("body"), Actor: "clerk"}
		if result, seen, err := o.Repeated(t.Context(), stamp); err != nil || !seen || result != "A-1" {
			t.Errorf("repeated: %q, %t, %v", result, seen, err)
		}
		stamp.RequestID = "r-2"
		if _, seen, err := o.Repeated(t.Context(), stamp); err != nil || seen {
			t.Errorf("never seen: %t, %v", seen, err)
		}
		if now := o.keys(""); !slices.Equal(now, keys) {
			t.Errorf("keys before %q, after %q", keys, now)
		}
		o.alike()
	})
}

// TestPruneRequests: what was asked before a moment is forgotten, and may be
// asked again; what came later is not.
func TestPruneRequests(t *testing.T) {
	o := newOffice(t)
	ask := func(id, reference string) string {
		stamp := o.stamp("settle")
		stamp.RequestID = id
		_, result, err := o.Update(t.Context(), stamp, func(tx *Tx) error {
			tx.Result(reference)
			return settle(tx, place(reference, "general", "2", reference))
		})
		if err != nil {
			t.Fatal(err)
		}
		return result
	}
	for i := range kv.MaxOps + 10 {
		ask(fmt.Sprintf("old-%d", i), "A-1")
	}
	before := o.now.Add(time.Millisecond)
	ask("new", "A-2")
	if n, err := o.PruneRequests(t.Context(), before); err != nil || n != kv.MaxOps+10 {
		t.Errorf("pruned %d, %v", n, err)
	}
	if first, second := ask("old-0", "A-3"), ask("new", "A-4"); first != "A-3" || second != "A-2" {
		t.Errorf("asked again, the old request has the result %q, the new one %q", first, second)
	}
}
