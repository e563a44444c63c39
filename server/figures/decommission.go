package figures

import (
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework/state"
	"github.com/eile-housing/eile/store"
	"github.com/eile-housing/eile/store/living"
)

// Decommission fills in how far a proposal has come: for each home, and in all.
func Decommission(v *store.View, list *living.List, record *eilev1.Decommission) error {
	for _, home := range record.GetHomes() {
		unit, err := store.Units.Get(v, home.GetUnit())
		if err != nil {
			return err
		}
		home.Status, home.Occupied = unit.GetStatus(), state.Occupied(unit)
		if home.GetState() == eilev1.GivingUpState_GIVING_UP_STATE_IN_PRINCIPLE && !home.GetOccupied() {
			home.State = eilev1.GivingUpState_GIVING_UP_STATE_READY
		}
		if err := rehousing(v, list, home); err != nil {
			return err
		}
		countHome(record, home)
	}
	record.State = leastFar(record)
	return nil
}

// rehousing fills in where the transfer of a home's household stands.
func rehousing(v *store.View, list *living.List, home *eilev1.Decommission_Home) error {
	if home.GetTransfer() == "" {
		return nil
	}
	transfer, err := store.Applications.Get(v, home.GetTransfer())
	if err != nil {
		return err
	}
	Place(list, transfer)
	home.TransferStatus, home.Position = transfer.GetStatus(), transfer.GetPosition()
	if transfer.GetStatus() != eilev1.ApplicationStatus_APPLICATION_STATUS_HOUSED {
		return nil
	}
	home.RehousedOn = transfer.GetHousedOn()
	home.RehousedIn, err = housedIn(v, transfer.GetReference())
	return err
}

// housedIn returns the home that a household got by its last letting; empty:
// none.
func housedIn(v *store.View, application string) (unit string, err error) {
	for id, err := range v.OffersOf(application) {
		if err != nil {
			return "", err
		}
		tenancy, ok, err := store.Tenancies.Find(v, id)
		if err != nil {
			return "", err
		}
		if ok && tenancy.GetHoused() && tenancy.GetKind() != eilev1.TenancyKind_TENANCY_KIND_TEMPORARY {
			unit = tenancy.GetUnit()
		}
	}
	return unit, nil
}

// countHome adds a home to the figures of its proposal.
func countHome(record *eilev1.Decommission, home *eilev1.Decommission_Home) {
	const principle = eilev1.GivingUpState_GIVING_UP_STATE_IN_PRINCIPLE
	if home.GetRehousedOn() != nil {
		record.Rehoused++
	}
	if home.GetState() == eilev1.GivingUpState_GIVING_UP_STATE_DECOMMISSIONED {
		record.Decommissioned++
	}
	if !home.GetOccupied() || home.GetState() == eilev1.GivingUpState_GIVING_UP_STATE_REJECTED {
		return
	}
	record.Occupied++
	if home.GetState() == principle {
		record.Left++
	}
}

// leastFar is the state of the home that is least far; where all are rejected,
// that.
func leastFar(record *eilev1.Decommission) eilev1.GivingUpState {
	least := eilev1.GivingUpState_GIVING_UP_STATE_REJECTED
	for _, home := range record.GetHomes() {
		least = min(least, home.GetState())
	}
	return least
}
