package plan

import (
	"context"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/server/night/prepare"
	"github.com/eile-housing/eile/store"
	"github.com/eile-housing/eile/store/living"
)

// Draw puts the flagged homes in order, the worst first, and says from when each
// could be given up: at once where nobody lives there, or where a home is vacant
// and fit that nobody who waits takes tonight; else when the lettings of the
// household's need class will have reached it, at the pace of the year before, of
// which share percent are taken. It looks some months ahead.
func Draw(ctx context.Context, register *store.Register, clock prepare.Clock, rules casework.Rules, months, share int) (*eilev1.PlanDecommissionResponse, error) {
	answer := &eilev1.PlanDecommissionResponse{
		On: rules.Today.Proto(), Policy: rules.Policy.Identity(), Months: int32(months), SharePercent: int32(share),
	}
	// The register stays as it is while the plan is drawn: writes that go on are not
	// seen.
	err := register.Scratch(ctx, func(still *store.Register) error {
		return prepare.Scratch(ctx, still, clock, rules, func(tonight *store.Register, revision uint64) error {
			answer.Revision = revision
			p := &planner{register: still, tonight: tonight, clock: clock, now: clock.Now(), rules: rules, share: share, months: months}
			return p.tell(ctx, answer)
		})
	})
	return answer, err
}

// tell draws the plan and puts it into an answer.
func (p *planner) tell(ctx context.Context, answer *eilev1.PlanDecommissionResponse) error {
	if err := p.draw(ctx); err != nil {
		return err
	}
	answer.LettingsSince, answer.Flagged, answer.Effects = p.since.Proto(), int32(len(p.homes)), p.effects
	for i, home := range p.homes {
		planned := home.shown(i+1, p.rules.Today)
		if home.basis != 0 {
			answer.Planned++
		}
		answer.Homes = append(answer.Homes, planned)
	}
	return nil
}

func (p *planner) draw(ctx context.Context) error {
	err := p.tonight.View(ctx, func(v *store.View) error {
		if err := p.countLettings(v); err != nil {
			return err
		}
		return p.findHomes(v)
	})
	if err != nil {
		return err
	}
	if err := p.findMovers(ctx); err != nil {
		return err
	}
	return p.tonight.Freeze(ctx, func(v *store.View, frozen living.Frozen) error {
		if err := p.spare(ctx, v, frozen); err != nil {
			return err
		}
		p.turnOver(frozen)
		return nil
	})
}
