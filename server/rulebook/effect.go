package rulebook

import (
	"context"

	"github.com/eile-housing/eile/policy/day"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/store"
	"github.com/eile-housing/eile/store/living"
)

// maxEffects bounds the changes that a dry run names one by one; the counts are
// of all.
const maxEffects = 1000

// effectOf returns what a policy would change if it were activated now: who
// becomes eligible or not, and who moves up or down. It switches a scratch of the
// register and compares it with another that stays as it is.
func effectOf(ctx context.Context, b *Book, next *edition, today day.Day) (*eilev1.Policy, error) {
	effect := &eilev1.PolicyEffect{}
	err := b.register.Scratch(ctx, func(before *store.Register) error {
		return before.Scratch(ctx, func(after *store.Register) error {
			if err := New(after, b.Clock).switchTo(ctx, store.Stamp{ID: b.NewID(), Actor: casework.Machine}, next, today); err != nil {
				return err
			}
			return before.View(ctx, func(was *store.View) error {
				return after.View(ctx, func(is *store.View) error {
					return compare(effect, standing{was, before.List()}, standing{is, after.List()})
				})
			})
		})
	})
	answer := next.shown()
	answer.Active, answer.ActivatedAt, answer.ActivatedBy, answer.Effect = false, nil, "", effect
	return answer, err
}

// standing tells where applications stand in a register.
type standing struct {
	view *store.View
	list *living.List
}

// of returns the status and the position of an application; 0: it has none.
func (s standing) of(reference string) (eilev1.ApplicationStatus, int32, error) {
	placement, _, err := store.FindPlacement(s.view, reference)
	if position, ok := s.list.Position(reference); ok {
		return placement.GetStatus(), int32(position.Ahead) + 1, err
	}
	return placement.GetStatus(), 0, err
}

// compare adds every application to the effect, in order of reference.
func compare(effect *eilev1.PolicyEffect, before, after standing) error {
	for entry, err := range store.Applications.All(before.view, "", "") {
		if err != nil {
			return err
		}
		change := &eilev1.PolicyEffect_Change{Application: entry.ID}
		if change.StatusBefore, change.PositionBefore, err = before.of(entry.ID); err != nil {
			return err
		}
		if change.StatusAfter, change.PositionAfter, err = after.of(entry.ID); err != nil {
			return err
		}
		effect.Applications++
		count(effect, change)
	}
	return nil
}

// count adds one application to the effect.
func count(effect *eilev1.PolicyEffect, change *eilev1.PolicyEffect_Change) {
	const waits = eilev1.ApplicationStatus_APPLICATION_STATUS_WAITING
	switch before, after := change.GetStatusBefore(), change.GetStatusAfter(); {
	case before != waits && after == waits:
		effect.Gained++
	case before == waits && after != waits:
		effect.Lost++
	case before == waits && change.GetPositionAfter() < change.GetPositionBefore():
		effect.Up++
	case before == waits && change.GetPositionAfter() > change.GetPositionBefore():
		effect.Down++
	case before == after:
		return
	}
	if len(effect.Changes) < maxEffects {
		effect.Changes = append(effect.Changes, change)
	}
}
