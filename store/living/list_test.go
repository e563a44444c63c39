package living

import (
	"fmt"
	"slices"
	"sync"
	"testing"

	"pgregory.net/rapid"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store/waitlist"
)

// place is a placement that waits.
func place(reference, list, class, key string) *eilev1.Placement {
	return &eilev1.Placement{
		Reference: reference, List: list, NeedClass: class, OrderKey: []byte(key),
		Status: eilev1.ApplicationStatus_APPLICATION_STATUS_WAITING, Suitability: []byte("s-" + class),
	}
}

// TestIndexKey: a key is ordered by order key and reference, and gives back what
// was put in.
func TestIndexKey(t *testing.T) {
	draw := rapid.Custom(func(t *rapid.T) *eilev1.Placement {
		return &eilev1.Placement{
			Reference: rapid.StringMatching(`[A-Za-z0-9._-]{1,5}`).Draw(t, "reference"),
			OrderKey:  rapid.SliceOfN(rapid.ByteRange(0, 2), 2, 2).Draw(t, "order"), // keys of one policy end themselves
			OpenOffer: rapid.Bool().Draw(t, "open"),
		}
	})
	rapid.Check(t, func(t *rapid.T) {
		a, b := draw.Draw(t, "a"), draw.Draw(t, "b")
		numbers := rapid.Uint32()
		first, second := numbers.Draw(t, "first"), numbers.Draw(t, "second")
		one, other := IndexKey(a, first), IndexKey(b, second)
		if mark := MarkOf(one); mark != (Mark{first, a.GetOpenOffer()}) || waitlist.Reference(one) != a.GetReference() {
			t.Errorf("mark of %q is %v of %q", one, mark, waitlist.Reference(one))
		}
		if a.GetReference() == b.GetReference() && string(a.GetOrderKey()) == string(b.GetOrderKey()) {
			return
		}
		legal := string(a.GetOrderKey())+"\x00"+a.GetReference() < string(b.GetOrderKey())+"\x00"+b.GetReference()
		if legal != (one < other) {
			t.Errorf("%v before %v: %t, their keys %t", a, b, legal, one < other)
		}
	})
}

// TestBulk: a commit that brings very many placements is taken as one that
// brings few.
func TestBulk(t *testing.T) {
	var all []*eilev1.Placement
	for i := range bulk + 100 {
		p := place(fmt.Sprintf("A-%05d", i*7919%20011), "general", "2", fmt.Sprint(i))
		p.NextDue = int32(i%9 + 1)
		if i%5 == 0 {
			p.Status, p.HousedOn = eilev1.ApplicationStatus_APPLICATION_STATUS_HOUSED, int32(i*31%400)
		}
		all = append(all, p)
	}
	atOnce, single := newPlaces(), newPlaces()
	var mu sync.Mutex
	atOnce.absorb(&mu, slices.Values(all[:50]), 50)
	atOnce.absorb(&mu, slices.Values(all), len(all))
	for i := range all {
		single.absorb(&mu, slices.Values(all[i:i+1]), 1)
	}
	for day := range int32(10) {
		if a, b := atOnce.dueBy(day), single.dueBy(day); !slices.Equal(a, b) {
			t.Fatalf("due by day %d: %d at once, %d one by one", day, len(a), len(b))
		}
	}
	if a, b := atOnce.lettings["general"], single.lettings["general"]; !slices.Equal(a, b) || len(a) == 0 {
		t.Errorf("%d lettings at once, %d one by one", len(a), len(b))
	}
}

// TestDueIsInOneOrder: an application whose day has moved comes where a process
// that never knew the former day would put it.
func TestDueIsInOneOrder(t *testing.T) {
	moved, other := place("A-5", "general", "2", "1"), place("A-1", "general", "2", "2")
	lived, fresh := newPlaces(), newPlaces()
	var mu sync.Mutex
	moved.NextDue, other.NextDue = 1, 2
	lived.absorb(&mu, slices.Values([]*eilev1.Placement{moved, other}), 2)
	moved.NextDue = 3
	for _, p := range []*places{lived, fresh} {
		p.absorb(&mu, slices.Values([]*eilev1.Placement{moved, other}), 2)
		if due := p.dueBy(3); !slices.Equal(due, []string{"A-1", "A-5"}) {
			t.Errorf("due: %q", due)
		}
	}
}
