package server

import (
	"cmp"
	"context"
	"slices"

	"github.com/eile-housing/eile/policy/day"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store"
	"github.com/eile-housing/eile/store/waitlist"
)

// maxEffects bounds the changes that a dry run names one by one; the counts are
// of all.
const maxEffects = 1000

// effect answers what a policy would change if it were activated now: who
// becomes eligible or not, and who moves up or down. It writes nothing.
func (s *Server) effect(ctx context.Context, before, next *rules, today day.Day) (*eilev1.Policy, error) {
	all, _, err := s.placements(ctx, next.on(today))
	if err != nil {
		return nil, err
	}
	index := waitlist.NewIndex()
	err = index.Build(1, func(yield func(waitlist.Placement) bool) {
		for _, placement := range all {
			if placement.GetStatus() != eilev1.ApplicationStatus_APPLICATION_STATUS_WAITING {
				continue
			}
			stands := waitlist.Placement{
				Reference: placement.GetReference(), List: placement.GetList(), Class: placement.GetNeedClass(),
				Key: string(placement.GetOrderKey()) + "\x00" + placement.GetReference(),
			}
			if !yield(stands) {
				return
			}
		}
	})
	if err != nil {
		return nil, err
	}
	effect := &eilev1.PolicyEffect{Applications: int32(len(all))}
	err = s.register.View(ctx, func(v *store.View) error {
		for _, placement := range all {
			former, _, err := store.FindPlacement(v, placement.GetReference())
			if err != nil {
				return err
			}
			change := &eilev1.PolicyEffect_Change{
				Application: placement.GetReference(), StatusBefore: former.GetStatus(), StatusAfter: placement.GetStatus(),
			}
			if position, ok := s.register.List().Position(placement.GetReference()); ok && before != nil {
				change.PositionBefore = int32(position.Ahead) + 1
			}
			if position, ok := index.Position(placement.GetReference()); ok {
				change.PositionAfter = int32(position.Ahead) + 1
			}
			count(effect, change)
		}
		return nil
	})
	slices.SortFunc(effect.Changes, func(a, b *eilev1.PolicyEffect_Change) int { return cmp.Compare(a.GetApplication(), b.GetApplication()) })
	answer := next.shown()
	answer.Active, answer.ActivatedAt, answer.ActivatedBy, answer.Effect = false, nil, "", effect
	return answer, err
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
