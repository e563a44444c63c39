package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"
	"pgregory.net/rapid"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store/kv"
	"github.com/eile-housing/eile/store/kv/boltkv"
	"github.com/eile-housing/eile/store/kv/memkv"
	"github.com/eile-housing/eile/store/layout"
	"github.com/eile-housing/eile/store/schema"
)

// portion is how many records a migration writes in one transaction at most.
const portion = kv.MaxOps / 2

// skip is a match that became no offer, and how long its reason is.
func skip(number, long int) *eilev1.Run_Skip {
	return &eilev1.Run_Skip{
		Application: fmt.Sprintf("A-%d", number), Unit: fmt.Sprintf("U-%d", number),
		Reason: &eilev1.Reason{Code: "NOT_WAITING", Detail: strings.Repeat("x", long)},
	}
}

// ranAt1 adds a run as a program of schema 1 left it: every second of its
// matches became no offer.
func (o *office) ranAt1(id string, matches, long int) {
	o.Helper()
	run := &eilev1.Run{Id: id, State: eilev1.RunState_RUN_STATE_COMMITTED, Seed: "s", Matched: int32(matches)}
	for number := range matches {
		batch := &eilev1.RunBatch{Created: 1}
		if number%2 == 1 {
			batch = &eilev1.RunBatch{Skipped: []*eilev1.Run_Skip{skip(number, long)}}
			run.Skipped = append(run.Skipped, batch.GetSkipped()...)
		}
		o.change("run.offer", func(tx *Tx) error { return tx.PutBatch(id, uint32(number), batch) })
	}
	o.change("run.commit", func(tx *Tx) error { return tx.PutRun(run, id) })
}

// older is a register of schema 1 with something of everything and many runs,
// some of them large.
func older(t *testing.T) *office {
	o := peopled(t)
	for i := range portion + 20 {
		o.ranAt1(fmt.Sprintf("2026-02-%03d", i), 2+i%3, 1)
	}
	for i := range 3 {
		o.ranAt1(fmt.Sprintf("2026-03-%03d", i), 20, 30_000)
	}
	o.seal1()
	im := o.begin("im-left")
	o.write(im, 0, o.imported(im, "L-1")) // the process ended before it was decided
	o.of(1)
	return o
}

// TestCheckOfRuns: the skips of a run have no place in its record.
func TestCheckOfRuns(t *testing.T) {
	o := openOffice(t, newMemory())
	o.ranAt1("2026-02-001", 2, 1)
	if found := o.faults(o.Register); len(found) != 1 || !strings.HasPrefix(found[0], "run 2026-02-001: its record names 1 matches") {
		t.Errorf("found %q", found)
	}
}

// bytesOf is the backup of a store.
func bytesOf(t tester, db kv.DB) []byte {
	t.Helper()
	var backup bytes.Buffer
	if err := db.Backup(t.Context(), &backup); err != nil {
		t.Fatal(err)
	}
	return backup.Bytes()
}

func memory(t tester, backup []byte) *memkv.DB {
	t.Helper()
	db, err := memkv.Restore(bytes.NewReader(backup), memkv.Options{RerunClosures: true})
	if err != nil {
		t.Fatal(err)
	}
	return db
}

// TestSkipsLeaveRuns: the records of runs lose their skips and nothing else, the
// batches keep them, the audit tells of it, and the check finds nothing.
func TestSkipsLeaveRuns(t *testing.T) {
	before := older(t)
	runs := map[string]*eilev1.Run{}
	batches := map[string][]*eilev1.RunBatch{}
	before.look(func(v *View) error {
		for entry, err := range Runs.All(v, "", "") {
			if err != nil {
				return err
			}
			runs[entry.ID] = entry.Record
			if batches[entry.ID], err = v.Batches(entry.ID); err != nil {
				return err
			}
		}
		return nil
	})
	o := openOffice(t, memory(t, bytesOf(t, before.db)))
	o.sound(o.Register)
	o.look(func(v *View) error {
		skipped, told, ended := 0, 0, false
		for id, was := range runs {
			run, err := Runs.Get(v, id)
			if err != nil {
				return err
			}
			skipped += len(was.GetSkipped())
			was.Skipped = nil
			if !proto.Equal(run, was) {
				t.Errorf("run %s is %v, it was %v", id, run, was)
			}
			kept, err := v.Batches(id)
			if err != nil {
				return err
			}
			for i, batch := range kept {
				if !proto.Equal(batch, batches[id][i]) {
					t.Errorf("run %s: batch %d is %v, it was %v", id, i, batch, batches[id][i])
				}
			}
		}
		last := ""
		for entry, err := range v.AuditEntries(opening, "") {
			if err != nil {
				return err
			}
			if entry.Record.GetAction() != "register.migrate" {
				continue
			}
			told++
			last = entry.Record.GetId()
			ended = ended || last == "schema-2"
			if entry.Record.GetActor() != "eile" || len(entry.Record.GetSubjects()) > 0 {
				t.Errorf("entry %v", entry.Record)
			}
		}
		if skipped < 60 || told < 3 || !ended || last != fmt.Sprintf("schema-%d", schema.Version) {
			t.Errorf("%d skips were in the records; the audit tells of %d changes, the last of %s, of the end of its step: %t", skipped, told, last, ended)
		}
		if v.state.GetSchema() != schema.Version {
			t.Errorf("schema is %d", v.state.GetSchema())
		}
		return nil
	})
	o.settle(place("A-9", "general", "2", "x"))
	o.seal1()
	o.alike()
	revision := o.db.Revision()
	again := openOffice(t, o.db)
	if again.db.Revision() != revision {
		t.Errorf("opened again, the register goes from revision %d to %d", revision, again.db.Revision())
	}
}

// mortal is a store that takes so many more commits before its process is killed.
type mortal struct {
	kv.DB
	left int
}

var errKilled = errors.New("killed")

func (m *mortal) Update(ctx context.Context, fn func(kv.Tx) error) (kv.Revision, error) {
	if m.left == 0 {
		return 0, errKilled
	}
	m.left--
	return m.DB.Update(ctx, fn)
}

// TestMigrationIsKilled between any two commits, once or twice: opened again, the
// register is to the byte what it is when nobody was killed.
func TestMigrationIsKilled(t *testing.T) {
	made := older(t)
	backup := bytesOf(t, made.db)
	whole := openOffice(t, memory(t, backup))
	want := whole.contents(whole.Register)
	for kill := 0; ; kill++ {
		db := memory(t, backup)
		_, err := Open(t.Context(), &mortal{db, kill}, seed)
		if err == nil {
			if kill < 6 {
				t.Errorf("the migration has %d commits only", kill)
			}
			break
		}
		if !errors.Is(err, errKilled) {
			t.Fatal(err)
		}
		if kill > 0 {
			refusedByOlder(t, db)
		}
		if _, err := Open(t.Context(), &mortal{db, kill % 3}, seed); err != nil && !errors.Is(err, errKilled) {
			t.Fatal(err)
		}
		o := openOffice(t, db)
		if got := o.contents(o.Register); got != want {
			t.Fatalf("killed after %d commits and opened again, the register differs", kill)
		}
	}
}

// refusedByOlder tells that the program which made a register would not take it,
// with its migration under way or done, for one of its own.
func refusedByOlder(t *testing.T, db kv.DB) {
	t.Helper()
	err := db.View(t.Context(), func(reader kv.Reader) error {
		item, _, err := reader.Get([]byte(layout.Register))
		if err != nil {
			return err
		}
		state, err := layout.Decode[eilev1.Register]("register", item)
		if state.GetSchema() == 1 {
			t.Error("half done, the register is of the schema before")
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// migrateUntilKilled opens a store again and again with a commit more each time,
// and says so.
func migrateUntilKilled(path string) {
	for commits := 1; ; commits++ {
		db, err := boltkv.Open(path, boltkv.Options{NoSync: true})
		if err != nil {
			panic(err)
		}
		_, err = Open(context.Background(), &mortal{db, commits}, seed)
		say("opened %v", err == nil)
		if err := db.Close(); err != nil {
			panic(err)
		}
	}
}

// TestMigrationOfAKilledProcess is that of TestMigrationIsKilled with a process
// that is really killed, wherever it is.
func TestMigrationOfAKilledProcess(t *testing.T) {
	fill := func() string {
		path := boltPath(t)
		o := openOffice(t, newMemory())
		for i := range 3 * portion {
			o.ranAt1(fmt.Sprintf("2026-02-%03d", i), 2, 10)
		}
		former := openBolt(t, path)
		o.recorded.former(t, former, 1)
		o.end()
		if err := former.Close(); err != nil {
			t.Fatal(err)
		}
		return path
	}
	path := fill()
	plain, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	whole := openOffice(t, openBolt(t, path))
	want := whole.contents(whole.Register)
	whole.end()
	for lines := range 4 {
		path := boltPath(t)
		if err := os.WriteFile(path, plain, 0o600); err != nil {
			t.Fatal(err)
		}
		killAfter(t, path, lines, map[string]string{}, migrateEnv)
		o := openOffice(t, openBolt(t, path))
		if got := o.contents(o.Register); got != want {
			t.Errorf("killed after %d openings and opened again, the register differs", lines+1)
		}
		o.sound(o.Register)
		o.end()
	}
}

// TestMigrationRefuses a run whose batches do not say what its record says, by
// its id and before anything is changed.
func TestMigrationRefuses(t *testing.T) {
	for name, harm := range map[string]func(tx *Tx) error{
		"a batch is missing": func(tx *Tx) error { return tx.kv.Delete(runBatches.key(batchID("2026-03-001", 3))) },
		"a batch says more": func(tx *Tx) error {
			return tx.PutBatch("2026-03-001", 20, &eilev1.RunBatch{Skipped: []*eilev1.Run_Skip{skip(7, 1)}})
		},
		"a batch says something else": func(tx *Tx) error {
			return tx.PutBatch("2026-03-001", 3, &eilev1.RunBatch{Skipped: []*eilev1.Run_Skip{skip(9, 1)}})
		},
	} {
		o := older(t)
		o.raw(func(kvtx kv.Tx) error { return harm(&Tx{kv: kvtx, reg: o.Register}) })
		db := memory(t, bytesOf(t, o.db))
		before := bytesOf(t, db)
		_, err := Open(t.Context(), db, seed)
		if !errors.Is(err, kv.ErrCorrupt) || !strings.Contains(err.Error(), "run 2026-03-001") {
			t.Errorf("%s: %v", name, err)
		}
		if !bytes.Equal(bytesOf(t, db), before) {
			t.Errorf("%s: the register that is refused was changed", name)
		}
	}
}

// TestPortionsOfRuns fit a transaction whatever else their records hold.
func TestPortionsOfRuns(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := openOffice(t, memkv.New(memkv.Options{}))
		n := rapid.IntRange(0, 12).Draw(t, "runs")
		for i := range n {
			id := fmt.Sprintf("2026-02-%03d", i)
			o.ranAt1(id, rapid.IntRange(0, 3).Draw(t, "matches"), 1)
			o.change("run.weigh", func(tx *Tx) error {
				run, err := Runs.Get(tx, id)
				if err != nil {
					return err
				}
				run.Failure = strings.Repeat("f", rapid.SampledFrom([]int{0, 400_000, 1_400_000}).Draw(t, "weight"))
				return Runs.Put(tx, id, run)
			})
		}
		o.of(1)
		again := openOffice(t, o.db)
		again.sound(again.Register)
	})
}

// TestExamine: a register is looked at as this program would open it, and is left
// as it is.
func TestExamine(t *testing.T) {
	o := older(t)
	db := memory(t, bytesOf(t, o.db))
	before := bytesOf(t, db)
	err := Examine(t.Context(), db, seed, func(register *Register) error {
		here := &office{tester: t, Register: register, db: db, now: o.now, ids: o.ids}
		here.sound(register)
		here.settle(place("A-9", "general", "2", "x"))
		if keys := here.keys("a/A-9"); len(keys) > 0 {
			t.Errorf("the store below has %q", keys)
		}
		return errRefused
	})
	if !errors.Is(err, errRefused) {
		t.Errorf("Examine answers %v", err)
	}
	if !bytes.Equal(bytesOf(t, db), before) {
		t.Error("the register that was examined was changed")
	}
}

// TestSchema: a register of another schema is refused, with both numbers.
func TestSchema(t *testing.T) {
	for version, want := range map[int32]string{
		schema.Version + 1: fmt.Sprintf("register has another schema: it is %d, this program reads %d: use a program that reads %d", schema.Version+1, schema.Version, schema.Version+1),
		-1:                 "register has another schema: it is -1,",
	} {
		value, err := layout.Encode(&eilev1.Register{Schema: version, Generation: 1})
		if err != nil {
			t.Fatal(err)
		}
		other := newMemory()
		if _, err := other.Update(t.Context(), func(tx kv.Tx) error { return tx.Put([]byte(layout.Register), value) }); err != nil {
			t.Fatal(err)
		}
		for name, open := range map[string]func() error{
			"open":    func() error { _, err := Open(t.Context(), other, seed); return err },
			"examine": func() error { return Examine(t.Context(), other, seed, func(*Register) error { return nil }) },
		} {
			if err := open(); !errors.Is(err, schema.ErrOther) || !strings.Contains(err.Error(), want) {
				t.Errorf("%s a register of schema %d: %v", name, version, err)
			}
		}
		if err := other.Close(); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(t.Context(), other, seed); !errors.Is(err, kv.ErrClosed) {
			t.Errorf("open a closed store: %v", err)
		}
		if other.Revision() != 1 {
			t.Errorf("a register that is refused goes to revision %d", other.Revision())
		}
	}
	headless := newMemory()
	if _, err := headless.Update(t.Context(), func(tx kv.Tx) error { return tx.Put([]byte("q/00000002/A-1"), nil) }); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), headless, seed); !errors.Is(err, kv.ErrCorrupt) || headless.Revision() != 1 {
		t.Errorf("open a store that lost its schema: %v, and it is at revision %d", err, headless.Revision())
	}
	o := newOffice(t)
	o.look(func(v *View) error {
		if v.Policy() != nil {
			t.Errorf("a new register has the policy %v", v.Policy())
		}
		return nil
	})
}
