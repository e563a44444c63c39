package casework

import (
	"time"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store"
)

// RehearseTransfer answers the application by which the household of a home
// would be rehoused for a reason, evaluated, with its placement; open tells that
// it stands already. Where there can be none the obstacle says what a person
// must do. It writes nothing.
func (r Rules) RehearseTransfer(from store.Source, at time.Time, unit *eilev1.Unit, reason string) (application *eilev1.Application, place *eilev1.Placement, open bool, obstacle *eilev1.Reason, err error) {
	tenant, obstacle, err := r.tenant(from, unit, reason)
	if err != nil || obstacle != nil {
		return nil, nil, false, obstacle, err
	}
	application, err = r.openTransfer(from, tenant, unit.GetReference())
	if err != nil {
		return nil, nil, false, nil, err
	}
	open = application != nil && application.GetTransfer().GetUnit() == unit.GetReference()
	if application == nil {
		if application, err = r.draftTransfer(from, at, tenant, unit.GetReference(), reason); err != nil {
			return nil, nil, false, nil, err
		}
	}
	if !open {
		application.Transfer = &eilev1.Transfer{Unit: unit.GetReference(), Reason: reason}
	}
	return application, r.Evaluate(application), open, nil, nil
}
