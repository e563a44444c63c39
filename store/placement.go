package store

import (
	"fmt"
	"iter"

	"google.golang.org/protobuf/proto"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store/kv"
)

// FindPlacement reads the placement in force of an application; false when it
// has none.
func FindPlacement(from Source, reference string) (*eilev1.Placement, bool, error) {
	var generation uint32
	switch from := from.(type) {
	case *Tx:
		generation = from.state.GetGeneration()
	case *View:
		generation = from.state.GetGeneration()
	}
	item, ok, err := from.get(placementKey(generation, reference))
	if err != nil || !ok {
		return nil, false, err
	}
	placement := new(eilev1.Placement)
	if err := proto.Unmarshal(item.Value, placement); err != nil {
		return nil, false, fmt.Errorf("placement of application %s: %w: %w", reference, kv.ErrCorrupt, err)
	}
	if from.hidden(placement.GetImport()) {
		return nil, false, nil
	}
	return placement, true, nil
}

// Place writes the placement of an application under the policy in force. The
// history gets an entry when list, class, order key or status changed.
func (tx *Tx) Place(placement *eilev1.Placement) error {
	if err := checkPlacement(placement); err != nil {
		return err
	}
	before, ok, err := FindPlacement(tx, placement.GetReference())
	if err != nil {
		return err
	}
	if ok && proto.Equal(before, placement) {
		return nil
	}
	if !ok || Moved(before, placement) {
		tx.placements = append(tx.placements, placement)
	}
	return tx.raw(placementKey(tx.state.GetGeneration(), placement.GetReference()), placement)
}

// Moved tells whether a past list would show the two differently.
func Moved(a, b *eilev1.Placement) bool {
	return a.GetList() != b.GetList() || a.GetNeedClass() != b.GetNeedClass() || string(a.GetOrderKey()) != string(b.GetOrderKey()) ||
		a.GetStatus() != b.GetStatus() || a.GetOutOfTurn() != b.GetOutOfTurn() || a.GetHousedOn() != b.GetHousedOn()
}

// PutUnit writes a home; the history gets an entry when what is counted of it
// changed.
func (tx *Tx) PutUnit(unit *eilev1.Unit) error {
	before, ok, err := Units.Find(tx, unit.GetReference())
	if err != nil {
		return err
	}
	if !ok || before.GetStatus() != unit.GetStatus() || before.GetCondition().GetState() != unit.GetCondition().GetState() {
		tx.units = append(tx.units, unitState(unit))
	}
	return Units.Put(tx, unit.GetReference(), unit)
}

func unitState(unit *eilev1.Unit) *eilev1.UnitChange_UnitState {
	return &eilev1.UnitChange_UnitState{Reference: unit.GetReference(), Status: unit.GetStatus(), Condition: unit.GetCondition().GetState()}
}

// PutOffer writes an offer and, the first time, its entries under application
// and unit.
func (tx *Tx) PutOffer(offer *eilev1.Offer) error {
	_, known, err := tx.get(Offers.key(offer.GetId()))
	if err != nil {
		return err
	}
	if !known {
		if err := tx.kv.Put(pairKey(offerByAppPrefix, offer.GetApplication(), offer.GetId()), nil); err != nil {
			return err
		}
		if err := tx.kv.Put(pairKey(offerByUnitPrefix, offer.GetUnit(), offer.GetId()), nil); err != nil {
			return err
		}
	}
	return Offers.Put(tx, offer.GetId(), offer)
}

// Bar notes that a home is not offered again to a household, because of an
// offer; Unbar lifts it.
func (tx *Tx) Bar(application, unit, offer string) error {
	return tx.put(pairKey(barredPrefix, application, unit), []byte(offer))
}

// Unbar lets a home be offered again to a household.
func (tx *Tx) Unbar(application, unit string) error {
	key := pairKey(barredPrefix, application, unit)
	before, err := tx.digest(key)
	if err != nil || before == nil {
		return err
	}
	tx.note(key, before, nil)
	return tx.kv.Delete(key)
}

// Barred answers the offer after which a home is not offered again to a
// household; empty: it may be offered.
func Barred(from Source, application, unit string) (string, error) {
	item, ok, err := from.get(pairKey(barredPrefix, application, unit))
	if err != nil || !ok {
		return "", err
	}
	return string(item.Value), nil
}

// BarredUnits yields the homes that are not offered again to a household.
func (v *View) BarredUnits(application string) iter.Seq2[string, error] {
	return v.seconds(barredPrefix, application)
}

// OffersOf yields the ids of the offers made to an application.
func (v *View) OffersOf(application string) iter.Seq2[string, error] {
	return v.seconds(offerByAppPrefix, application)
}

// OffersFor yields the ids of the offers made of a unit.
func (v *View) OffersFor(unit string) iter.Seq2[string, error] {
	return v.seconds(offerByUnitPrefix, unit)
}

// seconds yields the second parts of the pairs with a first part.
func (v *View) seconds(prefix, first string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		start := pairKey(prefix, first, "")
		for item, err := range v.reader.Scan(start, kv.PrefixEnd(start)) {
			if err != nil {
				yield("", err)
				return
			}
			if !yield(string(item.Key[len(start):]), nil) {
				return
			}
		}
	}
}
