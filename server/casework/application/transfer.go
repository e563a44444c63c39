package application

import (
	"fmt"
	"slices"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/eile-housing/eile/policy"
	"github.com/eile-housing/eile/policy/day"
	"github.com/eile-housing/eile/policy/table"
	"github.com/eile-housing/eile/policy/words"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/server/casework/state"
	"github.com/eile-housing/eile/store"
)

// The reasons for which a sitting tenant applies.
const (
	HomeGivenUp      = "HOME_GIVEN_UP"
	AdaptedHome      = "ADAPTED_HOME"
	BetterConditions = "BETTER_CONDITIONS"
	LeaseEnding      = "LEASE_ENDING"
)

// TransferReasons are all of them.
var TransferReasons = []string{HomeGivenUp, AdaptedHome, BetterConditions, LeaseEnding}

// sittingTenant is the attribute that says so of a household, where the policy
// declares it.
const sittingTenant = "sitting_tenant"

// maxReference is the most letters of a reference; some are left for a number.
const maxReference = 60

// OpenTransfer makes the application by which the household that lives in a home
// is rehoused, registered now, with the facts of the application by which it
// came to the home. One that it has already for this home is used, and takes the
// reason. Where nothing can be made, the obstacle says what a person must do.
func OpenTransfer(c casework.Change, unit *eilev1.Unit, reason string) (reference string, obstacle *eilev1.Reason, err error) {
	tenant, obstacle, err := tenantOf(c.Tx, unit, reason)
	if err != nil || obstacle != nil {
		return "", obstacle, err
	}
	known, err := openTransfer(c.Tx, tenant, unit.GetReference())
	if err != nil {
		return "", nil, err
	}
	if known != nil {
		known.Transfer = &eilev1.Transfer{Unit: unit.GetReference(), Reason: reason}
		return known.GetReference(), nil, state.Settle(c, known)
	}
	application, err := newTransfer(c, tenant, unit.GetReference(), reason)
	if err != nil {
		return "", nil, err
	}
	tenant.Linked = append(tenant.Linked, application.GetReference())
	c.Tx.Subject(tenant.GetReference(), unit.GetReference())
	if err := store.Applications.Put(c.Tx, tenant.GetReference(), tenant); err != nil {
		return "", nil, err
	}
	return application.GetReference(), nil, Register(c, application)
}

// tenantOf returns the application by which the household that lives in a home
// came to it, or why that cannot be told.
func tenantOf(from store.Source, unit *eilev1.Unit, reason string) (*eilev1.Application, *eilev1.Reason, error) {
	home := words.Text("unit", unit.GetReference())
	if unit.GetTenancy() == "" {
		byHand := words.Next("REGISTER_TRANSFER", words.Text("unit", unit.GetReference()), words.Text("reason", reason))
		return nil, words.Then(words.Reason("NO_TENANT_ON_RECORD", home), byHand), nil
	}
	tenancy, err := store.Tenancies.Get(from, unit.GetTenancy())
	if err != nil {
		return nil, nil, err
	}
	switch {
	case !tenancy.GetHoused():
		return nil, words.Then(words.Reason("LETTING_UNDER_WAY", home), words.Next("FAIL_LETTING", words.Text("tenancy", tenancy.GetId()))), nil
	case tenancy.GetApplication() == "":
		return nil, words.Then(words.Reason("TENANT_IS_ORGANISATION", home), words.Next("END_TENANCY", words.Text("tenancy", tenancy.GetId()))), nil
	}
	tenant, err := store.Applications.Get(from, tenancy.GetApplication())
	return tenant, nil, err
}

// openTransfer returns the application of the household that frees the home and
// has not ended: its own, where a temporary letting left it on the list, or one
// linked to it. Nil: there is none.
func openTransfer(from store.Source, tenant *eilev1.Application, unit string) (*eilev1.Application, error) {
	if !state.Ended(tenant.GetStatus()) {
		return tenant, nil
	}
	for _, reference := range tenant.GetLinked() {
		linked, ok, err := store.Applications.Find(from, reference)
		if err != nil {
			return nil, err
		}
		if ok && !state.Ended(linked.GetStatus()) && linked.GetTransfer().GetUnit() == unit {
			return linked, nil
		}
	}
	return nil, nil
}

// newTransfer puts the application together and copies the personal data; it is
// registered by the caller.
func newTransfer(c casework.Change, tenant *eilev1.Application, unit, reason string) (*eilev1.Application, error) {
	application, err := draftTransfer(c.Rules, c.Tx, c.Tx.Now(), tenant, unit, reason)
	if err != nil {
		return nil, err
	}
	person, known, err := store.Persons.Find(c.Tx, tenant.GetReference())
	if err != nil || !known {
		return application, err
	}
	return application, store.Persons.Put(c.Tx, application.GetReference(), person)
}

// draftTransfer puts the application together; it writes nothing.
func draftTransfer(rules casework.Rules, from store.Source, at time.Time, tenant *eilev1.Application, unit, reason string) (*eilev1.Application, error) {
	reference, err := freeReference(from, "T-"+unit)
	if err != nil {
		return nil, err
	}
	application := &eilev1.Application{
		Reference: reference, List: rules.Policy.DefaultList, RegisteredAt: RegisteredNow(at, rules.Policy.Location),
		Household: proto.CloneOf(tenant.GetHousehold()), Districts: slices.Clone(tenant.GetDistricts()),
		Attributes: map[string]*eilev1.Fact{},
		Transfer:   &eilev1.Transfer{Unit: unit, Reason: reason}, Linked: []string{tenant.GetReference()},
	}
	if slices.Contains(rules.Policy.Lists, tenant.GetList()) {
		application.List = tenant.GetList()
	}
	// The tenant's facts may be of an earlier policy: what the one in force does
	// not declare is left behind.
	for _, attribute := range rules.Policy.Attributes(policy.ApplicationKind) {
		if fact, known := tenant.GetAttributes()[attribute.Name]; known {
			application.Attributes[attribute.Name] = proto.CloneOf(fact)
		}
		if attribute.Name == sittingTenant && attribute.Type == table.Bool {
			application.Attributes[attribute.Name] = &eilev1.Fact{Value: &eilev1.Fact_BoolValue{BoolValue: true}}
		}
	}
	return application, nil
}

// RegisteredNow is the registration date of what is registered at a moment, in
// the time zone of the policy.
func RegisteredNow(now time.Time, zone *time.Location) string {
	return day.At(now.In(zone).Truncate(time.Microsecond)).String()
}

// freeReference numbers a reference until it is free.
func freeReference(from store.Source, wanted string) (string, error) {
	wanted = wanted[:min(len(wanted), maxReference)]
	for number := 2; ; number++ {
		reference := wanted
		if number > 2 {
			reference = fmt.Sprintf("%s.%d", wanted, number-1)
		}
		_, taken, err := store.Applications.Find(from, reference)
		if err != nil || !taken {
			return reference, err
		}
	}
}
