package application

import (
	"slices"

	"github.com/eile-housing/eile/policy"
	"github.com/eile-housing/eile/policy/day"
	"github.com/eile-housing/eile/policy/words"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/server/casework/decision"
	"github.com/eile-housing/eile/server/casework/state"
	"github.com/eile-housing/eile/store"
)

// leaseEnding is the ground by which a household whose home goes back to its
// owner stands before the ordinary order, where the policy declares it.
const leaseEnding = "lease_ending"

// leaseNear tells whether a day is within the policy's months before the end of
// a lease, or after it.
func leaseNear(rules casework.Rules, ends, on day.Day) bool {
	return ends <= on.AddMonths(rules.Policy.Leases.TransferMonths)
}

// LeaseTransfer returns the application by which the household that lives in a
// rented-in home is rehoused, the open one before those that ended; nil: there
// is none. An obstacle says why there can be none and what a person must do.
func LeaseTransfer(from store.Source, unit *eilev1.Unit) (transfer *eilev1.Application, obstacle *eilev1.Reason, err error) {
	tenant, obstacle, err := tenantOf(from, unit, LeaseEnding)
	if err != nil || obstacle != nil {
		return nil, obstacle, err
	}
	transfer, err = transferFrom(from, tenant, unit.GetReference())
	return transfer, nil, err
}

// transferFrom returns the application of a tenant that frees a home.
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
		if latest == nil || state.Ended(latest.GetStatus()) && (!state.Ended(linked.GetStatus()) ||
			linked.GetReceivedAt().AsTime().After(latest.GetReceivedAt().AsTime())) {
			latest = linked
		}
	}
	return latest, nil
}

// Leaving returns the application by which the tenant of a home came to it,
// where the tenant is to be put up for a transfer today; nil: nothing is to be
// done, or cannot be. A transfer from this home that ended in the months before
// the end of the lease is not made again: who withdrew it would be registered
// anew every night.
func Leaving(rules casework.Rules, from store.Source, unit *eilev1.Unit) (*eilev1.Application, error) {
	ends, known := state.LeaseEnds(unit)
	if !known || !leaseNear(rules, ends, rules.Today) {
		return nil, nil
	}
	tenant, obstacle, err := tenantOf(from, unit, LeaseEnding)
	if err != nil || obstacle != nil {
		return nil, err
	}
	transfer, err := transferFrom(from, tenant, unit.GetReference())
	if err != nil {
		return nil, err
	}
	if transfer != nil && (!state.Ended(transfer.GetStatus()) || leaseNear(rules, ends, day.Of(transfer.GetReceivedAt().AsTime(), rules.Policy.Location))) {
		return nil, nil
	}
	return tenant, nil
}

// OpenLeaseTransfer opens the transfer of the household that lives in a home.
// The ground that the policy declares for it needs nobody to find it out: the
// decision is automatic under the policy.
func OpenLeaseTransfer(c casework.Change, unit *eilev1.Unit) error {
	reference, obstacle, err := OpenTransfer(c, unit, LeaseEnding)
	if err != nil || obstacle != nil {
		return err
	}
	if !declaresLeaseEnding(c.Rules) {
		return nil
	}
	application, err := store.Applications.Get(c.Tx, reference)
	if err != nil {
		return err
	}
	ends, _ := state.LeaseEnds(unit)
	decided, err := decision.Automatic(c, eilev1.DecisionKind_DECISION_KIND_GRANT_GROUND, reference,
		words.Reason("LEASE_ENDING", words.Text("unit", unit.GetReference()), words.Day("ends", ends)))
	if err != nil {
		return err
	}
	setGround(application, &eilev1.Ground{Code: leaseEnding, GrantedFrom: c.Rules.Today.Proto(), Decision: decided.GetId()})
	return state.Settle(c, application)
}

func declaresLeaseEnding(rules casework.Rules) bool {
	return slices.ContainsFunc(rules.Policy.Grounds, func(g policy.Ground) bool { return g.Code == leaseEnding })
}
