package store

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store/kv/boltkv"
	"github.com/eile-housing/eile/store/layout"
)

// TestKill needs a process to kill: this test binary, started again.
const (
	childEnv   = "STORE_TEST_CHILD"
	migrateEnv = "STORE_TEST_MIGRATE"
)

// victim is the tester of that process.
type victim struct{}

func (victim) Helper()                           {}
func (victim) Context() context.Context          { return context.Background() }
func (victim) Errorf(format string, args ...any) { panic(fmt.Sprintf(format, args...)) }
func (victim) Fatalf(format string, args ...any) { panic(fmt.Sprintf(format, args...)) }
func (victim) Fatal(args ...any)                 { panic(fmt.Sprint(args...)) }

// workUntilKilled changes, imports and activates policies at once, and says what
// was acknowledged.
func workUntilKilled(path string) {
	db, err := boltkv.Open(path, boltkv.Options{NoSync: true}) // what it wrote outlives the process all the same
	if err != nil {
		panic(err)
	}
	o := openOffice(victim{}, db)
	o.look(func(v *View) error { // each life begins where the clock of the last one was
		for range Runs.All(v, "", "") {
			o.ids += 1_000_000
		}
		return nil
	})
	life := o.ids
	o.change("run", func(tx *Tx) error { return tx.PutRun(&eilev1.Run{Id: fmt.Sprintf("%09d", life)}, "d") })
	var group sync.WaitGroup
	for w, work := range []func(*office){amend, amend, upload, upload, reorder, sealing} {
		worker := &office{tester: o.tester, Register: o.Register, now: opening, ids: life + 100_000*(w+1)}
		group.Go(func() { work(worker) })
	}
	group.Wait() // for ever
}

func say(format string, args ...any) {
	if _, err := fmt.Fprintf(os.Stdout, format+"\n", args...); err != nil {
		panic(err)
	}
}

// patient repeats what a policy change keeps from being done. It waits a moment
// in between: each attempt takes an id, and a worker has a hundred thousand.
func patient(do func() error) {
	for {
		err := do()
		if errors.Is(err, ErrStaging) {
			time.Sleep(time.Millisecond)
			continue
		}
		if err != nil {
			panic(err)
		}
		return
	}
}

// amend numbers its changes by themselves, so that those of a life come after
// those of the life before, however many attempts one took.
func amend(o *office) {
	first := o.ids
	for i := 0; ; i++ {
		reference := fmt.Sprintf("W-%d-%d", first/100_000%10, i%9)
		number := fmt.Sprintf("%09d", first+i)
		patient(func() error {
			_, _, err := o.Update(o.Context(), o.stamp("settle"), func(tx *Tx) error {
				p := place(reference, []string{"general", "other"}[i%2], "2", number)
				if err := settle(tx, p); err != nil {
					return err
				}
				a, err := Applications.Get(tx, reference)
				if err != nil {
					return err
				}
				a.RegisterNumber = number
				return Applications.Put(tx, reference, a)
			})
			return err
		})
		say("amended %s %s", reference, number)
	}
}

const (
	rowsOfPiece  = 6
	rowsOfUpload = 4 * rowsOfPiece
)

func upload(o *office) {
	for {
		id := fmt.Sprintf("im-%09d", o.ids)
		patient(func() error {
			im, err := o.BeginImport(o.Context(), id)
			if err != nil {
				return err
			}
			for number := range uint32(rowsOfUpload / rowsOfPiece) {
				var rows []string
				for i := range rowsOfPiece {
					rows = append(rows, fmt.Sprintf("%s-%d-%d", id, number, i))
				}
				if err == nil {
					err = im.Write(o.Context(), o.stamp("import.write"), number, o.imported(im, rows...))
				}
				say("wrote")
			}
			if err == nil {
				_, err = im.Decide(o.Context(), o.stamp("import.decide"), nil)
			}
			if err == nil {
				say("imported %s", id)
			}
			id += "x" // of the next attempt
			return errors.Join(err, im.Abort(o.Context()))
		})
	}
}

func reorder(o *office) {
	for version := o.ids; ; version++ {
		change, err := (*PolicyChange)(nil), o.List().WaitFor(o.Context(), o.List().Revision()+30) // let some imports end
		if err == nil {
			change, err = o.BeginPolicyChange(o.Context())
		}
		if err != nil {
			panic(err)
		}
		say("placing")
		var next []*eilev1.Placement
		o.look(func(v *View) error {
			for p, err := range v.InForce() {
				if err != nil {
					return err
				}
				p = proto.CloneOf(p)
				slices.Reverse(p.OrderKey)
				next = append(next, p)
			}
			return nil
		})
		for some := range slices.Chunk(next, 40) {
			if err := change.Place(o.Context(), some); err != nil {
				panic(err)
			}
		}
		say("placed")
		if version%4 == 0 {
			err = change.GiveUp(o.Context())
		} else {
			policy := &eilev1.PolicyName{Name: "drawn", Version: fmt.Sprintf("%09d", version)}
			_, err = change.Switch(o.Context(), o.stamp("policy.activate"), policy, next, none)
			say("activated %s", policy.GetVersion())
		}
		if err != nil {
			panic(err)
		}
		o.change("settled", func(tx *Tx) error { return tx.Settled() })
	}
}

func sealing(o *office) {
	for {
		if _, err := o.Seal(o.Context(), o.now); err != nil {
			panic(err)
		}
	}
}

// TestKill: whatever was acknowledged before the process was killed is there,
// imports are there whole or not at all, a policy change has happened or not,
// and a check finds nothing.
func TestKill(t *testing.T) {
	stores := 1
	if os.Getenv("EILE_LONG") != "" {
		stores = 12
	}
	random := rand.New(rand.NewPCG(1, 2))
	for range stores {
		path, said := boltPath(t), map[string]string{}
		for range 5 {
			killAfter(t, path, 1+random.IntN(250), said, childEnv)
			o := openOffice(t, openBolt(t, path))
			o.sound(o.Register)
			o.acknowledged(said)
			o.end()
		}
	}
}

// killAfter kills the child when it has said so many lines, and keeps what it
// acknowledged.
func killAfter(t *testing.T, path string, lines int, said map[string]string, child string) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self)
	cmd.Env = append(os.Environ(), child+"="+path)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	words := bufio.NewScanner(out)
	for n := 0; words.Scan(); n++ {
		switch of := strings.Fields(words.Text()); of[0] {
		case "amended":
			said[of[1]] = of[2]
		case "imported":
			said[of[1]] = ""
		case "activated":
			said["policy"] = of[1]
		}
		if n == lines {
			if err := cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := cmd.Wait(); err == nil || !strings.Contains(err.Error(), "killed") {
		t.Fatalf("the worker ended by itself: %v", err)
	}
}

// acknowledged compares what was said with what is there.
func (o *office) acknowledged(said map[string]string) {
	o.Helper()
	rows := map[string]int{}
	o.look(func(v *View) error {
		for entry, err := range Applications.All(v, "", "") {
			if err != nil {
				return err
			}
			if id := entry.Record.GetImport(); id != "" {
				rows[id]++
			} else if entry.Record.GetRegisterNumber() < said[entry.ID] {
				o.Errorf("%s is at change %s, %s was acknowledged", entry.ID, entry.Record.GetRegisterNumber(), said[entry.ID])
			}
		}
		if v.Policy().GetVersion() < said["policy"] {
			o.Errorf("policy %s is in force, %s was acknowledged", v.Policy().GetVersion(), said["policy"])
		}
		for entry, err := range Imports.All(v, "", "") {
			if err != nil || entry.Record.GetState() != eilev1.ImportState_IMPORT_STATE_DECIDED {
				o.Errorf("import %v is left, %v", entry.Record, err)
			}
		}
		return nil
	})
	for id, n := range rows {
		if n != rowsOfUpload {
			o.Errorf("import %s has %d of %d rows", id, n, rowsOfUpload)
		}
	}
	for key := range said {
		if strings.HasPrefix(key, "im-") && rows[key] == 0 {
			o.Errorf("import %s was acknowledged and is not there", key)
		}
	}
	if generations := len(slices.Compact(o.generations())); generations > 1 {
		o.Errorf("placements of %d generations are left", generations)
	}
}

func (o *office) generations() (all []string) {
	for _, key := range o.keys(layout.Placement) {
		all = append(all, key[:len(layout.Placement)+layout.NumberLen])
	}
	return all
}
