package check

import (
	"maps"
	"slices"
	"time"

	"google.golang.org/protobuf/proto"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store"
	"github.com/eile-housing/eile/store/living"
	"github.com/eile-housing/eile/store/past"
)

// list makes the waiting list anew from the snapshot and compares.
func (c *check) list() error {
	fresh := living.New()
	if err := c.Load(fresh); err != nil {
		return err
	}
	living.Compare(c.living, fresh.Portrait(), c.tell)
	return nil
}

// farAhead is after every entry of a history.
var farAhead = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)

// history replays the placements and compares their end with what is in force.
func (c *check) history() error {
	last := map[string]*eilev1.Placement{}
	for moved, err := range c.Placements(farAhead) {
		if err != nil || c.ended {
			return err
		}
		last[moved.After.GetReference()] = moved.After
	}
	for placement, err := range c.InForce() {
		if err != nil || c.ended {
			return err
		}
		end := last[placement.GetReference()]
		delete(last, placement.GetReference())
		if end == nil || store.Moved(end, placement) {
			c.fault("application %s: its history ends with another place than it has", placement.GetReference())
		}
	}
	for _, reference := range slices.Sorted(maps.Keys(last)) {
		c.fault("application %s: it has a history and no placement", reference)
	}
	return nil
}

// unitHistory replays the states of homes and compares their end.
func (c *check) unitHistory() error {
	last := map[string]*eilev1.UnitChange_UnitState{}
	for moved, err := range past.UnitStates(c.Reader(), farAhead) {
		if err != nil || c.ended {
			return err
		}
		last[moved.After.GetReference()] = moved.After
	}
	err := each(c, store.Units, func(id string, unit *eilev1.Unit) error {
		end := last[id]
		delete(last, id)
		if !proto.Equal(end, store.UnitState(unit)) {
			c.fault("unit %s: its history ends with another state than it has", id)
		}
		return nil
	})
	for _, reference := range slices.Sorted(maps.Keys(last)) {
		c.fault("unit %s: it has a history and no record", reference)
	}
	return err
}
