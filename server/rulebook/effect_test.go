package rulebook

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"github.com/eile-housing/eile/internal/eiletest"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store"
)

// stands is where an application stands.
type stands struct {
	status   eilev1.ApplicationStatus
	position int32
}

// standings are those of all applications.
func (o *office) standings() map[string]stands {
	all := map[string]stands{}
	for _, application := range eiletest.All(o.World, store.Applications) {
		at := stands{status: application.GetStatus()}
		if position, ok := o.Register.List().Position(application.GetReference()); ok {
			at.position = int32(position.Ahead) + 1
		}
		all[application.GetReference()] = at
	}
	return all
}

// What a dry run of a policy foretells is what its activation then does, and the
// dry run changes nothing: for any households and any turn of the rules.
func TestTheEffectForetellsTheActivation(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		o := open(rt, plain)
		for i := range rapid.IntRange(0, 12).Draw(rt, "households") {
			o.Household(fmt.Sprintf("A-%d", i), fmt.Sprintf("points=%d", rapid.IntRange(0, 5).Draw(rt, "points")),
				"list="+rapid.SampledFrom([]string{"general", "second"}).Draw(rt, "list"))
		}
		o.Home("U-1")
		if len(eiletest.All(o.World, store.Applications)) > 0 && rapid.Bool().Draw(rt, "offered") {
			_, _ = o.Offer("A-0", "U-1")
		}
		if rapid.Bool().Draw(rt, "suspended") && len(eiletest.All(o.World, store.Applications)) > 1 && o.standings()["A-1"].position > 0 {
			o.Suspend("A-1")
		}
		next := eiletest.Version(plain, "2",
			"points > 0", fmt.Sprintf("points > %d", rapid.IntRange(0, 4).Draw(rt, "threshold")),
			"direction: descending", "direction: "+rapid.SampledFrom([]string{"ascending", "descending"}).Draw(rt, "direction"))
		before, bytes := o.standings(), o.Bytes()
		foretold := o.mustActivate(next, Wish{DryRun: true})
		if o.Bytes() != bytes || foretold.GetActive() || foretold.GetActivatedAt() != nil || o.today().Policy.Version != "1" {
			rt.Fatalf("a dry run changed something, or answers %v", foretold)
		}
		o.mustActivate(next, Wish{})
		compareWith(rt, foretold.GetEffect(), before, o.standings())
	})
}

// compareWith holds an effect against what was and what is.
func compareWith(rt *rapid.T, effect *eilev1.PolicyEffect, before, after map[string]stands) {
	const waits = eilev1.ApplicationStatus_APPLICATION_STATUS_WAITING
	told := map[string]*eilev1.PolicyEffect_Change{}
	last := ""
	for _, change := range effect.GetChanges() {
		if change.GetApplication() <= last {
			rt.Fatalf("%s comes after %s", change.GetApplication(), last)
		}
		last = change.GetApplication()
		told[last] = change
	}
	var gained, lost, up, down int32
	for reference, was := range before {
		is := after[reference]
		switch {
		case was.status != waits && is.status == waits:
			gained++
		case was.status == waits && is.status != waits:
			lost++
		case was.status == waits && is.position < was.position:
			up++
		case was.status == waits && is.position > was.position:
			down++
		}
		change, named := told[reference]
		if named != (was != is) {
			rt.Fatalf("%s goes from %v to %v, told %v", reference, was, is, change)
		}
		if named && (change.GetStatusBefore() != was.status || change.GetStatusAfter() != is.status || change.GetPositionBefore() != was.position || change.GetPositionAfter() != is.position) {
			rt.Fatalf("%s goes from %v to %v, told %v", reference, was, is, change)
		}
	}
	if int(effect.GetApplications()) != len(before) || effect.GetGained() != gained || effect.GetLost() != lost || effect.GetUp() != up || effect.GetDown() != down {
		rt.Fatalf("told %v, it is %d gained, %d lost, %d up, %d down of %d", effect, gained, lost, up, down, len(before))
	}
}

// The effect of the first policy is that everybody gains what they get.
func TestTheEffectOfTheFirstPolicy(t *testing.T) {
	t.Parallel()
	o := bare(t, plain)
	effect := o.mustActivate(plain, Wish{DryRun: true}).GetEffect()
	if effect.GetApplications() != 0 || len(effect.GetChanges()) != 0 || o.Register.List().Revision() != 0 && o.book.Active(o.InForce().Policy.Identity()) {
		t.Errorf("%v", effect)
	}
	if _, err := o.book.Today(); err == nil {
		t.Error("a dry run put a policy in force")
	}
}

// A dry run names a bounded number of changes and counts all.
func TestALargeEffectIsCut(t *testing.T) {
	t.Parallel()
	effect := &eilev1.PolicyEffect{}
	for range maxEffects + 5 {
		count(effect, &eilev1.PolicyEffect_Change{StatusAfter: eilev1.ApplicationStatus_APPLICATION_STATUS_WAITING})
	}
	if effect.GetGained() != maxEffects+5 || len(effect.GetChanges()) != maxEffects {
		t.Errorf("%d gained, %d named", effect.GetGained(), len(effect.GetChanges()))
	}
}
