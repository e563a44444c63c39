// Package check examines a register for faults: it recomputes whatever is derived from the
// records and says where that is not what is kept.
//
// Promises. Register reads one snapshot, changes nothing and yields every fault it finds, until it
// is told to stop; writes may go on meanwhile. A fault names its record and holds no personal data.
// Whatever another program deletes or changes is told, but for what nothing rests on.
//
// The package imports store and its rooms, proto and store/kv; the checks of the audit, of the
// living list and of what is staged are those of their rooms. It knows no driver and no rules of
// the policy.
package check

import (
	"context"
	"fmt"
	"time"

	"google.golang.org/protobuf/proto"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store"
	"github.com/eile-housing/eile/store/layout"
	"github.com/eile-housing/eile/store/living"
)

// A check walks one snapshot and reports faults until told to stop.
type check struct {
	*store.View
	living *living.Portrait // the list at the revision of the snapshot
	sealed uint32           // the number of the last seal then
	report func(fault string) bool
	ended  bool
}

func (c *check) fault(format string, args ...any) { c.tell(fmt.Sprintf(format, args...)) }

// tell reports what a part of the check has found and answers whether to go on.
func (c *check) tell(fault string) bool {
	if !c.ended {
		c.ended = !c.report(fault)
	}
	return !c.ended
}

// Register recomputes everything that is derived from the records (places, open
// offers, states of homes, history, audit chain) and calls report with each
// fault until report returns false. It may run while writes go on. The error
// says that reading failed.
func Register(ctx context.Context, r *store.Register, report func(fault string) bool) error {
	return r.Portray(ctx, func(v *store.View, portrait *living.Portrait, sealed uint32) error {
		c := &check{View: v, living: portrait, sealed: sealed, report: report}
		parts := []func() error{
			c.applications, c.placements, c.units, c.decommissions, c.decisions, c.offers, c.offerKeys, c.runs, c.list, c.history, c.unitHistory,
			c.audit, c.records, c.strays,
		}
		for _, part := range parts {
			if err := part(); err != nil || c.ended {
				return err
			}
		}
		return nil
	})
}

// each calls fn with every record of a kind until the check has ended.
func each[T any, M layout.Message[T]](c *check, kind store.Kind[T, M], fn func(id string, record M) error) error {
	for entry, err := range kind.All(c.View, "", "") {
		if err != nil || c.ended {
			return err
		}
		if err := fn(entry.ID, entry.Record); err != nil {
			return err
		}
	}
	return nil
}

// applications compares each application with its placement and what it names.
func (c *check) applications() error {
	return each(c, store.Applications, func(id string, application *eilev1.Application) error {
		if application.GetReference() != id {
			c.fault("application %s: its record says that it is %s", id, application.GetReference())
		}
		placement, ok, err := store.FindPlacement(c.View, id)
		if err != nil {
			return err
		}
		if ok {
			c.placed(application, placement)
		} else {
			c.fault("application %s: it has no placement", id)
		}
		if err := c.reserved(application); err != nil {
			return err
		}
		offer, ok, err := c.openOffer(application.GetOpenOffer())
		if err == nil && application.GetOpenOffer() != "" && (!ok || offer.GetApplication() != id) {
			c.fault("application %s: its open offer %s is not an open offer to it", id, application.GetOpenOffer())
		}
		return err
	})
}

// placed compares an application with its placement. While a change of policy is
// being settled, applications still say what the policy before said.
func (c *check) placed(application *eilev1.Application, placement *eilev1.Placement) {
	id := application.GetReference()
	if placement.GetOpenOffer() != (application.GetOpenOffer() != "") {
		c.fault("application %s: its placement says open offer %t, it has %q", id, placement.GetOpenOffer(), application.GetOpenOffer())
	}
	if c.Unsettled() && !proto.Equal(application.GetPolicy(), c.Policy()) {
		return
	}
	if placement.GetStatus() != application.GetStatus() {
		c.fault("application %s: it is %v, its placement says %v", id, application.GetStatus(), placement.GetStatus())
	}
	if placement.GetList() != application.GetList() || placement.GetNeedClass() != application.GetNeedClass() {
		c.fault("application %s: it is of list %q, class %q, its placement of %q, %q",
			id, application.GetList(), application.GetNeedClass(), placement.GetList(), placement.GetNeedClass())
	}
	if on := application.GetHousedOn(); on != nil {
		day := time.Date(int(on.GetYear()), time.Month(on.GetMonth()), int(on.GetDay()), 0, 0, 0, 0, time.UTC).Unix() / (24 * 3600)
		if day != int64(placement.GetHousedOn()) {
			c.fault("application %s: it was housed on day %d, its placement says %d", id, day, placement.GetHousedOn())
		}
	} else if placement.GetHousedOn() != 0 {
		c.fault("application %s: it was not housed, its placement says on day %d", id, placement.GetHousedOn())
	}
}

// reserved compares an application with the letting that it waits for.
func (c *check) reserved(application *eilev1.Application) error {
	id, letting := application.GetReference(), application.GetReservedTenancy()
	waits := application.GetStatus() == eilev1.ApplicationStatus_APPLICATION_STATUS_RESERVED
	if waits != (letting != "") {
		c.fault("application %s: it is %v and waits for the letting %q", id, application.GetStatus(), letting)
	}
	if letting == "" {
		return nil
	}
	tenancy, ok, err := store.Tenancies.Find(c.View, letting)
	if err == nil && (!ok || tenancy.GetApplication() != id || tenancy.GetEndedOn() != nil || tenancy.GetHoused()) {
		c.fault("application %s: the letting %s that it waits for is not under way for it", id, letting)
	}
	return err
}

// openOffer finds an offer if it is open.
func (c *check) openOffer(id string) (*eilev1.Offer, bool, error) {
	if id == "" {
		return nil, false, nil
	}
	offer, ok, err := store.Offers.Find(c.View, id)
	return offer, ok && offer.GetStatus() == eilev1.OfferStatus_OFFER_STATUS_OPEN, err
}

// placements looks for those of nobody.
func (c *check) placements() error {
	for placement, err := range c.InForce() {
		if err != nil || c.ended {
			return err
		}
		_, ok, err := c.Reader().Get([]byte(layout.Application + placement.GetReference()))
		if err != nil {
			return err
		}
		if !ok {
			c.fault("placement %s: there is no such application", placement.GetReference())
		}
		if err := living.CheckPlacement(placement); err != nil {
			c.fault("placement %s: %v", placement.GetReference(), err)
		}
	}
	return nil
}

// units compares each home with its open offer and its tenancy.
func (c *check) units() error {
	return each(c, store.Units, func(id string, unit *eilev1.Unit) error {
		if unit.GetReference() != id {
			c.fault("unit %s: its record says that it is %s", id, unit.GetReference())
		}
		if offered := unit.GetStatus() == eilev1.UnitStatus_UNIT_STATUS_OFFERED; offered != (unit.GetOpenOffer() != "") {
			c.fault("unit %s: it is %v and its open offer is %q", id, unit.GetStatus(), unit.GetOpenOffer())
		}
		offer, ok, err := c.openOffer(unit.GetOpenOffer())
		if err != nil {
			return err
		}
		if unit.GetOpenOffer() != "" && (!ok || offer.GetUnit() != id) {
			c.fault("unit %s: its open offer %s is not an open offer of it", id, unit.GetOpenOffer())
		}
		if unit.GetTenancy() == "" {
			if unit.GetStatus() == eilev1.UnitStatus_UNIT_STATUS_RESERVED {
				c.fault("unit %s: it is reserved for no letting", id)
			}
			return nil
		}
		tenancy, ok, err := store.Tenancies.Find(c.View, unit.GetTenancy())
		if err == nil && (!ok || tenancy.GetUnit() != id || tenancy.GetEndedOn() != nil) {
			c.fault("unit %s: its tenancy %s is not in force for it", id, unit.GetTenancy())
		}
		return err
	})
}

// runs looks for what only their batches keep.
func (c *check) runs() error {
	return each(c, store.Runs, func(id string, run *eilev1.Run) error {
		if n := len(run.GetSkipped()); n > 0 {
			c.fault("run %s: its record names %d matches that became no offer, which are its batches' to name", id, n)
		}
		return nil
	})
}
