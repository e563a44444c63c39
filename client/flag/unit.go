package flag

import (
	"slices"

	"github.com/spf13/pflag"
	"google.golang.org/protobuf/proto"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// Unit is the facts of a home and, where it is rented in, the terms of its lease.
type Unit struct {
	flags      *pflag.FlagSet
	unit       *eilev1.Unit
	lease      *eilev1.Lease
	attributes Attributes
}

// unitPaths are the update_mask paths of the flags that amend.
var unitPaths = map[string]string{
	"status": "status", "status-reason": "status_reason", "district": "district", "address": "address", "rooms": "rooms",
	"area-sqm": "area_sqm", "floor": "floor", "lift": "lift", "adapted": "adapted", "tenure": "tenure",
	"wear-percent": "wear_percent", "amenities": "amenities", "earmark": "earmark",
}

// leaseFields are the fields of the flags by which a lease is given.
var leaseFields = map[string]string{
	"owner": "owner", "lease-starts-on": "starts_on", "lease-ends-on": "ends_on", "rent-cents": "rent_cents",
	"notice-months": "notice_months",
}

// NewUnit adds the flags of a home.
func NewUnit(flags *pflag.FlagSet) *Unit {
	u := &Unit{flags: flags, unit: &eilev1.Unit{}, lease: &eilev1.Lease{}}
	EnumVar(flags, &u.unit.Status, "status", "`STATUS`, of which VACANT, LET and UNDER_REPAIR can be given")
	flags.StringVar(&u.unit.StatusReason, "status-reason", "", "why the home is vacant or not, `TEXT`")
	flags.StringVar(&u.unit.District, "district", "", "`DISTRICT` the home is in")
	flags.StringVar(&u.unit.Address, "address", "", "`ADDRESS` of the home")
	IntVar(flags, &u.unit.Rooms, "rooms", "`NUMBER` of rooms, the kitchen not counted")
	decimalVar(flags, &u.unit.AreaSqm, "area-sqm", "useful area, `SQUARE-METRES`")
	IntVar(flags, &u.unit.Floor, "floor", "`FLOOR`; 0 is the ground")
	BoolVar(flags, &u.unit.Lift, "lift", "`true` or false: a lift in the building")
	BoolVar(flags, &u.unit.Adapted, "adapted", "`true` or false: adapted for people with a disability")
	EnumVar(flags, &u.unit.Tenure, "tenure", "`TENURE` of the municipality")
	leaseVar(flags, u.lease)
	IntVar(flags, &u.unit.WearPercent, "wear-percent", "wear by the cadastre, `PERCENT`")
	amenitiesVar(flags, &u.unit.Amenities)
	flags.StringVar(&u.unit.Earmark, "earmark", "", "`RESERVE` of the policy that the home is kept for")
	u.attributes = NewAttributes(flags)
	return u
}

// leaseVar adds the terms by which a home is rented in.
func leaseVar(flags *pflag.FlagSet, lease *eilev1.Lease) {
	flags.StringVar(&lease.Owner, "owner", "", "`OWNER` of a home that is rented in")
	DateVar(flags, &lease.StartsOn, "lease-starts-on", "first day of the lease, `DATE`, where the home is rented in")
	DateVar(flags, &lease.EndsOn, "lease-ends-on", "last day of the lease, `DATE`, where the home is rented in")
	CentsVar(flags, &lease.RentCents, "rent-cents", "rent of the lease a month, `CENTS`")
	IntVar(flags, &lease.NoticeMonths, "notice-months", "`MONTHS` of notice that either side of the lease must give")
}

// Given is the home under a reference, without its lease.
func (u *Unit) Given(reference string) *eilev1.Unit {
	u.unit.Reference, u.unit.Attributes = reference, u.attributes.Facts()
	return u.unit
}

// LeaseGiven tells whether any term of the lease was.
func (u *Unit) LeaseGiven() bool { return len(changed(u.flags, leaseFields)) > 0 }

// LeaseOver is the lease on record, nil where there is none, with the terms that were given in
// their place; an empty one clears what is there.
func (u *Unit) LeaseOver(recorded *eilev1.Lease) *eilev1.Lease {
	lease := &eilev1.Lease{}
	proto.Merge(lease, recorded)
	lay(changed(u.flags, leaseFields), u.lease, lease)
	return lease
}

// Paths of the facts that were given, in order: the server answers faults in the same order every
// time.
func (u *Unit) Paths() []string {
	paths := append(u.attributes.paths(), changed(u.flags, unitPaths)...)
	if u.LeaseGiven() {
		paths = append(paths, "lease")
	}
	slices.Sort(paths)
	return paths
}
