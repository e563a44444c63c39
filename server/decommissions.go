package server

import (
	"context"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/server/casework/home"
	"github.com/eile-housing/eile/server/casework/state"
	"github.com/eile-housing/eile/store"
)

type decommissions struct {
	eilev1.UnimplementedDecommissionServiceServer
	*Server
}

func (s *decommissions) ProposeDecommission(ctx context.Context, req *eilev1.ProposeDecommissionRequest) (*eilev1.Decommission, error) {
	id, err := s.change(ctx, req, "decommission.propose", req.GetReason(), func(c casework.Change) error {
		id, err := proposalID(c.Tx, req.GetId(), req.GetUnits())
		if err != nil {
			return err
		}
		c.Tx.Result(id)
		return home.ProposeGivingUp(c, id, req.GetUnits(), req.GetReason())
	})
	if err != nil {
		return nil, err
	}
	return s.decommission(ctx, id)
}

// proposalID is the wanted name of a proposal, which must be free, or one made
// from its first home. What is a home's reference would be taken for the home.
func proposalID(tx *store.Tx, wanted string, units []string) (string, error) {
	if wanted == "" {
		return home.ProposalID(tx, units)
	}
	_, taken, err := store.Decommissions.Find(tx, wanted)
	if err != nil {
		return "", err
	}
	if taken {
		return "", exists("proposal to give up homes " + wanted)
	}
	_, taken, err = store.Units.Find(tx, wanted)
	if err == nil && taken {
		err = wrong("id", "%s is a home: give the proposal another name", wanted)
	}
	return wanted, err
}

// target finds the proposal that a subject names, by itself or by one of its
// homes; then the home is answered too.
func target(from store.Source, what, subject string) (*eilev1.Decommission, string, error) {
	unit, ok, err := store.Units.Find(from, subject)
	if err != nil {
		return nil, "", err
	}
	if !ok {
		record, err := store.Decommissions.Get(from, subject)
		return record, "", err
	}
	id := unit.GetGivingUp().GetProposal()
	if id == "" {
		return nil, "", casework.Refuse(what+" "+subject, "NOT_PROPOSED", "nobody proposed to give up unit "+subject+": eile decommission propose "+subject+" --reason TEXT")
	}
	record, err := store.Decommissions.Get(from, id)
	return record, subject, err
}

// cited is the decision that a request cites, or else only its reason.
func cited(by *eilev1.ByDecision, reason string) *eilev1.ByDecision {
	if by != nil {
		return by
	}
	return &eilev1.ByDecision{Reason: reason}
}

func (s *decommissions) ApproveDecommission(ctx context.Context, req *eilev1.ApproveDecommissionRequest) (*eilev1.Decommission, error) {
	by := cited(req.GetDecision(), req.GetReason())
	id, err := s.change(ctx, req, "decommission.approve", by.GetReason(), func(c casework.Change) error {
		record, reference, err := target(c.Tx, "approve giving up", req.GetSubject())
		if err != nil {
			return err
		}
		c.Tx.Result(record.GetId())
		return home.ApproveGivingUp(c, record, reference, req.GetInPrinciple(), by)
	})
	if err != nil {
		return nil, err
	}
	if err := s.settleTransfers(ctx, id); err != nil {
		return nil, err
	}
	return s.decommission(ctx, id)
}

func (s *decommissions) RejectDecommission(ctx context.Context, req *eilev1.RejectDecommissionRequest) (*eilev1.Decommission, error) {
	by := cited(req.GetDecision(), req.GetReason())
	id, err := s.change(ctx, req, "decommission.reject", by.GetReason(), func(c casework.Change) error {
		record, reference, err := target(c.Tx, "reject giving up", req.GetSubject())
		if err != nil {
			return err
		}
		c.Tx.Result(record.GetId())
		return home.RejectGivingUp(c, record, reference, by)
	})
	if err != nil {
		return nil, err
	}
	return s.decommission(ctx, id)
}

// settleTransfers makes the transfers that an approval in principle asks for,
// each in a transaction of its own: those of an estate do not fit one. The
// approval is decided by then; killed in the middle, it is done at start.
func (s *Server) settleTransfers(ctx context.Context, id string) error {
	rules, err := s.today()
	if err != nil {
		return err
	}
	var units []string
	pending := false
	err = s.register.View(ctx, func(v *store.View) error {
		record, err := store.Decommissions.Get(v, id)
		pending = record.GetTransfersPending()
		for _, home := range record.GetHomes() {
			units = append(units, home.GetUnit())
		}
		return err
	})
	if err != nil || !pending {
		return err
	}
	for _, unit := range units {
		_, _, err := casework.Update(ctx, s.register, s.machine("decommission.transfer"), rules, func(c casework.Change) error {
			return home.SettleTransfer(c, id, unit)
		})
		if err != nil {
			return err
		}
	}
	_, _, err = casework.Update(ctx, s.register, s.machine("decommission.settle"), rules, func(c casework.Change) error {
		return home.TransfersSettled(c, id)
	})
	return err
}

// settleAllTransfers does what was under way when the process ended.
func (s *Server) settleAllTransfers(ctx context.Context) error {
	var pending []string
	err := s.register.View(ctx, func(v *store.View) error {
		for entry, err := range store.Decommissions.All(v, "", "") {
			if err != nil {
				return err
			}
			if entry.Record.GetTransfersPending() {
				pending = append(pending, entry.ID)
			}
		}
		return nil
	})
	for _, id := range pending {
		if err == nil {
			err = s.settleTransfers(ctx, id)
		}
	}
	return err
}

func (s *decommissions) GetDecommission(ctx context.Context, req *eilev1.GetDecommissionRequest) (*eilev1.Decommission, error) {
	id := ""
	err := s.register.View(ctx, func(v *store.View) error {
		record, _, err := target(v, "show giving up", req.GetSubject())
		id = record.GetId()
		return err
	})
	if err != nil {
		return nil, err
	}
	return s.decommission(ctx, id)
}

func (s *Server) decommission(ctx context.Context, id string) (*eilev1.Decommission, error) {
	var record *eilev1.Decommission
	err := s.register.View(ctx, func(v *store.View) error {
		var err error
		record, err = store.Decommissions.Get(v, id)
		if err != nil {
			return err
		}
		return s.progress(v, record)
	})
	return record, err
}

func (s *decommissions) ListDecommissions(ctx context.Context, req *eilev1.ListDecommissionsRequest) (*eilev1.ListDecommissionsResponse, error) {
	size, start, err := page(req)
	if err != nil {
		return nil, err
	}
	answer := &eilev1.ListDecommissionsResponse{}
	err = s.register.View(ctx, func(v *store.View) error {
		for entry, err := range store.Decommissions.All(v, "", start) {
			if err == nil {
				err = s.progress(v, entry.Record)
			}
			if err != nil {
				return err
			}
			if req.GetState() != 0 && entry.Record.GetState() != req.GetState() {
				continue
			}
			if len(answer.Decommissions) == size {
				answer.NextPageToken = nextPage(req, entry.ID)
				return nil
			}
			answer.Decommissions = append(answer.Decommissions, entry.Record)
		}
		return nil
	})
	return answer, err
}

// progress fills in how far a proposal has come: for each home, and in all.
func (s *Server) progress(v *store.View, record *eilev1.Decommission) error {
	for _, home := range record.GetHomes() {
		unit, err := store.Units.Get(v, home.GetUnit())
		if err != nil {
			return err
		}
		home.Status, home.Occupied = unit.GetStatus(), state.Occupied(unit)
		if home.GetState() == eilev1.GivingUpState_GIVING_UP_STATE_IN_PRINCIPLE && !home.GetOccupied() {
			home.State = eilev1.GivingUpState_GIVING_UP_STATE_READY
		}
		if err := s.rehousing(v, home); err != nil {
			return err
		}
		countHome(record, home)
	}
	record.State = leastFar(record)
	return nil
}

// rehousing fills in where the transfer of a home's household stands.
func (s *Server) rehousing(v *store.View, home *eilev1.Decommission_Home) error {
	if home.GetTransfer() == "" {
		return nil
	}
	transfer, err := store.Applications.Get(v, home.GetTransfer())
	if err != nil {
		return err
	}
	s.place(transfer)
	home.TransferStatus, home.Position = transfer.GetStatus(), transfer.GetPosition()
	if transfer.GetStatus() != eilev1.ApplicationStatus_APPLICATION_STATUS_HOUSED {
		return nil
	}
	home.RehousedOn = transfer.GetHousedOn()
	home.RehousedIn, err = housedIn(v, transfer.GetReference())
	return err
}

// housedIn answers the home that a household got by its last letting; empty:
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
