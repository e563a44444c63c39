package store

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
	"google.golang.org/genproto/googleapis/type/date"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store/kv"
	"github.com/eile-housing/eile/store/kv/boltkv"
	"github.com/eile-housing/eile/store/kv/memkv"
	"github.com/eile-housing/eile/store/staging"
)

func TestMain(m *testing.M) {
	if path := os.Getenv(childEnv); path != "" {
		workUntilKilled(path)
	}
	if path := os.Getenv(migrateEnv); path != "" {
		migrateUntilKilled(path)
	}
	if os.Getenv("EILE_LONG") != "" {
		if err := flag.Set("rapid.checks", "2000"); err != nil {
			panic(err)
		}
	}
	goleak.VerifyTestMain(m)
}

// A tester is what tests, benchmarks and properties have in common.
type tester interface {
	Helper()
	Context() context.Context
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
	Fatal(args ...any)
}

const (
	waiting  = eilev1.ApplicationStatus_APPLICATION_STATUS_WAITING
	onHold   = eilev1.ApplicationStatus_APPLICATION_STATUS_ON_HOLD
	housed   = eilev1.ApplicationStatus_APPLICATION_STATUS_HOUSED
	reserved = eilev1.ApplicationStatus_APPLICATION_STATUS_RESERVED
	vacant   = eilev1.UnitStatus_UNIT_STATUS_VACANT
	offered  = eilev1.UnitStatus_UNIT_STATUS_OFFERED
	let      = eilev1.UnitStatus_UNIT_STATUS_LET
)

// An office is a register under test, with a clock and ids of its own.
type office struct {
	tester
	*Register
	db  kv.DB
	dir string // for copies of a store on disk
	now time.Time
	ids int

	recorded *recorder
}

// seed is the chance of these registers: the same always, so that the same changes
// write the same bytes.
var seed = []byte("0123456789abcdef0123456789abcdef")

var opening = time.Date(2026, 1, 5, 8, 0, 0, 0, time.UTC)

func openOffice(t tester, db kv.DB) *office {
	t.Helper()
	recorded := record(db)
	register, err := Open(t.Context(), db, seed)
	if err != nil {
		t.Fatal(err)
	}
	return &office{tester: t, Register: register, db: db, now: opening, recorded: recorded}
}

// newMemory is a store in memory whose closures run twice.
func newMemory() *memkv.DB { return memkv.New(memkv.Options{RerunClosures: true}) }

// newOffice is an empty register in memory. At its end a check finds nothing.
func newOffice(t *testing.T) *office {
	t.Helper()
	o := openOffice(t, newMemory())
	t.Cleanup(func() {
		o.tester = cleaner{t}
		o.sound(o.Register)
		if err := o.db.Close(); err != nil {
			t.Error(err)
		}
	})
	return o
}

// cleaner is a test whose context has ended.
type cleaner struct{ *testing.T }

func (cleaner) Context() context.Context { return context.Background() }

func openBolt(t testing.TB, path string) *boltkv.DB {
	t.Helper()
	db, err := boltkv.Open(path, boltkv.Options{NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	return db
}

func boltPath(t testing.TB) string { return filepath.Join(t.TempDir(), "register.db") }

// restarted is the office on a copy of its store, as after a kill: what was not
// decided is removed there and goes on here. The caller ends it.
func (o *office) restarted() *office {
	o.Helper()
	var copied bytes.Buffer
	if err := o.db.Backup(o.Context(), &copied); err != nil {
		o.Fatal(err)
	}
	var db kv.DB
	var err error
	switch o.db.(type) {
	case *memkv.DB:
		db, err = memkv.Restore(&copied, memkv.Options{RerunClosures: true})
	default:
		var dir string
		if dir, err = os.MkdirTemp(o.dir, "copy"); err != nil {
			o.Fatal(err)
		}
		path := filepath.Join(dir, "register.db")
		if err := os.WriteFile(path, copied.Bytes(), 0o600); err != nil {
			o.Fatal(err)
		}
		db, err = boltkv.Open(path, boltkv.Options{NoSync: true})
	}
	if err != nil {
		o.Fatal(err)
	}
	again := openOffice(o.tester, db)
	again.now, again.ids, again.dir = o.now, o.ids, o.dir
	return again
}

func (o *office) end() {
	o.Helper()
	if err := o.db.Close(); err != nil {
		o.Fatal(err)
	}
}

// stamp moves the clock on by a second.
func (o *office) stamp(action string) Stamp {
	o.now = o.now.Add(time.Second)
	o.ids++
	return Stamp{Now: o.now, ID: fmt.Sprintf("id-%06d", o.ids), Actor: "clerk", Action: action}
}

// change runs fn as one change that must succeed.
func (o *office) change(action string, fn func(*Tx) error) uint64 {
	o.Helper()
	revision, _, err := o.Update(o.Context(), o.stamp(action), fn)
	if err != nil {
		o.Fatalf("%s: %v", action, err)
	}
	return revision
}

// look runs fn against a view that must succeed.
func (o *office) look(fn func(*View) error) {
	o.Helper()
	if err := o.View(o.Context(), fn); err != nil {
		o.Fatal(err)
	}
}

// place is a placement that waits.
func place(reference, list, class, key string) *eilev1.Placement {
	return &eilev1.Placement{
		Reference: reference, List: list, NeedClass: class, OrderKey: []byte(key), Status: waiting, Suitability: []byte("s-" + class),
	}
}

// application is the record that belongs to a placement.
func application(p *eilev1.Placement) *eilev1.Application {
	a := &eilev1.Application{
		Reference: p.GetReference(), List: p.GetList(), NeedClass: p.GetNeedClass(), Status: p.GetStatus(), Import: p.GetImport(),
	}
	if day := p.GetHousedOn(); day != 0 {
		on := time.Unix(int64(day)*24*3600, 0).UTC()
		a.HousedOn = &date.Date{Year: int32(on.Year()), Month: int32(on.Month()), Day: int32(on.Day())}
	}
	return a
}

// settle writes application and placement.
func settle(tx *Tx, p *eilev1.Placement) error {
	tx.Subject(p.GetReference())
	former, _, err := Applications.Find(tx, p.GetReference())
	if err != nil {
		return err
	}
	a := application(p)
	a.Policy, a.OpenOffer = tx.Policy(), former.GetOpenOffer()
	p.OpenOffer = a.GetOpenOffer() != ""
	if p.GetStatus() == reserved {
		a.ReservedTenancy = former.GetReservedTenancy()
	}
	if err := Applications.Put(tx, p.GetReference(), a); err != nil {
		return err
	}
	return tx.Place(p)
}

func (o *office) settle(p *eilev1.Placement) uint64 {
	o.Helper()
	return o.change("application.settle", func(tx *Tx) error { return settle(tx, p) })
}

// imported is a piece of waiting applications, in order of their references.
func (o *office) imported(im *Import, references ...string) *staging.Piece {
	piece := im.Piece()
	for _, reference := range references {
		p := place(reference, "general", "2", reference)
		p.Import = im.ID
		Applications.AddTo(piece, reference, application(p))
		piece.Place(p)
	}
	return piece
}

func (o *office) begin(id string) *Import {
	o.Helper()
	im, err := o.BeginImport(o.Context(), id)
	if err != nil {
		o.Fatal(err)
	}
	return im
}

func (o *office) write(im *Import, number uint32, piece *staging.Piece) {
	o.Helper()
	if err := im.Write(o.Context(), o.stamp("import.write"), number, piece); err != nil {
		o.Fatal(err)
	}
}

func (o *office) decide(im *Import) uint64 {
	o.Helper()
	revision, err := im.Decide(o.Context(), o.stamp("import.decide"), &eilev1.ImportRecord{})
	if err != nil {
		o.Fatal(err)
	}
	return revision
}

// sound fails unless a check finds nothing.
func (o *office) sound(r *Register) {
	o.Helper()
	if found := o.faults(r); len(found) > 0 {
		o.Errorf("check: %s", strings.Join(found, "\n       "))
	}
}

func (o *office) faults(r *Register) (found []string) {
	o.Helper()
	err := Check(o.Context(), r, func(fault string) bool {
		found = append(found, fault)
		return true
	})
	if err != nil {
		o.Fatal(err)
	}
	return found
}
