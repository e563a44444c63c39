package application

import (
	"time"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/server/casework/state"
	"github.com/eile-housing/eile/store"
)

// RehearseTransfer answers the application by which the household of a home
// would be rehoused for a reason, evaluated, with its placement; open tells that
// it stands already. Where there can be none the obstacle says what a person
// must do. It writes nothing.
func RehearseTransfer(rules casework.Rules, from store.Source, at time.Time, unit *eilev1.Unit, reason string) (application *eilev1.Application, place *eilev1.Placement, open bool, obstacle *eilev1.Reason, err error) {
	tenant, obstacle, err := tenantOf(from, unit, reason)
	if err != nil || obstacle != nil {
		return nil, nil, false, obstacle, err
	}
	application, err = openTransfer(from, tenant, unit.GetReference())
	if err != nil {
		return nil, nil, false, nil, err
	}
	open = application != nil && application.GetTransfer().GetUnit() == unit.GetReference()
	if application == nil {
		if application, err = draftTransfer(rules, from, at, tenant, unit.GetReference(), reason); err != nil {
			return nil, nil, false, nil, err
		}
	}
	if !open {
		application.Transfer = &eilev1.Transfer{Unit: unit.GetReference(), Reason: reason}
	}
	return application, state.Evaluate(rules, application), open, nil, nil
}

// RehearseLease answers the transfer that SettleLease would open for the tenant
// of a home, evaluated; nil: none. It writes nothing.
func RehearseLease(rules casework.Rules, from store.Source, at time.Time, unit *eilev1.Unit) (*eilev1.Application, *eilev1.Placement, error) {
	tenant, err := Leaving(rules, from, unit)
	if err != nil || tenant == nil {
		return nil, nil, err
	}
	application := tenant
	if state.Ended(tenant.GetStatus()) {
		if application, err = draftTransfer(rules, from, at, tenant, unit.GetReference(), LeaseEnding); err != nil {
			return nil, nil, err
		}
	}
	application.Transfer = &eilev1.Transfer{Unit: unit.GetReference(), Reason: LeaseEnding}
	if declaresLeaseEnding(rules) {
		setGround(application, &eilev1.Ground{Code: leaseEnding, GrantedFrom: rules.Today.Proto()})
	}
	return application, state.Evaluate(rules, application), nil
}
