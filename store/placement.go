package store

import (
	"bytes"
	"fmt"
	"iter"

	"google.golang.org/protobuf/proto"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store/kv"
	"github.com/eile-housing/eile/store/layout"
	"github.com/eile-housing/eile/store/living"
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
	placement, hidden, err := findPlacement(from, generation, reference)
	if err != nil || placement == nil || hidden {
		return nil, false, err
	}
	return placement, true, nil
}

// findPlacement also reads what is hidden; nil: there is none.
func findPlacement(from Source, generation uint32, reference string) (placement *eilev1.Placement, hidden bool, err error) {
	item, ok, err := from.get(layout.PlacementKey(generation, reference))
	if err != nil || !ok {
		return nil, false, err
	}
	placement = new(eilev1.Placement)
	if err := proto.Unmarshal(item.Value, placement); err != nil {
		return nil, false, fmt.Errorf("placement of application %s: %w: %w", reference, kv.ErrCorrupt, err)
	}
	hidden, err = from.hidden(placement.GetImport())
	return placement, hidden, err
}

// move is the change of one placement by a transaction, from before its first
// step to after its last.
type move struct{ before, after *eilev1.Placement }

// Place writes the placement of an application under the policy in force; the
// caller does not change it afterwards. The history gets an entry when it moved.
func (tx *Tx) Place(placement *eilev1.Placement) error {
	if err := living.CheckPlacement(placement); err != nil {
		return err
	}
	before, hidden, err := findPlacement(tx, tx.state.GetGeneration(), placement.GetReference())
	if err != nil {
		return err
	}
	if hidden {
		return fmt.Errorf("application %s: %w", placement.GetReference(), ErrImporting)
	}
	if before != nil && proto.Equal(before, placement) {
		return nil
	}
	tx.moved(before, placement)
	return tx.raw(layout.PlacementKey(tx.state.GetGeneration(), placement.GetReference()), placement)
}

func (tx *Tx) moved(before, after *eilev1.Placement) {
	for i := range tx.moves {
		if tx.moves[i].after.GetReference() == after.GetReference() {
			tx.moves[i].after = after
			return
		}
	}
	tx.moves = append(tx.moves, move{before, after})
}

// Moved tells whether a past list would show the two differently, or a run would
// have treated them differently. Whether an offer was open the offers tell.
func Moved(a, b *eilev1.Placement) bool {
	return a.GetList() != b.GetList() || a.GetNeedClass() != b.GetNeedClass() || string(a.GetOrderKey()) != string(b.GetOrderKey()) ||
		a.GetStatus() != b.GetStatus() || a.GetOutOfTurn() != b.GetOutOfTurn() || a.GetHousedOn() != b.GetHousedOn() ||
		!bytes.Equal(a.GetSuitability(), b.GetSuitability())
}

// turn is the change of what is counted of one home by a transaction.
type turn struct{ before, after *eilev1.UnitChange_UnitState }

// PutUnit writes a home; the history gets an entry when what is counted of it
// changed.
func (tx *Tx) PutUnit(unit *eilev1.Unit) error {
	before, ok, err := Units.Find(tx, unit.GetReference())
	if err != nil {
		return err
	}
	if err := Units.Put(tx, unit.GetReference(), unit); err != nil {
		return err
	}
	after := UnitState(unit)
	for i := range tx.turns {
		if tx.turns[i].after.GetReference() == unit.GetReference() {
			tx.turns[i].after = after
			return nil
		}
	}
	turned := turn{after: after}
	if ok {
		turned.before = UnitState(before)
	}
	tx.turns = append(tx.turns, turned)
	return nil
}

// UnitState is what is counted of a home.
func UnitState(unit *eilev1.Unit) *eilev1.UnitChange_UnitState {
	return &eilev1.UnitChange_UnitState{
		Reference: unit.GetReference(), Status: unit.GetStatus(), Condition: unit.GetCondition().GetState(),
		LeftStock: unit.GetLeftStockOn() != nil,
	}
}

// PutOffer writes an offer and, the first time, its entries under application
// and unit.
func (tx *Tx) PutOffer(offer *eilev1.Offer) error {
	_, known, err := tx.get(Offers.key(offer.GetId()))
	if err != nil {
		return err
	}
	if !known {
		if err := tx.kv.Put(layout.PairKey(layout.OfferByApp, offer.GetApplication(), offer.GetId()), nil); err != nil {
			return err
		}
		if err := tx.kv.Put(layout.PairKey(layout.OfferByUnit, offer.GetUnit(), offer.GetId()), nil); err != nil {
			return err
		}
	}
	return Offers.Put(tx, offer.GetId(), offer)
}

// Bar notes that a home is not offered again to a household, because of an
// offer; Unbar lifts it.
func (tx *Tx) Bar(application, unit, offer string) error {
	_, err := tx.put(layout.PairKey(layout.Barred, application, unit), []byte(offer))
	return err
}

// Unbar lets a home be offered again to a household.
func (tx *Tx) Unbar(application, unit string) error {
	return tx.delete(layout.PairKey(layout.Barred, application, unit))
}

// Barred returns the offer after which a home is not offered again to a
// household; empty: it may be offered.
func Barred(from Source, application, unit string) (string, error) {
	item, ok, err := from.get(layout.PairKey(layout.Barred, application, unit))
	if err != nil || !ok {
		return "", err
	}
	return string(item.Value), nil
}

// BarredUnits yields the homes that are not offered again to a household.
func (v *View) BarredUnits(application string) iter.Seq2[string, error] {
	return v.seconds(layout.Barred, application)
}

// OffersOf yields the ids of the offers made to an application.
func (v *View) OffersOf(application string) iter.Seq2[string, error] {
	return v.seconds(layout.OfferByApp, application)
}

// OffersFor yields the ids of the offers made of a unit.
func (v *View) OffersFor(unit string) iter.Seq2[string, error] {
	return v.seconds(layout.OfferByUnit, unit)
}

// seconds yields the second parts of the pairs with a first part.
func (v *View) seconds(prefix, first string) iter.Seq2[string, error] {
	return v.secondsFrom(prefix, first, "")
}

// secondsFrom does so from a second part on.
func (v *View) secondsFrom(prefix, first, from string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		start := layout.PairKey(prefix, first, "")
		for item, err := range v.reader.Scan(layout.PairKey(prefix, first, from), kv.PrefixEnd(start)) {
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
