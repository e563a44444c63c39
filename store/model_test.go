package store

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"google.golang.org/protobuf/proto"
	"pgregory.net/rapid"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store/living"
)

// A machine changes a register at random and knows in plain maps what it must
// be: placements, homes, requests, and the orders that were.
type machine struct {
	*office
	path    string // of a store on disk
	placed  map[string]*eilev1.Placement
	homes   map[string]living.UnitState
	open    map[string]string // the open offer of an application, named as its home
	pasts   []snapshot
	results map[string]string // by request

	upload *Import
	pieces uint32
	staged []*eilev1.Placement
	built  []string // homes of the import
	change *PolicyChange
	next   []*eilev1.Placement
}

// snapshot is what was at a moment and at a revision.
type snapshot struct {
	at       time.Time
	revision uint64
	order    map[string][]string
	placed   map[string]*eilev1.Placement
	homes    map[string]living.UnitState
}

var (
	drawReference = rapid.StringMatching(`[AB]-[0-9]`)
	drawList      = rapid.SampledFrom([]string{"general", "other"})
)

// drawPlacement draws a placement of an application.
func drawPlacement(t *rapid.T, reference string) *eilev1.Placement {
	p := place(reference, drawList.Draw(t, "list"), rapid.SampledFrom([]string{"1", "2"}).Draw(t, "class"),
		rapid.StringMatching(`[k-n]{2}`).Draw(t, "key"))
	p.Status = rapid.SampledFrom([]eilev1.ApplicationStatus{waiting, waiting, waiting, onHold, housed}).Draw(t, "status")
	p.OutOfTurn = rapid.Bool().Draw(t, "out of turn")
	p.NextDue = int32(rapid.IntRange(0, 4).Draw(t, "due"))
	p.Suitability = []byte(rapid.SampledFrom([]string{"x", "y", "z"}).Draw(t, "suits"))
	if p.Status == housed {
		p.HousedOn = int32(rapid.IntRange(1, 10).Draw(t, "housed on"))
	}
	return p
}

// busy tells whether a policy change keeps the register from other changes; they
// must be refused then.
func (m *machine) busy(t *rapid.T) bool {
	if m.change == nil {
		return false
	}
	if _, _, err := m.Update(t.Context(), m.stamp("x"), none); err == nil {
		t.Fatal("the register takes a change while a policy is being activated")
	}
	return true
}

// orders is what the lists must be.
func orders(placed map[string]*eilev1.Placement) map[string][]string {
	lists := map[string][]string{}
	waits := slices.DeleteFunc(slices.Collect(maps.Values(placed)), func(p *eilev1.Placement) bool { return !living.Stands(p) })
	slices.SortFunc(waits, func(a, b *eilev1.Placement) int {
		return cmp.Or(bytes.Compare(a.GetOrderKey(), b.GetOrderKey()), strings.Compare(a.GetReference(), b.GetReference()))
	})
	for _, p := range waits {
		lists[p.GetList()] = append(lists[p.GetList()], p.GetReference())
	}
	return lists
}

// took notes what a change did.
func (m *machine) took(placements ...*eilev1.Placement) {
	for _, p := range placements {
		m.placed[p.GetReference()] = proto.CloneOf(p)
	}
	m.pasts = append(m.pasts, snapshot{
		at: m.moments.Copy().Next(time.Time{}).Add(-time.Microsecond), revision: m.List().Revision(), order: orders(m.placed),
		placed: maps.Clone(m.placed), homes: maps.Clone(m.homes),
	})
}

func (m *machine) register(t *rapid.T) {
	if m.busy(t) {
		return
	}
	p := drawPlacement(t, drawReference.Draw(t, "reference"))
	stamp := m.stamp("application.settle")
	stamp.Now = stamp.Now.Add(time.Duration(rapid.IntRange(-5, 5).Draw(t, "late")) * time.Second)
	if rapid.Bool().Draw(t, "with a request") {
		stamp.RequestID = rapid.SampledFrom([]string{"r-1", "r-2", "r-3"}).Draw(t, "request")
	}
	if m.open[p.GetReference()] != "" {
		p.Status, p.HousedOn = waiting, 0
	}
	_, result, err := m.Update(t.Context(), stamp, func(tx *Tx) error {
		tx.Result(stamp.ID)
		return settle(tx, p)
	})
	former, repeated := m.results[stamp.RequestID]
	switch staged := slices.ContainsFunc(m.staged, func(s *eilev1.Placement) bool { return s.GetReference() == p.GetReference() }); {
	case repeated:
		if err != nil || result != former {
			t.Fatalf("request %s: result %q, before it was %q, %v", stamp.RequestID, result, former, err)
		}
	case staged:
		if err == nil {
			t.Fatalf("%s is being imported and was registered", p.GetReference())
		}
	case err != nil:
		t.Fatal(err)
	default:
		if stamp.RequestID != "" {
			m.results[stamp.RequestID] = result
		}
		m.took(p)
	}
}

func (m *machine) offer(t *rapid.T) {
	if m.busy(t) {
		return
	}
	for reference, home := range m.open { // one is open: it ends
		p := proto.CloneOf(m.placed[reference])
		p.OpenOffer = false
		m.settleOffer(reference, home)
		m.homes[home] = living.UnitState{Status: vacant}
		m.took(p)
		delete(m.open, reference)
		return
	}
	for _, reference := range slices.Sorted(maps.Keys(m.placed)) {
		if living.Stands(m.placed[reference]) {
			home := fmt.Sprintf("H-%d", m.ids)
			m.office.open("o-"+home, reference, home)
			m.open[reference] = home
			m.homes[home] = living.UnitState{Status: offered}
			p := proto.CloneOf(m.placed[reference])
			p.OpenOffer = true
			m.took(p)
			return
		}
	}
}

// settleOffer refuses the open offer of a home.
func (o *office) settleOffer(reference, home string) {
	o.Helper()
	o.change("offer.refuse", func(tx *Tx) error {
		offer, err := Offers.Get(tx, "o-"+home)
		if err != nil {
			return err
		}
		offer.Status = eilev1.OfferStatus_OFFER_STATUS_REFUSED
		a, err := Applications.Get(tx, reference)
		if err != nil {
			return err
		}
		p, _, err := FindPlacement(tx, reference)
		if err != nil {
			return err
		}
		a.OpenOffer, p.OpenOffer = "", false
		for _, step := range []error{
			tx.PutOffer(offer), tx.Bar(reference, home, offer.GetId()), tx.PutUnit(&eilev1.Unit{Reference: home, Status: vacant}),
			Applications.Put(tx, reference, a), tx.Place(p),
		} {
			if step != nil {
				return step
			}
		}
		return nil
	})
}

func (m *machine) home(t *rapid.T) {
	if m.busy(t) {
		return
	}
	reference := rapid.StringMatching(`U-[0-3]`).Draw(t, "home")
	unit := &eilev1.Unit{
		Reference: reference, Status: rapid.SampledFrom([]eilev1.UnitStatus{vacant, let}).Draw(t, "status"),
		Condition: &eilev1.Condition{State: eilev1.ConditionState(rapid.IntRange(1, 3).Draw(t, "condition"))},
	}
	m.office.change("unit.settle", func(tx *Tx) error { return tx.PutUnit(unit) })
	m.homes[reference] = living.StateOf(unit)
}

func (m *machine) importPiece(t *rapid.T) {
	if m.busy(t) {
		return
	}
	if m.upload == nil {
		m.upload = m.begin(fmt.Sprintf("im-%d", m.ids))
	}
	piece := m.upload.Piece()
	var rows []*eilev1.Placement
	for range rapid.IntRange(1, 3).Draw(t, "rows") {
		p := drawPlacement(t, drawReference.Draw(t, "reference"))
		p.Import = m.upload.ID
		Applications.AddTo(piece, p.GetReference(), application(p))
		piece.Place(p)
		rows = append(rows, p)
	}
	home := fmt.Sprintf("I-%d", m.ids)
	piece.AddUnit(&eilev1.Unit{Reference: home, Status: vacant, Import: m.upload.ID})
	taken, inPiece := false, map[string]bool{}
	for _, p := range rows {
		taken = taken || m.placed[p.GetReference()] != nil || inPiece[p.GetReference()] ||
			slices.ContainsFunc(m.staged, func(s *eilev1.Placement) bool { return s.GetReference() == p.GetReference() })
		inPiece[p.GetReference()] = true
	}
	err := m.upload.Write(t.Context(), m.stamp("import.write"), m.pieces, piece)
	m.pieces++
	if taken != (err != nil) {
		t.Fatalf("a row is taken: %t, the piece is written: %v", taken, err)
	}
	if err == nil {
		m.staged, m.built = append(m.staged, rows...), append(m.built, home)
	}
}

func (m *machine) endImport(t *rapid.T) {
	if m.upload == nil {
		return
	}
	if rapid.Bool().Draw(t, "decided") {
		if m.change != nil {
			return
		}
		m.decide(m.upload)
		for _, home := range m.built {
			m.homes[home] = living.UnitState{Status: vacant}
		}
		m.took(m.staged...)
	} else if err := m.upload.Abort(t.Context()); err != nil {
		t.Fatal(err)
	}
	m.upload, m.staged, m.built = nil, nil, nil
}

// night evaluates again what is due by a day.
func (m *machine) night(t *rapid.T) {
	if m.busy(t) {
		return
	}
	const day = 2
	for _, reference := range m.List().Due(day) {
		p := proto.CloneOf(m.placed[reference])
		if p == nil || p.GetNextDue() == 0 || p.GetNextDue() > day {
			continue // its day has moved
		}
		p.NextDue = day + 2
		m.office.settle(p)
		m.took(p)
	}
	m.List().Settled(day)
}
