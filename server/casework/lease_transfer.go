package casework

import (
	"fmt"
	"slices"
	"time"

	"github.com/eile-housing/eile/policy"
	"github.com/eile-housing/eile/policy/day"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store"
)

// leaseEnding is the ground by which a household whose home goes back to its
// owner stands before the ordinary order, where the policy declares it.
const leaseEnding = "lease_ending"

// leaseNear tells whether a day is within the policy's months before the end of
// a lease, or after it.
func (r Rules) leaseNear(ends, on day.Day) bool {
	return ends <= on.AddMonths(r.Policy.Leases().TransferMonths)
}

// LeaseTransfer answers the application by which the household that lives in a
// rented-in home is rehoused, the open one before those that ended; nil: there
// is none. An obstacle says why there can be none and what a person must do.
func (r Rules) LeaseTransfer(from store.Source, unit *eilev1.Unit) (transfer *eilev1.Application, obstacle *eilev1.Reason, err error) {
	tenant, obstacle, err := r.tenant(from, unit, LeaseEnding)
	if err != nil || obstacle != nil {
		return nil, obstacle, err
	}
	transfer, err = transferFrom(from, tenant, unit.GetReference())
	return transfer, nil, err
}

// transferFrom answers the application of a tenant that frees a home.
func transferFrom(from store.Source, tenant *eilev1.Application, unit string) (*eilev1.Application, error) {
	var latest *eilev1.Application
	if tenant.GetTransfer().GetUnit() == unit {
		latest = tenant
	}
	for _, reference := range tenant.GetLinked() {
		linked, ok, err := store.Applications.Find(from, reference)
		if err != nil {
			return nil, err
		}
		if !ok || linked.GetTransfer().GetUnit() != unit {
			continue
		}
		if latest == nil || ended(latest.GetStatus()) && (!ended(linked.GetStatus()) ||
			linked.GetReceivedAt().AsTime().After(latest.GetReceivedAt().AsTime())) {
			latest = linked
		}
	}
	return latest, nil
}

// leaving answers the application by which the tenant of a home came to it,
// where the tenant is to be put up for a transfer today; nil: nothing is to be
// done, or cannot be. A transfer from this home that ended in the months before
// the end of the lease is not made again: who withdrew it would be registered
// anew every night.
func (r Rules) leaving(from store.Source, unit *eilev1.Unit) (*eilev1.Application, error) {
	ends, known := LeaseEnds(unit)
	if !known || !r.leaseNear(ends, r.Today) {
		return nil, nil
	}
	tenant, obstacle, err := r.tenant(from, unit, LeaseEnding)
	if err != nil || obstacle != nil {
		return nil, err
	}
	transfer, err := transferFrom(from, tenant, unit.GetReference())
	if err != nil {
		return nil, err
	}
	if transfer != nil && (!ended(transfer.GetStatus()) || r.leaseNear(ends, day.Of(transfer.GetReceivedAt().AsTime(), r.Policy.Location()))) {
		return nil, nil
	}
	return tenant, nil
}

// mustBeLeaving refuses a transfer for the end of a lease that is not near: it
// may stand before others, so that a word alone must not be enough.
func (r Rules) mustBeLeaving(what string, unit *eilev1.Unit) error {
	ends, known := LeaseEnds(unit)
	switch {
	case !known:
		return Refuse(what, "NO_LEASE", fmt.Sprintf("unit %s is not rented in, or the end of its lease is not on record", unit.GetReference()))
	case !r.leaseNear(ends, r.Today):
		return Refuse(what, "LEASE_GOES_ON", fmt.Sprintf("the lease of unit %s ends on %s: a transfer begins %d months before", unit.GetReference(), ends, r.Policy.Leases().TransferMonths))
	}
	return nil
}

// transferAtLeaseEnd opens the transfer of the household that lives in a home.
// The ground that the policy declares for it needs nobody to find it out: the
// decision is automatic under the policy.
func (r Rules) transferAtLeaseEnd(tx *store.Tx, unit *eilev1.Unit) error {
	reference, obstacle, err := r.OpenTransfer(tx, unit, LeaseEnding)
	if err != nil || obstacle != nil {
		return err
	}
	if !r.declaresLeaseEnding() {
		return nil
	}
	application, err := store.Applications.Get(tx, reference)
	if err != nil {
		return err
	}
	ends, _ := LeaseEnds(unit)
	decision := &eilev1.Decision{
		Id: tx.ID(), Kind: eilev1.DecisionKind_DECISION_KIND_GRANT_GROUND, State: eilev1.DecisionState_DECISION_STATE_DECIDED,
		Subject: reference, ProposedBy: Machine, DecidedOn: r.Today.Proto(), EffectiveOn: r.Today.Proto(), Automatic: true,
		Policy: r.Policy.Identity(),
		Reasons: []*eilev1.Reason{{
			Code:     LeaseEnding,
			Detail:   fmt.Sprintf("the lease of unit %s ends on %s", unit.GetReference(), ends),
			DetailLt: fmt.Sprintf("būsto %s nuomos sutartis baigiasi %s", unit.GetReference(), ends),
		}},
	}
	tx.Decision(decision.GetId())
	if err := store.Decisions.Put(tx, decision.GetId(), decision); err != nil {
		return err
	}
	r.grantLeaseEnding(application, decision.GetId())
	return r.Settle(tx, application)
}

func (r Rules) declaresLeaseEnding() bool {
	return slices.ContainsFunc(r.Policy.Grounds(), func(g policy.Ground) bool { return g.Code == leaseEnding })
}

// grantLeaseEnding puts the ground into an application that may claim it.
func (r Rules) grantLeaseEnding(application *eilev1.Application, decision string) {
	ground := &eilev1.Ground{Code: leaseEnding, GrantedFrom: r.Today.Proto(), Decision: decision}
	at := slices.IndexFunc(application.GetGrounds(), func(g *eilev1.Ground) bool { return g.GetCode() == leaseEnding })
	if at >= 0 {
		application.Grounds[at] = ground
		return
	}
	application.Grounds = append(application.Grounds, ground)
}

// RehearseLease answers the transfer that SettleLease would open for the tenant
// of a home, evaluated; nil: none. It writes nothing.
func (r Rules) RehearseLease(from store.Source, at time.Time, unit *eilev1.Unit) (*eilev1.Application, *eilev1.Placement, error) {
	tenant, err := r.leaving(from, unit)
	if err != nil || tenant == nil {
		return nil, nil, err
	}
	application := tenant
	if ended(tenant.GetStatus()) {
		if application, err = r.draftTransfer(from, at, tenant, unit.GetReference(), LeaseEnding); err != nil {
			return nil, nil, err
		}
	}
	application.Transfer = &eilev1.Transfer{Unit: unit.GetReference(), Reason: LeaseEnding}
	if r.declaresLeaseEnding() {
		r.grantLeaseEnding(application, "")
	}
	return application, r.Evaluate(application), nil
}
