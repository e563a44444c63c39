package living

import (
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"
	"pgregory.net/rapid"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store/kv"
	"github.com/eile-housing/eile/store/layout"
)

// fed is a list under test beside plain maps of what it must know.
type fed struct {
	*List
	revision   kv.Revision
	generation uint32
	placed     map[string]*eilev1.Placement
	homes      map[string]UnitState
}

func newFed(t failer) *fed {
	f := &fed{List: New(), generation: 1, placed: map[string]*eilev1.Placement{}, homes: map[string]UnitState{}}
	if err := f.Load(0, 1, f.placements(), map[string]UnitState{}); err != nil {
		t.Fatalf("Load: %v", err)
	}
	return f
}

type failer interface {
	Helper()
	Fatalf(format string, args ...any)
}

func (f *fed) placements() iter.Seq2[*eilev1.Placement, error] {
	return func(yield func(*eilev1.Placement, error) bool) {
		for _, reference := range slices.Sorted(maps.Keys(f.placed)) {
			if !yield(f.placed[reference], nil) {
				return
			}
		}
	}
}

// commit feeds one commit.
func (f *fed) commit(t failer, records map[string]proto.Message) {
	t.Helper()
	f.revision++
	commit := kv.Commit{Revision: f.revision}
	for _, key := range slices.Sorted(maps.Keys(records)) {
		write := kv.Write{Key: []byte(key), Deleted: records[key] == nil}
		if !write.Deleted {
			value, err := layout.Encode(records[key])
			if err != nil {
				t.Fatalf("%v", err)
			}
			write.Value = value
		}
		commit.Writes = append(commit.Writes, write)
	}
	f.Apply(commit)
}

// differences from a list that is loaded with what must be known.
func (f *fed) differences(t failer) (found []string) {
	t.Helper()
	fresh := New()
	if err := fresh.Load(uint64(f.revision), f.generation, f.placements(), maps.Clone(f.homes)); err != nil {
		t.Fatalf("Load: %v", err)
	}
	Compare(f.Portrait(), fresh.Portrait(), func(fault string) bool { found = append(found, fault); return true })
	return found
}

func (f *fed) key(p *eilev1.Placement, generation uint32) string {
	return string(layout.PlacementKey(generation, p.GetReference()))
}

func drawPlacement(t *rapid.T) *eilev1.Placement {
	p := place(rapid.StringMatching(`A-[0-9]`).Draw(t, "reference"), rapid.SampledFrom([]string{"general", "other"}).Draw(t, "list"),
		rapid.SampledFrom([]string{"1", "2"}).Draw(t, "class"), rapid.StringMatching(`[a-c]{2}`).Draw(t, "key"))
	p.OutOfTurn, p.OpenOffer = rapid.Bool().Draw(t, "out of turn"), rapid.Bool().Draw(t, "open offer")
	p.NextDue = int32(rapid.IntRange(0, 3).Draw(t, "due"))
	if rapid.IntRange(0, 3).Draw(t, "housed") == 0 {
		p.Status, p.HousedOn = eilev1.ApplicationStatus_APPLICATION_STATUS_HOUSED, int32(rapid.IntRange(1, 9).Draw(t, "day"))
	}
	return p
}

// TestFedIsLoaded: what a list is fed is what it would be loaded with; so is a
// fork of it, which does not follow.
func TestFedIsLoaded(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := newFed(t)
		imports := 0
		t.Repeat(map[string]func(*rapid.T){
			"place": func(t *rapid.T) {
				p := drawPlacement(t)
				f.placed[p.GetReference()] = p
				f.commit(t, map[string]proto.Message{f.key(p, f.generation): p})
			},
			"home": func(t *rapid.T) {
				reference := rapid.SampledFrom([]string{"U-1", "U-2"}).Draw(t, "home")
				unit := &eilev1.Unit{Reference: reference, Status: eilev1.UnitStatus(rapid.IntRange(1, 3).Draw(t, "status"))}
				if rapid.IntRange(0, 4).Draw(t, "gone") == 0 {
					delete(f.homes, reference)
					f.commit(t, map[string]proto.Message{layout.Unit + reference: nil})
					return
				}
				f.homes[reference] = StateOf(unit)
				f.commit(t, map[string]proto.Message{layout.Unit + reference: unit})
			},
			"import": func(t *rapid.T) {
				imports++
				id := fmt.Sprintf("im-%d", imports)
				p, unit := drawPlacement(t), &eilev1.Unit{Reference: "U-" + id, Import: id}
				p.Reference, p.Import = "I-"+id, id
				f.commit(t, map[string]proto.Message{layout.Import + id: &eilev1.ImportRecord{State: eilev1.ImportState_IMPORT_STATE_STAGING}})
				f.commit(t, map[string]proto.Message{f.key(p, f.generation): p, layout.Unit + unit.GetReference(): unit})
				if found := f.differences(t); len(found) > 0 {
					t.Fatalf("an undecided import is seen: %q", found)
				}
				if rapid.Bool().Draw(t, "aborted") {
					f.commit(t, map[string]proto.Message{f.key(p, f.generation): nil, layout.Unit + unit.GetReference(): nil})
					f.commit(t, map[string]proto.Message{layout.Import + id: nil})
					return
				}
				f.placed[p.GetReference()], f.homes[unit.GetReference()] = p, StateOf(unit)
				f.commit(t, map[string]proto.Message{layout.Import + id: &eilev1.ImportRecord{State: eilev1.ImportState_IMPORT_STATE_DECIDED}})
			},
			"policy": func(t *rapid.T) {
				f.commit(t, map[string]proto.Message{layout.Register: &eilev1.Register{Generation: f.generation, Staging: f.generation + 1}})
				next := map[string]*eilev1.Placement{}
				for _, reference := range slices.Sorted(maps.Keys(f.placed)) {
					p := drawPlacement(t)
					p.Reference = reference
					next[reference] = p
					f.commit(t, map[string]proto.Message{f.key(p, f.generation+1): p})
				}
				if found := f.differences(t); len(found) > 0 {
					t.Fatalf("a policy that is not in force is seen: %q", found)
				}
				state := &eilev1.Register{Generation: f.generation}
				if rapid.Bool().Draw(t, "in force") {
					f.generation++
					f.placed, state.Generation = next, f.generation
				}
				f.commit(t, map[string]proto.Message{layout.Register: state})
			},
			"fork": func(t *rapid.T) {
				before := *f
				before.placed, before.homes = maps.Clone(f.placed), maps.Clone(f.homes)
				before.List = f.Fork()
				p := drawPlacement(t)
				f.placed[p.GetReference()] = p
				f.commit(t, map[string]proto.Message{f.key(p, f.generation): p})
				if found := before.differences(t); len(found) > 0 {
					t.Fatalf("a fork follows: %q", found)
				}
				before.placed[p.GetReference()] = p
				before.commit(t, map[string]proto.Message{f.key(p, f.generation): p})
				if found := before.differences(t); len(found) > 0 {
					t.Fatalf("a fork does not take what it is fed: %q", found)
				}
			},
			"settle": func(*rapid.T) {
				f.Due(1)
				f.Settled(1)
			},
			"": func(t *rapid.T) {
				if found := f.differences(t); len(found) > 0 {
					t.Fatalf("%q", found)
				}
			},
		})
	})
}

// TestCompareTells of all in which memory may differ.
func TestCompareTells(t *testing.T) {
	known := func() *fed {
		f := newFed(t)
		for i, reference := range []string{"A-1", "A-2", "A-3"} {
			p := place(reference, "general", "2", fmt.Sprint(i))
			p.NextDue = 100
			f.placed[reference] = p
			f.commit(t, map[string]proto.Message{f.key(p, 1): p})
		}
		return f
	}
	changed := func(f *fed, reference string, change func(*eilev1.Placement)) {
		p := proto.CloneOf(f.placed[reference])
		change(p)
		f.commit(t, map[string]proto.Message{f.key(p, 1): p})
	}
	for fault, harm := range map[string]func(*fed){
		"application A-1: memory does not know when it falls due": func(f *fed) { f.places.due.Delete(dueKey(100, "A-1")) },
		"list general class 2: application A-2 waits in the store, in memory it does not": func(f *fed) {
			changed(f, "A-2", func(p *eilev1.Placement) { p.Status = eilev1.ApplicationStatus_APPLICATION_STATUS_ON_HOLD })
		},
		"list general: application A-4 waits in memory, in the store it does not": func(f *fed) {
			p := place("A-4", "general", "2", "1")
			f.commit(t, map[string]proto.Message{f.key(p, 1): p})
		},
		"application A-3 has another open offer": func(f *fed) { changed(f, "A-3", func(p *eilev1.Placement) { p.OpenOffer = true }) },
		"or suits other homes than memory says":  func(f *fed) { changed(f, "A-3", func(p *eilev1.Placement) { p.Suitability = []byte("x") }) },
		"waiting list: in memory wait":           func(f *fed) { changed(f, "A-3", func(p *eilev1.Placement) { p.OutOfTurn = true }) },
		"list general: 1 lettings in memory":     func(f *fed) { changed(f, "A-3", func(p *eilev1.Placement) { p.HousedOn = 3 }) },
		"states of 1 homes in memory":            func(f *fed) { f.commit(t, map[string]proto.Message{"u/U-1": &eilev1.Unit{}}) },
	} {
		f := known()
		harm(f)
		found := f.differences(t)
		if !strings.Contains(strings.Join(found, "\n"), fault) {
			t.Errorf("want %q, got %q", fault, found)
		}
		n := 0
		Compare(f.Portrait(), New().Portrait(), func(string) bool { n++; return false })
		if n != 1 {
			t.Errorf("told to stop, %d are reported", n)
		}
	}
}

// TestDamageIsPassedOver: what cannot be read leaves the list as it was.
func TestDamageIsPassedOver(t *testing.T) {
	f := newFed(t)
	p := place("A-1", "general", "2", "1")
	f.placed["A-1"] = p
	f.commit(t, map[string]proto.Message{f.key(p, 1): p})
	f.revision++
	damaged := kv.Commit{Revision: f.revision}
	for _, key := range []string{f.key(p, 1), "q/x", "u/U-1", "b/im-1", layout.Register} {
		damaged.Writes = append(damaged.Writes, kv.Write{Key: []byte(key), Value: []byte{1}})
	}
	f.Apply(damaged)
	if found := f.differences(t); len(found) > 0 {
		t.Errorf("%q", found)
	}
	if f.Revision() != uint64(f.revision) {
		t.Errorf("the list is at %d, want %d", f.Revision(), f.revision)
	}
}

var errRead = errors.New("read")

// TestLoadFails with the error of what it reads, and on a placement that stands
// twice.
func TestLoadFails(t *testing.T) {
	err := New().Load(1, 1, func(yield func(*eilev1.Placement, error) bool) { yield(nil, errRead) }, nil)
	if !errors.Is(err, errRead) {
		t.Errorf("Load answers %v", err)
	}
	p := place("A-1", "general", "2", "1")
	err = New().Load(1, 1, func(yield func(*eilev1.Placement, error) bool) { _ = yield(p, nil) && yield(p, nil) }, nil)
	if err == nil {
		t.Error("a placement is loaded twice")
	}
}

// TestFreeze: a night sees vacant homes in order, and who is flagged unless it
// was given up.
func TestFreeze(t *testing.T) {
	f := newFed(t)
	flagged := &eilev1.Condition{State: eilev1.ConditionState_CONDITION_STATE_FLAGGED}
	f.commit(t, map[string]proto.Message{
		"u/U-2": &eilev1.Unit{Reference: "U-2", Status: eilev1.UnitStatus_UNIT_STATUS_VACANT, Condition: flagged},
		"u/U-1": &eilev1.Unit{Reference: "U-1", Status: eilev1.UnitStatus_UNIT_STATUS_VACANT},
		"u/U-3": &eilev1.Unit{Reference: "U-3", Status: eilev1.UnitStatus_UNIT_STATUS_DECOMMISSIONED, Condition: flagged},
	})
	p := place("A-1", "general", "2", "1")
	f.commit(t, map[string]proto.Message{f.key(p, 1): p})
	frozen := f.Freeze()
	if !slices.Equal(frozen.Vacant, []string{"U-1", "U-2"}) || frozen.Flagged != 1 || frozen.Patterns != 1 {
		t.Errorf("vacant %q, flagged %d, %d patterns", frozen.Vacant, frozen.Flagged, frozen.Patterns)
	}
	if _, n := frozen.List("general"); n != 1 || frozen.Revision() != uint64(f.revision) {
		t.Errorf("%d wait at revision %d", n, frozen.Revision())
	}
	if n := len(f.UnitCounts()); n != 3 {
		t.Errorf("homes are in %d states", n)
	}
}
