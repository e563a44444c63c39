package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store/kv"
	"github.com/eile-housing/eile/store/layout"
)

var points = &eilev1.PolicyName{Name: "points", Version: "1"}

func none(*Tx) error { return nil }

func (o *office) policyChange() *PolicyChange {
	o.Helper()
	change, err := o.BeginPolicyChange(o.Context())
	if err != nil {
		o.Fatal(err)
	}
	return change
}

// rank places references in their order.
func (o *office) rank(change *PolicyChange, order ...string) (ranked []*eilev1.Placement) {
	o.Helper()
	for i, reference := range order {
		ranked = append(ranked, place(reference, "general", "2", fmt.Sprintf("%04d", i)))
	}
	if err := change.Place(o.Context(), ranked); err != nil {
		o.Fatal(err)
	}
	return ranked
}

// TestPolicyChange: readers see the old order, until one write shows them the
// new one; meanwhile the register takes no change.
func TestPolicyChange(t *testing.T) {
	o := newOffice(t)
	for _, reference := range []string{"A-1", "A-2", "A-3"} {
		o.settle(place(reference, "general", "2", reference))
	}
	change := o.policyChange()
	ranked := o.rank(change, "A-3", "A-1", "A-2")
	if order := o.order(o.Register, "general"); !slices.Equal(order, []string{"A-1", "A-2", "A-3"}) {
		t.Errorf("before the switch the order is %q", order)
	}
	if _, _, err := o.Update(t.Context(), o.stamp("register"), none); !errors.Is(err, ErrStaging) {
		t.Errorf("a change meanwhile: %v", err)
	}
	if _, err := o.BeginPolicyChange(t.Context()); !errors.Is(err, ErrStaging) {
		t.Errorf("another policy change meanwhile: %v", err)
	}
	o.sound(o.Register)
	_, err := change.Switch(t.Context(), o.stamp("policy.activate"), points, ranked, func(tx *Tx) error {
		return tx.Place(place("A-1", "other", "1", "x"))
	})
	if err != nil {
		t.Fatal(err)
	}
	if order := o.order(o.Register, "general"); !slices.Equal(order, []string{"A-3", "A-2"}) {
		t.Errorf("after the switch the order is %q", order)
	}
	o.look(func(v *View) error {
		if v.Policy().GetName() != "points" || !v.Unsettled() {
			t.Errorf("policy in force is %v, unsettled %t", v.Policy(), v.Unsettled())
		}
		before, err := v.PolicyAt(o.now.Add(-time.Second))
		if err != nil || before != nil {
			t.Errorf("before the switch %v was in force, %v", before, err)
		}
		after, err := v.PolicyAt(farAhead)
		if err != nil || after.GetName() != "points" {
			t.Errorf("after the switch %v was in force, %v", after, err)
		}
		return nil
	})
	if old := o.keys("q/00000001/"); len(old) > 0 {
		t.Errorf("the old generation is left: %q", old)
	}
	o.settle(place("A-2", "general", "2", "0000"))
	if order := o.order(o.Register, "general"); !slices.Equal(order, []string{"A-2", "A-3"}) {
		t.Errorf("after another change the order is %q", order)
	}
	for _, reference := range []string{"A-1", "A-3"} {
		o.settle(place(reference, "other", "1", reference))
	}
	o.alike()
}

// TestSwitchIsStampedBefore: the stamp of a policy change is made when it is
// asked for, and changes that were stamped later may be in before it begins.
func TestSwitchIsStampedBefore(t *testing.T) {
	o := newOffice(t)
	o.settle(place("A-1", "general", "2", "1"))
	stamp := o.stamp("policy.activate")
	o.settle(place("A-1", "general", "2", "2"))
	change := o.policyChange()
	ranked := o.rank(change, "A-1")
	if _, err := change.Switch(t.Context(), stamp, points, ranked, none); err != nil {
		t.Fatal(err)
	}
	o.sound(o.Register)
}

// TestGiveUp: everything is as it was, and nothing of the change is left but
// audit entries that nobody sees, which may be sealed.
func TestGiveUp(t *testing.T) {
	o := newOffice(t)
	for _, reference := range []string{"A-1", "A-2"} {
		o.settle(place(reference, "general", "2", reference))
	}
	unaudited := func(o *office) []string {
		return slices.DeleteFunc(o.keys(""), func(key string) bool { return key[0] == 'e' })
	}
	before, keys := o.portrait(o.Register), unaudited(o)
	change := o.policyChange()
	ranked := o.rank(change, "A-2", "A-1", "A-gone")
	refusal := errors.New("refused")
	_, err := change.Switch(t.Context(), o.stamp("policy.activate"), points, ranked, func(*Tx) error { return refusal })
	if !errors.Is(err, refusal) {
		t.Fatal(err)
	}
	killed := o.restarted()
	defer killed.end()
	if err := change.GiveUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	for name, after := range map[string]*office{"given up": o, "killed": killed} {
		if now := after.portrait(after.Register); now != before {
			t.Errorf("%s: before\n%s\nafter\n%s", name, before, now)
		}
		if now := unaudited(after); !slices.Equal(now, keys) {
			t.Errorf("%s: keys before %q\nafter %q", name, keys, now)
		}
		after.look(func(v *View) error {
			for entry, err := range v.AuditEntries(opening, "") {
				if err != nil || entry.Record.GetAction() == "policy.activate" {
					t.Errorf("%s: the audit shows %v, %v", name, entry.Record, err)
				}
			}
			return nil
		})
	}
	if err := change.Place(t.Context(), ranked); err == nil {
		t.Error("a change that was given up takes placements")
	}
	if _, err := change.Switch(t.Context(), o.stamp("policy.activate"), points, nil, none); err == nil {
		t.Error("a change that was given up is switched to")
	}
	next := o.policyChange()
	if err := change.GiveUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	ranked = o.rank(next, "A-2", "A-1")
	if _, err := next.Switch(t.Context(), o.stamp("policy.activate"), points, ranked, none); err != nil {
		t.Fatalf("the next change was ended by the one before: %v", err)
	}
	if order := o.order(o.Register, "general"); !slices.Equal(order, []string{"A-2", "A-1"}) {
		t.Errorf("order is %q", order)
	}
	o.settle(place("A-2", "general", "2", "1"))
	o.settle(place("A-1", "general", "2", "2"))
	o.alike()
}

// TestSwitchDropsWhoWasNotPlaced: the list after a switch is what was placed.
func TestSwitchDropsWhoWasNotPlaced(t *testing.T) {
	o := openOffice(t, newMemory())
	for _, reference := range []string{"A-1", "A-2"} {
		o.settle(place(reference, "general", "2", reference))
	}
	change := o.policyChange()
	ranked := o.rank(change, "A-2")
	if _, err := change.Switch(t.Context(), o.stamp("policy.activate"), points, ranked, none); err != nil {
		t.Fatal(err)
	}
	again := o.restarted()
	if live, rebuilt := o.portrait(o.Register), again.portrait(again.Register); live != rebuilt {
		t.Errorf("living:\n%s\nrebuilt:\n%s", live, rebuilt)
	}
	if found := strings.Join(o.faults(o.Register), "\n"); !strings.Contains(found, "application A-1: it has no placement") {
		t.Errorf("check finds %q", found)
	}
}

// TestLeftOvers: what a policy change before has left under the keys of the next
// generation does not come into force with it.
func TestLeftOvers(t *testing.T) {
	o := newOffice(t)
	o.settle(place("A-1", "general", "2", "1"))
	value, err := layout.Encode(place("A-gone", "general", "2", "0"))
	if err != nil {
		t.Fatal(err)
	}
	o.raw(func(tx kv.Tx) error { return tx.Put(layout.PlacementKey(2, "A-gone"), value) })
	change := o.policyChange()
	ranked := o.rank(change, "A-1")
	if _, err := change.Switch(t.Context(), o.stamp("policy.activate"), points, ranked, none); err != nil {
		t.Fatal(err)
	}
	o.alike()
}

// TestMalformedPlacement: what the list would refuse is refused before it is
// written.
func TestMalformedPlacement(t *testing.T) {
	o := newOffice(t)
	o.settle(place("A-1", "general", "2", "1"))
	change := o.policyChange()
	for name, malformed := range map[string]*eilev1.Placement{
		"no order key": {Reference: "A-1", Status: waiting},
		"no reference": {OrderKey: []byte("1"), Status: waiting},
		"too long":     {Reference: "A-1", OrderKey: make([]byte, 1<<17), Status: waiting},
	} {
		if err := change.Place(t.Context(), []*eilev1.Placement{malformed}); err == nil {
			t.Errorf("%s: a policy change takes it", name)
		}
		if _, _, err := o.Update(t.Context(), o.stamp("x"), func(tx *Tx) error { return tx.Place(malformed) }); err == nil {
			t.Errorf("%s: a change takes it", name)
		}
	}
	if err := change.GiveUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	o.alike()
}

// TestLongOrderKeys: placements are split over transactions by their bytes too.
func TestLongOrderKeys(t *testing.T) {
	o := newOffice(t)
	var ranked []*eilev1.Placement
	for i := range 200 {
		p := place(fmt.Sprintf("A-%03d", i), "general", "2", fmt.Sprintf("%03d", i))
		o.settle(p)
		p = place(p.GetReference(), "general", "2", fmt.Sprintf("%03d", 999-i)+strings.Repeat("k", 20_000))
		ranked = append(ranked, p)
	}
	change := o.policyChange()
	if err := change.Place(t.Context(), ranked); err != nil {
		t.Fatal(err)
	}
	if _, err := change.Switch(t.Context(), o.stamp("policy.activate"), points, ranked, none); err != nil {
		t.Fatal(err)
	}
	if order := o.order(o.Register, "general"); len(order) != 200 || order[0] != "A-199" {
		t.Errorf("order begins with %q", order[:1])
	}
}

// TestSwitchCannotFailLate: once the deciding write is done, the change is in
// force; that the caller's context ends while the rest is cleared away is no
// failure.
func TestSwitchCannotFailLate(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	db := newMemory()
	o := openOffice(t, db)
	o.settle(place("A-1", "general", "2", "1"))
	change := o.policyChange()
	ranked := o.rank(change, "A-1")
	db.Follow(func(commit kv.Commit) {
		for _, write := range commit.Writes {
			if string(write.Key) == layout.Register {
				cancel()
			}
		}
	})
	if _, err := change.Switch(ctx, o.stamp("policy.activate"), points, ranked, none); err != nil {
		t.Errorf("the policy is in force, and yet: %v", err)
	}
	o.alike()
}

// TestImportAcrossPolicyChange: what an import placed under the policy before
// cannot become visible under the next one.
func TestImportAcrossPolicyChange(t *testing.T) {
	o := newOffice(t)
	o.settle(place("A-1", "general", "2", "1"))
	im := o.begin("im-1")
	o.write(im, 0, o.imported(im, "B-1"))
	change := o.policyChange()
	ranked := o.rank(change, "A-1")
	if _, err := im.Decide(t.Context(), o.stamp("import.decide"), nil); !errors.Is(err, ErrStaging) {
		t.Errorf("decided while a policy is activated: %v", err)
	}
	if _, err := o.BeginImport(t.Context(), "im-2"); !errors.Is(err, ErrStaging) {
		t.Errorf("begun while a policy is activated: %v", err)
	}
	if _, err := change.Switch(t.Context(), o.stamp("policy.activate"), points, ranked, none); err != nil {
		t.Fatal(err)
	}
	if err := im.Write(t.Context(), o.stamp("import.write"), 1, o.imported(im, "B-2")); !errors.Is(err, ErrStaging) {
		t.Errorf("written under another policy: %v", err)
	}
	if _, err := im.Decide(t.Context(), o.stamp("import.decide"), nil); !errors.Is(err, ErrStaging) {
		t.Errorf("decided under another policy: %v", err)
	}
	if err := im.Abort(t.Context()); err != nil {
		t.Fatal(err)
	}
	if left := append(o.keys("b/im"), o.keys("bc/im")...); len(left) > 0 {
		t.Errorf("left: %q", left)
	}
	o.alike()
}
