package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"time"

	"google.golang.org/protobuf/proto"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store/kv"
)

// A check walks one snapshot and reports faults until told to stop.
type check struct {
	*View
	report func(fault string) bool
	ended  bool
}

func (c *check) fault(format string, args ...any) {
	if !c.ended {
		c.ended = !c.report(fmt.Sprintf(format, args...))
	}
}

// Check recomputes everything that is derived from the records (places, open
// offers, states of homes, history, audit chain) and calls report with each
// fault until report returns false. The error says that reading failed.
func (r *Register) Check(ctx context.Context, report func(fault string) bool) error {
	return r.View(ctx, func(v *View) error {
		c := &check{View: v, report: report}
		for _, part := range []func() error{c.applications, c.placements, c.offers, c.units, c.history, c.chain} {
			err := part()
			if err != nil {
				return err
			}
			if c.ended {
				return nil
			}
		}
		return nil
	})
}

func (c *check) applications() error {
	for entry, err := range Applications.All(c.View, "", "") {
		if err != nil {
			return err
		}
		application := entry.Record
		if application.GetReference() != entry.ID {
			c.fault("application %s: its record says that it is %s", entry.ID, application.GetReference())
		}
		placement, ok, err := FindPlacement(c.View, entry.ID)
		if err != nil {
			return err
		}
		if !ok {
			c.fault("application %s: it has no placement", entry.ID)
			continue
		}
		if placement.GetStatus() != application.GetStatus() {
			c.fault("application %s: it is %v, its placement says %v", entry.ID, application.GetStatus(), placement.GetStatus())
		}
		if placement.GetOpenOffer() != (application.GetOpenOffer() != "") {
			c.fault("application %s: its placement says open offer %t, it has %q", entry.ID, placement.GetOpenOffer(), application.GetOpenOffer())
		}
		if id := application.GetOpenOffer(); id != "" {
			offer, ok, err := Offers.Find(c.View, id)
			if err != nil {
				return err
			}
			if !ok || offer.GetStatus() != eilev1.OfferStatus_OFFER_STATUS_OPEN || offer.GetApplication() != entry.ID {
				c.fault("application %s: its open offer %s is not an open offer to it", entry.ID, id)
			}
		}
	}
	return nil
}

// placements compares the stored placements with the list in memory.
func (c *check) placements() error {
	waiting := 0
	prefix := placementKey(c.state.GetGeneration(), "")
	sameRevision := c.reg.list.Revision() == c.Revision()
	for item, err := range c.reader.Scan(prefix, kv.PrefixEnd(prefix)) {
		if err != nil {
			return err
		}
		placement := new(eilev1.Placement)
		if err := proto.Unmarshal(item.Value, placement); err != nil {
			c.fault("placement at key %q cannot be read: %v", item.Key, err)
			continue
		}
		if c.hidden(placement.GetImport()) {
			continue
		}
		if _, ok, err := c.get(Applications.key(placement.GetReference())); err != nil {
			return err
		} else if !ok {
			c.fault("placement %s: there is no such application", placement.GetReference())
		}
		if !stands(placement) {
			continue
		}
		waiting++
		position, ok := c.reg.list.Position(placement.GetReference())
		if sameRevision && (!ok || position.List != placement.GetList() || position.Class != placement.GetNeedClass()) {
			c.fault("application %s: it waits on list %s in class %s, the list in memory says %s %s",
				placement.GetReference(), placement.GetList(), placement.GetNeedClass(), position.List, position.Class)
		}
	}
	inMemory := 0
	for _, count := range c.reg.list.Counts() {
		inMemory += count.Waiting
	}
	if sameRevision && c.reg.list.Revision() == c.Revision() && inMemory != waiting {
		c.fault("waiting list: %d wait in the store, %d in memory", waiting, inMemory)
	}
	return nil
}

func (c *check) offers() error {
	household, home := map[string]string{}, map[string]string{}
	for entry, err := range Offers.All(c.View, "", "") {
		if err != nil {
			return err
		}
		offer := entry.Record
		for _, key := range [][]byte{
			pairKey(offerByAppPrefix, offer.GetApplication(), entry.ID), pairKey(offerByUnitPrefix, offer.GetUnit(), entry.ID),
		} {
			if _, ok, err := c.get(key); err != nil {
				return err
			} else if !ok {
				c.fault("offer %s: its entry %q is missing", entry.ID, key)
			}
		}
		if offer.GetStatus() != eilev1.OfferStatus_OFFER_STATUS_OPEN {
			continue
		}
		if other := household[offer.GetApplication()]; other != "" {
			c.fault("application %s: offers %s and %s are both open", offer.GetApplication(), other, entry.ID)
		}
		if other := home[offer.GetUnit()]; other != "" {
			c.fault("unit %s: offers %s and %s are both open", offer.GetUnit(), other, entry.ID)
		}
		household[offer.GetApplication()], home[offer.GetUnit()] = entry.ID, entry.ID
		application, ok, err := Applications.Find(c.View, offer.GetApplication())
		if err != nil {
			return err
		}
		if !ok || application.GetOpenOffer() != entry.ID {
			c.fault("offer %s: it is open, application %s does not say so", entry.ID, offer.GetApplication())
		}
	}
	return nil
}

func (c *check) units() error {
	for entry, err := range Units.All(c.View, "", "") {
		if err != nil {
			return err
		}
		unit := entry.Record
		offered := unit.GetStatus() == eilev1.UnitStatus_UNIT_STATUS_OFFERED
		if offered != (unit.GetOpenOffer() != "") {
			c.fault("unit %s: it is %v and its open offer is %q", entry.ID, unit.GetStatus(), unit.GetOpenOffer())
		}
		if id := unit.GetOpenOffer(); id != "" {
			offer, ok, err := Offers.Find(c.View, id)
			if err != nil {
				return err
			}
			if !ok || offer.GetStatus() != eilev1.OfferStatus_OFFER_STATUS_OPEN || offer.GetUnit() != entry.ID {
				c.fault("unit %s: its open offer %s is not an open offer of it", entry.ID, id)
			}
		}
	}
	return nil
}

// history replays the placements and compares their end with what is in force.
func (c *check) history() error {
	type end struct {
		status eilev1.ApplicationStatus
		key    string
	}
	last := map[string]end{}
	for moved, err := range c.Placements(farAhead) {
		if err != nil {
			return err
		}
		last[moved.After.GetReference()] = end{moved.After.GetStatus(), string(moved.After.GetOrderKey())}
	}
	prefix := placementKey(c.state.GetGeneration(), "")
	for item, err := range c.reader.Scan(prefix, kv.PrefixEnd(prefix)) {
		if err != nil {
			return err
		}
		placement := new(eilev1.Placement)
		if proto.Unmarshal(item.Value, placement) != nil || c.hidden(placement.GetImport()) {
			continue
		}
		if now := (end{placement.GetStatus(), string(placement.GetOrderKey())}); last[placement.GetReference()] != now {
			c.fault("application %s: its history ends with another place than it has", placement.GetReference())
		}
	}
	return nil
}

// farAhead is after every entry of a history.
var farAhead = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)

// chain recomputes the seals and the digests of the entries that they name.
func (c *check) chain() error {
	var previous []byte
	sealed := map[string]bool{}
	for number := uint32(1); ; number++ {
		item, ok, err := c.reader.Get(sealKey(number))
		if err != nil {
			return err
		}
		if !ok {
			break
		}
		sum := sha256.Sum256(item.Value)
		seal := new(eilev1.AuditSeal)
		if err := proto.Unmarshal(item.Value, seal); err != nil {
			c.fault("audit seal %d cannot be read: %v", number, err)
			break
		}
		if seal.GetNumber() != number || !bytes.Equal(seal.GetPrevious(), previous) {
			c.fault("audit seal %d: it does not follow the seal before", number)
		}
		previous = sum[:]
		for _, link := range seal.GetEntries() {
			sealed[link.GetId()] = true
			entry, ok, err := c.reader.Get([]byte(auditPrefix + link.GetId()))
			if err != nil {
				return err
			}
			digest := sha256.Sum256(entry.Value)
			switch {
			case !ok:
				c.fault("audit entry %q: it is sealed and missing", link.GetId())
			case !bytes.Equal(digest[:], link.GetSha256()):
				c.fault("audit entry %q: it was changed after it was sealed", link.GetId())
			}
		}
	}
	return c.unsealed(sealed)
}

// unsealed looks for entries that a seal should have named.
func (c *check) unsealed(sealed map[string]bool) error {
	lastSealed := kv.Revision(0)
	var open []kv.Revision
	for item, err := range c.reader.Scan([]byte(auditPrefix), kv.PrefixEnd([]byte(auditPrefix))) {
		if err != nil {
			return err
		}
		if sealed[string(item.Key[len(auditPrefix):])] {
			lastSealed = max(lastSealed, item.Revision)
		} else {
			open = append(open, item.Revision)
		}
	}
	for _, revision := range open {
		if revision < lastSealed {
			c.fault("audit: an entry of revision %d was added behind the seals", revision)
		}
	}
	return nil
}
