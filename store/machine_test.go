package store

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"testing"

	"google.golang.org/protobuf/proto"
	"pgregory.net/rapid"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store/history"
	"github.com/eile-housing/eile/store/kv/boltkv"
	"github.com/eile-housing/eile/store/kv/memkv"
	"github.com/eile-housing/eile/store/living"
	"github.com/eile-housing/eile/store/past"
)

// activate begins a policy change, and the next time ends it.
func (m *machine) activate(t *rapid.T) {
	if m.change == nil {
		m.change, m.next = m.policyChange(), nil
		for _, reference := range slices.Sorted(maps.Keys(m.placed)) {
			p := proto.CloneOf(m.placed[reference])
			p.OrderKey = []byte(rapid.StringMatching(`[a-d]{3}`).Draw(t, "new key"))
			p.List = drawList.Draw(t, "new list")
			m.next = append(m.next, p)
		}
		if err := m.change.Place(t.Context(), m.next); err != nil {
			t.Fatal(err)
		}
		return
	}
	change := m.change
	m.change = nil
	if rapid.Bool().Draw(t, "given up") {
		if err := change.GiveUp(t.Context()); err != nil {
			t.Fatal(err)
		}
		return
	}
	m.ids++
	policy := &eilev1.PolicyName{Name: "drawn", Version: fmt.Sprint(m.ids)}
	changed := slices.DeleteFunc(slices.Clone(m.next), func(p *eilev1.Placement) bool { return !Moved(m.placed[p.GetReference()], p) })
	if _, err := change.Switch(t.Context(), m.stamp("policy.activate"), policy, changed, none); err != nil {
		t.Fatal(err)
	}
	m.took(m.next...)
	if m.upload != nil { // what it placed has no place any more
		if _, err := m.upload.Decide(t.Context(), m.stamp("import.decide"), nil); err == nil {
			t.Fatal("an import from before the policy is decided")
		}
		if err := m.upload.Abort(t.Context()); err != nil {
			t.Fatal(err)
		}
		m.upload, m.staged, m.built = nil, nil, nil
	}
	m.sound(m.Register) // applications say what the policy before said
	for _, p := range m.next {
		m.office.change("policy.settle", func(tx *Tx) error { return settle(tx, proto.CloneOf(p)) })
	}
	m.office.change("policy.settled", func(tx *Tx) error { return tx.Settled() })
}

// restart ends the process, in the middle of whatever was under way.
func (m *machine) restart(*rapid.T) {
	m.upload, m.staged, m.built, m.change = nil, nil, nil, nil
	if m.path == "" {
		again := m.restarted()
		m.end()
		m.db, m.Register = again.db, again.Register
		return
	}
	m.end()
	db, err := boltkv.Open(m.path, boltkv.Options{NoSync: true})
	if err != nil {
		m.Fatal(err)
	}
	again := openOffice(m.tester, db)
	m.db, m.Register = db, again.Register
}

func (m *machine) sealSome(t *rapid.T) {
	if _, err := m.Seal(t.Context(), m.now); err != nil {
		t.Fatal(err)
	}
}

// same compares what readers are told with what must be.
func (m *machine) same(t *rapid.T) {
	want := orders(m.placed)
	for _, list := range []string{"general", "other"} {
		if got := m.order(m.Register, list); !slices.Equal(got, want[list]) {
			t.Fatalf("list %s is %q, must be %q", list, got, want[list])
		}
	}
	for reference, p := range m.placed {
		position, ok := m.List().Position(reference)
		ahead := slices.Index(want[p.GetList()], reference)
		if ok != living.Stands(p) || ok && (position.List != p.GetList() || position.Class != p.GetNeedClass() || position.Ahead != ahead ||
			position.Waiting != len(want[p.GetList()]) || position.OutOfTurn != p.GetOutOfTurn()) {
			t.Fatalf("position of %v is %+v, %t", p, position, ok)
		}
	}
	due := m.List().Due(4)
	lettings := 0
	for reference, p := range m.placed {
		if p.GetNextDue() != 0 && !slices.Contains(due, reference) {
			t.Fatalf("%s is due on day %d and not named", reference, p.GetNextDue())
		}
		if p.GetHousedOn() != 0 && p.GetList() == "general" {
			lettings++
		}
	}
	if n := m.List().HousedSince("general", 0); n != lettings {
		t.Fatalf("%d were housed, must be %d", n, lettings)
	}
	counts := map[living.UnitState]int{}
	for _, state := range m.homes {
		counts[state]++
	}
	if got := m.List().UnitCounts(); !maps.Equal(got, counts) {
		t.Fatalf("homes are %v, must be %v", got, counts)
	}
}

// run draws a life of a register and looks at its end.
func (m *machine) run(t *rapid.T) {
	actions := map[string]func(*rapid.T){
		"register": m.register, "register again": m.register, "offer": m.offer, "home": m.home, "import a piece": m.importPiece,
		"end the import": m.endImport, "activate a policy": m.activate, "restart": m.restart, "seal": m.sealSome, "night": m.night, "": m.same,
	}
	for name, action := range actions {
		actions[name] = func(t *rapid.T) {
			m.tester = t
			action(t)
		}
	}
	t.Repeat(actions)
	m.tester = t
	m.sound(m.Register)
	m.alike()
	for _, then := range m.pasts {
		m.was(then)
	}
	if m.change == nil {
		m.sealSome(t)
	}
	m.restart(t)
	m.sound(m.Register)
	m.end()
}

// was compares a replay with what was.
func (m *machine) was(then snapshot) {
	for _, list := range []string{"general", "other"} {
		if replayed := m.replayed(then.at, list); !slices.Equal(replayed, then.order[list]) {
			m.Fatalf("as of %v list %s is %q, it was %q", then.at, list, replayed, then.order[list])
		}
	}
	m.look(func(v *View) error {
		err := v.PastAt(then.revision, func(past *history.Past) error {
			for reference := range m.placed {
				p, ok, err := past.Placement(reference)
				if before, was := then.placed[reference]; err != nil || ok != was || ok && Moved(p, before) {
					m.Fatalf("at revision %d %s is %v, it was %v, %v", then.revision, reference, p, before, err)
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		homes := map[string]living.UnitState{}
		for moved, err := range past.UnitStates(v.reader, then.at) {
			if err != nil {
				return err
			}
			homes[moved.After.GetReference()] = living.UnitState{Status: moved.After.GetStatus(), Condition: moved.After.GetCondition()}
		}
		if !maps.Equal(homes, then.homes) {
			m.Fatalf("as of %v the homes are %v, they were %v", then.at, homes, then.homes)
		}
		return nil
	})
}

func newMachine(o *office) *machine {
	return &machine{
		office: o, placed: map[string]*eilev1.Placement{}, homes: map[string]living.UnitState{}, open: map[string]string{}, results: map[string]string{},
	}
}

func TestMachineInMemory(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		newMachine(openOffice(t, memkv.New(memkv.Options{RerunClosures: true}))).run(t)
	})
}

func TestMachineOnDisk(t *testing.T) {
	dir := t.TempDir()
	files := 0
	rapid.Check(t, func(t *rapid.T) {
		files++
		path := filepath.Join(dir, fmt.Sprintf("register-%d.db", files))
		db, err := boltkv.Open(path, boltkv.Options{NoSync: true})
		if err != nil {
			t.Fatal(err)
		}
		m := newMachine(openOffice(t, db))
		m.path, m.dir = path, dir
		m.run(t)
	})
}
