package plan

import (
	"context"

	"github.com/eile-housing/eile/policy/words"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/proto/spell"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/server/casework/application"
	"github.com/eile-housing/eile/server/night/market"
	"github.com/eile-housing/eile/server/night/prepare"
	"github.com/eile-housing/eile/store"
	"github.com/eile-housing/eile/store/living"
)

// findMovers says of each home whether it stands empty, or who must be rehoused,
// or what stands against either. The transfers are opened on a scratch of their
// own: in the market of tonight they do not stand yet.
func (p *planner) findMovers(ctx context.Context) error {
	return p.tonight.Scratch(ctx, func(scratch *store.Register) error {
		for _, home := range p.homes {
			var err error
			switch home.unit.GetStatus() {
			case eilev1.UnitStatus_UNIT_STATUS_VACANT:
				home.basis = eilev1.PlanBasis_PLAN_BASIS_EMPTY
			case eilev1.UnitStatus_UNIT_STATUS_LET:
				err = p.findMover(ctx, scratch, home)
			default:
				home.obstacle = words.Reason("NOT_AT_REST", words.Term("status", spell.Name(home.unit.GetStatus())))
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// findMover opens the transfer of the household of a home on the scratch.
func (p *planner) findMover(ctx context.Context, scratch *store.Register, home *home) error {
	if err := p.findTenant(ctx, home); err != nil {
		return err
	}
	_, reference, err := casework.Update(ctx, scratch, prepare.Stamp(p.clock, "transfer.open", ""), p.rules, func(c casework.Change) error {
		unit, err := store.Units.Get(c.Tx, home.unit.GetReference())
		if err != nil {
			return err
		}
		reference, obstacle, err := application.OpenTransfer(c, unit, application.HomeGivenUp)
		c.Tx.Result(reference)
		home.obstacle = obstacle
		return err
	})
	if err != nil || home.obstacle != nil {
		return err
	}
	m, err := p.placed(ctx, scratch, home, reference)
	if err != nil {
		return err
	}
	home.list, home.class, home.lettings = m.place.GetList(), m.place.GetNeedClass(), p.lettings[m.place.GetNeedClass()]
	if m.place.GetStatus() != eilev1.ApplicationStatus_APPLICATION_STATUS_WAITING {
		home.obstacle = words.Reason("NOT_WAITING.plan",
			append(words.Behind("why", m.application.GetReasons()), words.Term("status", spell.Name(m.place.GetStatus())))...)
		return nil
	}
	p.movers = append(p.movers, m)
	return nil
}

// findTenant notes the application by which the household came to its home.
func (p *planner) findTenant(ctx context.Context, home *home) error {
	if home.unit.GetTenancy() == "" {
		return nil
	}
	return p.tonight.View(ctx, func(v *store.View) error {
		tenancy, err := store.Tenancies.Get(v, home.unit.GetTenancy())
		home.application = tenancy.GetApplication()
		return err
	})
}

// placed reads where a transfer stands: one that is open stays where it is, and
// is named where it stands in the register already.
func (p *planner) placed(ctx context.Context, scratch *store.Register, home *home, reference string) (mover, error) {
	m := mover{home: home}
	err := p.tonight.View(ctx, func(v *store.View) error {
		known, ok, err := store.Applications.Find(v, reference)
		m.open = ok && known.GetTransfer().GetUnit() == home.unit.GetReference()
		return err
	})
	if err != nil {
		return m, err
	}
	from := scratch
	if m.open {
		from = p.tonight
		err := p.register.View(ctx, func(v *store.View) error {
			_, ok, err := store.Applications.Find(v, reference)
			if ok {
				home.transfer = reference
			}
			return err
		})
		if err != nil {
			return m, err
		}
	}
	err = from.View(ctx, func(v *store.View) (err error) {
		if m.application, err = store.Applications.Get(v, reference); err != nil {
			return err
		}
		m.place, _, err = store.FindPlacement(v, reference)
		return err
	})
	return m, err
}

// spare gives the vacant homes that nobody who waits takes tonight to as many
// movers as possible, those from the worst homes first.
func (p *planner) spare(ctx context.Context, v *store.View, frozen living.Frozen) error {
	night, _, err := prepare.Market(v, frozen, p.rules, func(reference string) string { return reference })
	if err != nil {
		return err
	}
	movers := make([]*eilev1.Application, len(p.movers))
	for i, m := range p.movers {
		movers[i] = m.application
	}
	homes, err := market.Spare(ctx, night, movers)
	if err != nil {
		return err
	}
	var others []mover
	for i, m := range p.movers {
		if homes[i] == "" {
			others = append(others, m)
			continue
		}
		m.home.basis, m.home.spare = eilev1.PlanBasis_PLAN_BASIS_SPARE_HOME, homes[i]
	}
	p.movers = others
	return nil
}
