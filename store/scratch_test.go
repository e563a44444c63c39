package store

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"github.com/eile-housing/eile/store/kv"
	"github.com/eile-housing/eile/store/kv/boltkv"
	"github.com/eile-housing/eile/store/kv/memkv"
)

// contents is every key and value with its revision.
func (o *office) contents(r *Register) string {
	o.Helper()
	var text strings.Builder
	err := r.db.View(o.Context(), func(reader kv.Reader) error {
		fmt.Fprintf(&text, "revision %d\n", reader.Revision())
		for item, err := range reader.Scan(nil, nil) {
			if err != nil {
				return err
			}
			fmt.Fprintf(&text, "%q %q %d\n", item.Key, item.Value, item.Revision)
		}
		return nil
	})
	if err != nil {
		o.Fatal(err)
	}
	return text.String()
}

// copied is an office on a copy of the store which does as this one would: it
// also goes on from the last moment that a refused change drew, and in memory
// its closures run once.
func (o *office) copied() (again *office) {
	o.Helper()
	defer func() { again.moments = o.moments.Copy() }()
	if _, file := o.db.(*boltkv.DB); file {
		return o.restarted()
	}
	var backup bytes.Buffer
	if err := o.Register.db.Backup(o.Context(), &backup); err != nil {
		o.Fatal(err)
	}
	db, err := memkv.Restore(&backup, memkv.Options{})
	if err != nil {
		o.Fatal(err)
	}
	again = openOffice(o.tester, db)
	again.now, again.ids = o.now, o.ids
	return again
}

// on is a machine that goes on from what this one knows, at another office.
func (m *machine) on(o *office) *machine {
	again := newMachine(o)
	again.placed, again.homes, again.open, again.results = maps.Clone(m.placed), maps.Clone(m.homes), maps.Clone(m.open), maps.Clone(m.results)
	again.pasts = slices.Clone(m.pasts)
	return again
}

// twins are two machines to which the same is done.
type twins [2]*machine

// act does to each what the same numbers draw.
func (both twins) act(t *rapid.T, action func(*machine, *rapid.T)) {
	seed := rapid.Int().Draw(t, "seed")
	for _, m := range both {
		m.tester = t
		var failed any
		rapid.Custom(func(draws *rapid.T) bool {
			defer func() { failed = recover() }()
			action(m, draws)
			return rapid.Bool().Draw(draws, "done")
		}).Example(seed)
		if failed != nil {
			t.Fatalf("%v", failed)
		}
	}
}

func (both twins) compare(t *rapid.T) {
	for _, m := range both {
		m.tester = t
		m.same(t)
	}
	if one, other := both[0].contents(both[0].Register), both[1].contents(both[1].Register); one != other {
		t.Fatalf("contents differ\n%s\nfrom\n%s", one, other)
	}
	if one, other := both[0].portrait(both[0].Register), both[1].portrait(both[1].Register); one != other {
		t.Fatalf("lists differ\n%s\nfrom\n%s", one, other)
	}
}

// idle ends what would not outlive a restart.
func (m *machine) idle(t *rapid.T) {
	if m.upload != nil {
		if err := m.upload.Abort(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if m.change != nil {
		if err := m.change.GiveUp(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	m.upload, m.staged, m.built, m.change = nil, nil, nil, nil
}

var lives = []func(*machine, *rapid.T){
	(*machine).register, (*machine).register, (*machine).offer, (*machine).home, (*machine).importPiece, (*machine).endImport,
	(*machine).activate, (*machine).activate, (*machine).night,
}

// live draws what is done to the twins, now to these, now to those.
func live(t *rapid.T, all []twins) {
	for range rapid.IntRange(0, 8).Draw(t, "steps") {
		both := all[rapid.IntRange(0, len(all)-1).Draw(t, "where")]
		both.act(t, rapid.SampledFrom(lives).Draw(t, "action"))
		both.compare(t)
	}
}

// try goes on with the last twins, one of which is on a scratch of the one
// before, and tries a further scratch meanwhile.
func try(t *rapid.T, all []twins) {
	live(t, all)
	last := all[len(all)-1]
	if len(all) < 3 {
		for _, m := range last {
			m.idle(t)
		}
		err := last[0].Scratch(t.Context(), func(scratch *Register) error {
			here := &office{tester: t, Register: scratch, db: last[0].db, now: last[0].now, ids: last[0].ids}
			again := last[1].copied()
			again.dir = last[1].dir
			defer again.end()
			try(t, append(slices.Clip(all), twins{last[0].on(here), last[1].on(again)}))
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	live(t, all)
	for _, both := range all {
		both.compare(t)
	}
	for _, m := range last {
		m.sound(m.Register)
		for _, past := range m.pasts {
			m.was(past)
		}
	}
}

// TestScratchIsACopy: what is done on a scratch ends as the same does on a copy,
// byte for byte, while the register below goes on as if there were none.
func TestScratchIsACopy(t *testing.T) {
	dir, files := t.TempDir(), 0
	rapid.Check(t, func(t *rapid.T) {
		onDisk := rapid.IntRange(0, 4).Draw(t, "on disk") == 0
		var both twins
		for i := range both {
			var db kv.DB = memkv.New(memkv.Options{})
			if onDisk {
				files++
				file, err := boltkv.Open(filepath.Join(dir, fmt.Sprintf("register-%d.db", files)), boltkv.Options{NoSync: true})
				if err != nil {
					t.Fatal(err)
				}
				db = file
			}
			both[i] = newMachine(openOffice(t, db))
			both[i].dir = dir
		}
		try(t, []twins{both})
		for _, m := range both {
			m.end()
		}
	})
}

// TestScratchTakesTurns changes a scratch from many goroutines, with what reads
// it and a night that freezes it, while the register below goes on.
func TestScratchTakesTurns(t *testing.T) {
	const workers, rounds = 6, 20
	o := newOffice(t)
	for i := range 4 {
		o.settle(place(fmt.Sprintf("A-%d", i), "general", "2", "0"))
	}
	before := o.order(o.Register, "general")
	var last *Register
	err := o.Scratch(t.Context(), func(scratch *Register) error {
		last = scratch
		var group sync.WaitGroup
		for w := range workers {
			for where, r := range map[string]*Register{"S": scratch, "B": o.Register} {
				worker := &office{tester: t, Register: r, db: o.db, now: o.now, ids: 1000 * (w + 1)}
				group.Go(func() {
					for i := range rounds {
						worker.settle(place(fmt.Sprintf("%s-%d-%d", where, w, i), "general", "2", fmt.Sprint(i)))
					}
				})
			}
			group.Go(func() {
				reader := &office{tester: t, Register: scratch, db: o.db, now: o.now}
				reader.sound(scratch)
				if order := reader.order(scratch, "general"); slices.ContainsFunc(order, func(r string) bool { return r[0] == 'B' }) {
					t.Errorf("the scratch sees what is done below: %q", order)
				}
			})
		}
		group.Wait()
		if n := len(o.order(scratch, "general")); n != len(before)+workers*rounds {
			t.Errorf("%d wait on the scratch", n)
		}
		if n, err := scratch.Seal(t.Context(), o.now); n != 0 || err != nil {
			t.Errorf("%d entries of a scratch are sealed, %v", n, err)
		}
		return errRefused
	})
	if !errors.Is(err, errRefused) {
		t.Errorf("Scratch answers %v", err)
	}
	if n := len(o.order(o.Register, "general")); n != len(before)+workers*rounds {
		t.Errorf("%d wait on the register", n)
	}
	if _, _, err := last.Update(t.Context(), o.stamp("late"), none); !errors.Is(err, kv.ErrClosed) {
		t.Errorf("a scratch that has ended takes a change: %v", err)
	}
	if err := last.View(t.Context(), func(*View) error { return nil }); !errors.Is(err, kv.ErrClosed) {
		t.Errorf("a scratch that has ended can be read: %v", err)
	}
	o.alike()
}

var errRefused = errors.New("refused")

// TestScratchBesideWhatIsUnderWay: an import and a policy change that are under
// way stay so on the scratch, whatever becomes of them below.
func TestScratchBesideWhatIsUnderWay(t *testing.T) {
	o := newOffice(t)
	o.settle(place("A-1", "general", "2", "1"))
	im := o.begin("im-1")
	o.write(im, 0, o.imported(im, "B-1", "B-2"))
	err := o.Scratch(t.Context(), func(scratch *Register) error {
		o.write(im, 1, o.imported(im, "B-3"))
		o.decide(im)
		here := &office{tester: t, Register: scratch, db: o.db, now: o.now, ids: o.ids}
		if order := here.order(scratch, "general"); !slices.Equal(order, []string{"A-1"}) {
			t.Errorf("the scratch shows %q of an import that is not decided there", order)
		}
		_, _, err := scratch.Update(t.Context(), here.stamp("settle"), func(tx *Tx) error {
			return settle(tx, place("B-1", "general", "2", "1"))
		})
		if !errors.Is(err, ErrImporting) {
			t.Errorf("a row of the import is overwritten on the scratch: %v", err)
		}
		here.settle(place("C-1", "general", "2", "0"))
		here.sound(scratch)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	change := o.policyChange()
	ranked := o.rank(change, "B-3", "B-2", "B-1", "A-1")
	err = o.Scratch(t.Context(), func(scratch *Register) error {
		if _, _, err := scratch.Update(t.Context(), o.stamp("settle"), none); !errors.Is(err, ErrStaging) {
			t.Errorf("a change on a scratch beside a policy change: %v", err)
		}
		if _, err := change.Switch(t.Context(), o.stamp("policy.activate"), points, ranked, none); err != nil {
			return err
		}
		if order := o.order(scratch, "general"); !slices.Equal(order, []string{"A-1", "B-1", "B-2", "B-3"}) {
			t.Errorf("the scratch follows the policy change: %q", order)
		}
		if order := o.order(o.Register, "general"); !slices.Equal(order, []string{"B-3", "B-2", "B-1", "A-1"}) {
			t.Errorf("the register does not follow the policy change: %q", order)
		}
		o.sound(scratch)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestScratchHasTheLimits of every store.
func TestScratchHasTheLimits(t *testing.T) {
	o := newOffice(t)
	err := o.Scratch(t.Context(), func(scratch *Register) error {
		_, _, err := scratch.Update(t.Context(), o.stamp("too much"), func(tx *Tx) error {
			for i := range kv.MaxOps + 1 {
				if err := tx.Bar("A-1", fmt.Sprintf("U-%d", i), "o-1"); err != nil {
					return err
				}
			}
			return nil
		})
		return err
	})
	if !errors.Is(err, kv.ErrTooManyOps) {
		t.Errorf("more than %d writes: %v", kv.MaxOps, err)
	}
}
