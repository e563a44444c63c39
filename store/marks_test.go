package store

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"
	"pgregory.net/rapid"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store/audit"
	"github.com/eile-housing/eile/store/kv"
	"github.com/eile-housing/eile/store/kv/memkv"
	"github.com/eile-housing/eile/store/layout"
)

// changers write one record of each kind that can be amended, as handlers do. The
// number makes it another than before.
var changers = map[string]func(tx *Tx, id string, number int) error{
	layout.Application: func(tx *Tx, id string, number int) error {
		return settle(tx, place(id, "general", "2", fmt.Sprint(number)))
	},
	layout.Unit: func(tx *Tx, id string, number int) error {
		unit, known, err := Units.Find(tx, id)
		if !known {
			unit = &eilev1.Unit{Reference: id, Status: vacant, CreateTime: tx.at()}
		}
		unit.StatusReason = fmt.Sprint(number)
		tx.Subject(id)
		return errors.Join(err, tx.PutUnit(unit))
	},
	layout.Offer: func(tx *Tx, id string, number int) error {
		tx.Subject(id)
		return tx.PutOffer(&eilev1.Offer{Id: id, Application: id, Unit: id, Note: fmt.Sprint(number), Status: eilev1.OfferStatus_OFFER_STATUS_REFUSED})
	},
	layout.Tenancy: func(tx *Tx, id string, number int) error {
		tx.Subject("U" + id)
		return Tenancies.Put(tx, id, &eilev1.Tenancy{Id: id, Unit: "U" + id, EndedReason: fmt.Sprint(number)})
	},
	layout.Run: func(tx *Tx, id string, number int) error {
		tx.Subject(id)
		return tx.PutRun(&eilev1.Run{Id: id, Failure: fmt.Sprint(number)}, id)
	},
	layout.Programme: func(tx *Tx, id string, number int) error {
		tx.Subject(id)
		return Programmes.Put(tx, id, &eilev1.Programme{Name: id, CaseWorker: fmt.Sprint(number)})
	},
	layout.Decommission: func(tx *Tx, id string, number int) error {
		tx.Subject(id)
		return Decommissions.Put(tx, id, &eilev1.Decommission{Id: id, Reason: fmt.Sprint(number)})
	},
}

// records reads every record of a register that can be amended.
func (o *office) records() map[string]proto.Message {
	o.Helper()
	found := map[string]proto.Message{}
	o.look(func(v *View) error {
		return errors.Join(collect(v, Applications, found), collect(v, Units, found), collect(v, Offers, found), collect(v, Tenancies, found),
			collect(v, Runs, found), collect(v, Programmes, found), collect(v, Decommissions, found))
	})
	return found
}

func collect[T any, M layout.Message[T]](v *View, kind Kind[T, M], into map[string]proto.Message) error {
	for entry, err := range kind.All(v, "", "") {
		if err != nil {
			return err
		}
		into[string(kind.key(entry.ID))] = any(entry.Record).(proto.Message)
	}
	return nil
}

// changed changes random records, a few of them brought by an import.
func changed(t *rapid.T) (*office, map[string]time.Time) {
	o, last := openOffice(t, memkv.New(memkv.Options{RerunClosures: true})), map[string]time.Time{}
	if rapid.Bool().Draw(t, "imports") {
		im := o.begin("im-1")
		piece := im.Piece()
		for _, id := range []string{"a", "b", "i"} {
			unit := &eilev1.Unit{Reference: id, Status: vacant, Import: im.ID, Etag: im.ID}
			piece.AddUnit(unit)
		}
		for _, id := range []string{"a", "b", "i"} {
			p := place(id, "general", "2", id)
			p.Import = im.ID
			a := application(p)
			a.Etag = im.ID
			Applications.AddTo(piece, id, a)
			piece.Place(p)
		}
		o.write(im, 0, piece)
		o.decide(im)
	}
	for number := range rapid.IntRange(0, 25).Draw(t, "changes") {
		kinds := rapid.SliceOfNDistinct(rapid.SampledFrom([]string{
			layout.Application, layout.Unit, layout.Offer, layout.Tenancy, layout.Run, layout.Programme, layout.Decommission,
		}), 1, 3, rapid.ID).Draw(t, "kinds")
		id := rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "id")
		o.change("test.change", func(tx *Tx) error {
			for _, kind := range kinds {
				if err := changers[kind](tx, id, number); err != nil {
					return err
				}
				last[kind+id] = tx.Now()
			}
			return nil
		})
	}
	return o, last
}

// TestMarks: each record has the moment of the change that wrote it last, and two
// states of one record never have the same etag.
func TestMarks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o, last := changed(t)
		o = o.restarted()
		for key, record := range o.records() {
			m, ok := audit.MarksOf(record)
			if !ok {
				t.Fatalf("%s has no marks", key)
			}
			at, touched := last[key]
			if touched != (*m.Updated != nil) || touched && !(*m.Updated).AsTime().Equal(at) {
				t.Errorf("%s was changed at %v, it says %v", key, at, *m.Updated)
			}
			if *m.Etag == "" {
				t.Errorf("%s has no etag", key)
			}
		}
	})
}

// strip makes a record what a program of schema 2 left: it knows no moment, and
// tenancies and runs keep no etag; older programs kept none of others either.
func strip(t *rapid.T, record proto.Message) {
	m, _ := audit.MarksOf(record)
	*m.Updated = nil
	switch r := record.(type) {
	case *eilev1.Unit:
		r.CreateTime = nil
	case *eilev1.Application:
	case *eilev1.Tenancy, *eilev1.Run:
		*m.Etag = ""
	default:
		if rapid.Bool().Draw(t, "of schema 1") {
			*m.Etag = ""
		}
	}
}

// TestMarksAreToldByTheAudit: what a register of schema 2 does not say of its
// records the migration finds, as if this program had always written them.
func TestMarksAreToldByTheAudit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o, _ := changed(t)
		want := o.records()
		for key, record := range want { // what an import brought is as old as its decision
			if unit, ok := record.(*eilev1.Unit); ok && unit.GetImport() != "" {
				o.look(func(v *View) error {
					im, err := Imports.Get(v, unit.GetImport())
					unit.CreateTime = im.GetAt()
					return err
				})
				want[key] = unit
			}
		}
		o.raw(func(tx kv.Tx) error {
			for key, record := range want {
				stored := proto.Clone(record)
				strip(t, stored)
				value, err := layout.Encode(stored)
				if err := errors.Join(err, tx.Put([]byte(key), value)); err != nil {
					return err
				}
			}
			return nil
		})
		o.of(2)
		again := openOffice(t, o.db)
		for key, record := range again.records() {
			if !proto.Equal(record, want[key]) {
				t.Errorf("%s is\n%v, it was\n%v", key, record, want[key])
			}
		}
		again.sound(again.Register)
	})
}

// TestMarksOfWhatNothingTells: a record that the audit does not speak of gets an etag
// all the same, or no change of it could be told from another.
func TestMarksOfWhatNothingTells(t *testing.T) {
	o := openOffice(t, newMemory())
	o.raw(func(tx kv.Tx) error {
		value, err := layout.Encode(&eilev1.Programme{Name: "P"})
		return errors.Join(err, tx.Put([]byte(layout.Programme+"P"), value))
	})
	o.of(2)
	again := openOffice(t, o.db)
	programme := again.records()[layout.Programme+"P"].(*eilev1.Programme)
	if !strings.HasPrefix(programme.GetEtag(), "schema-") || programme.GetUpdateTime() != nil {
		t.Errorf("it is %v", programme)
	}
}

// TestMarksFitTransactions however many records lack them and however large they are.
func TestMarksFitTransactions(t *testing.T) {
	o := openOffice(t, newMemory())
	for i := range 2*portion + 3 {
		id := fmt.Sprintf("P-%03d", i)
		o.raw(func(tx kv.Tx) error {
			value, err := layout.Encode(&eilev1.Programme{Name: id, CaseWorker: strings.Repeat("x", i%7*30_000)})
			return errors.Join(err, tx.Put([]byte(layout.Programme+id), value))
		})
	}
	o.of(2)
	before := o.db.Revision()
	again := openOffice(t, o.db)
	for key, record := range again.records() {
		if record.(*eilev1.Programme).GetEtag() == "" {
			t.Errorf("%s has no etag", key)
		}
	}
	if commits := again.db.Revision() - before; commits < 4 || commits > 40 {
		t.Errorf("the migration has %d commits", commits)
	}
}
