package store

import (
	"errors"
	"fmt"
	"testing"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// peopled is a register that has something of everything.
func peopled(t *testing.T) *office {
	o := openOffice(t, newMemory())
	for i, reference := range []string{"A-1", "A-2", "A-3", "A-4"} {
		p := place(reference, "general", "2", fmt.Sprint(i))
		p.NextDue = 100
		o.settle(p)
	}
	im := o.begin("im-1")
	piece := o.imported(im, "B-1", "B-2")
	piece.AddUnit(&eilev1.Unit{Reference: "U-9", Status: vacant, Import: im.ID})
	o.write(im, 0, piece)
	o.decide(im)
	o.seal1()
	o.open("o-U-1", "A-1", "U-1")
	o.open("o-U-2", "A-2", "U-2")
	o.settleOffer("A-2", "U-2")
	o.let("A-3", "U-3")
	o.seal1()
	change := o.policyChange()
	ranked := o.rank(change, "B-2", "B-1", "A-4", "A-2")
	o.carry(change, "A-1", "A-3")
	_, err := change.Switch(t.Context(), o.stamp("policy.activate"), points, ranked, func(tx *Tx) error {
		return Policies.Put(tx, "points/1", &eilev1.Policy{Name: "points"})
	})
	if err != nil {
		t.Fatal(err)
	}
	o.change("policy.settle", func(tx *Tx) error {
		return errors.Join(settle(tx, ranked[2]), settle(tx, ranked[3]), tx.Settled(), Decisions.Put(tx, "d-1", &eilev1.Decision{Id: "d-1"}),
			Persons.Put(tx, "A-1", &eilev1.Person{}), tx.PutRun(&eilev1.Run{Id: "2026-01-05"}, "2026-01-05"))
	})
	o.seal1()
	o.settle(place("A-5", "general", "1", "9"))
	o.sound(o.Register)
	return o
}

func (o *office) seal1() {
	o.Helper()
	if n, err := o.Seal(o.Context(), o.now); err != nil || n == 0 {
		o.Fatalf("sealed %d: %v", n, err)
	}
}

// carry places applications under the next policy as they are.
func (o *office) carry(change *PolicyChange, references ...string) {
	o.Helper()
	var kept []*eilev1.Placement
	o.look(func(v *View) error {
		for _, reference := range references {
			p, _, err := FindPlacement(v, reference)
			if err != nil {
				return err
			}
			kept = append(kept, p)
		}
		return nil
	})
	if err := change.Place(o.Context(), kept); err != nil {
		o.Fatal(err)
	}
}

// let reserves a home for an application.
func (o *office) let(reference, home string) {
	o.Helper()
	o.change("offer.accept", func(tx *Tx) error {
		p, _, err := FindPlacement(tx, reference)
		if err != nil {
			return err
		}
		p.Status = reserved
		a := application(p)
		a.ReservedTenancy = "t-1"
		return errors.Join(
			Tenancies.Put(tx, "t-1", &eilev1.Tenancy{Id: "t-1", Application: reference, Unit: home}),
			tx.PutUnit(&eilev1.Unit{Reference: home, Status: eilev1.UnitStatus_UNIT_STATUS_RESERVED, Tenancy: "t-1"}),
			Applications.Put(tx, reference, a), tx.Place(p))
	})
}
