package night

import (
	"context"
	"errors"
	"fmt"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
)

// step carries a run on by one state; false: it rests, for good or until it is
// approved. It is safe to call at any time and as often as one likes.
func (r *runs) step(ctx context.Context, id string) (moved bool, err error) {
	run, err := r.get(ctx, id)
	if err != nil {
		return false, err
	}
	rules, err := r.rules(run)
	if err != nil {
		return false, err
	}
	switch state := run.GetState(); {
	case rests(state, rules):
		return false, nil
	case state == preparing:
		err = r.match(ctx, run, rules)
	case state == matched:
		err = r.approve(ctx, r.stamp("run.approve", id), run, rules, "", nil)
	case state == approved:
		err = commitOffers(ctx, r, run, rules)
	}
	if err != nil {
		return false, r.giveUp(ctx, run, rules, err)
	}
	return true, nil
}

// giveUp marks a run failed for a reason that trying again will not mend. What
// may pass (the context's end, a full disk) leaves it to be resumed. One that was
// ended meanwhile did not fail.
func (r *runs) giveUp(ctx context.Context, run *eilev1.Run, rules casework.Rules, why error) error {
	id := run.GetId()
	if !isRefusal(why) {
		return fmt.Errorf("run %s: %w", id, why)
	}
	err := r.end(ctx, r.stamp("run.fail", id), id, "", failRun, why.Error())
	if isRefusal(err) {
		if run, err := r.get(ctx, id); err == nil && rests(run.GetState(), rules) {
			return nil
		}
	}
	return errors.Join(why, err)
}

func isRefusal(err error) bool {
	var refusal casework.Refusal
	return errors.As(err, &refusal)
}
