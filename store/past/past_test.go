package past_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"
	"pgregory.net/rapid"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store/kv"
	"github.com/eile-housing/eile/store/kv/memkv"
	"github.com/eile-housing/eile/store/layout"
	"github.com/eile-housing/eile/store/past"
)

// book is a history under test, and what was in force after each commit.
type book struct {
	db     kv.DB
	now    time.Time
	placed map[string]string // by reference: the order key in force
	homes  map[string]eilev1.UnitStatus
	shown  []shown

	hidden map[string]string // of the import that is not decided
	upload string
}

type shown struct {
	at     time.Time
	placed map[string]string
	homes  map[string]eilev1.UnitStatus
}

type failer interface {
	Helper()
	Fatalf(format string, args ...any)
}

func newBook() *book {
	return &book{
		db: memkv.New(memkv.Options{}), now: time.Date(2026, 1, 5, 8, 0, 0, 0, time.UTC),
		placed: map[string]string{}, homes: map[string]eilev1.UnitStatus{}, hidden: map[string]string{},
	}
}

// write commits records a second later.
func (b *book) write(t failer, records map[string]proto.Message) {
	t.Helper()
	_, err := b.db.Update(context.Background(), func(tx kv.Tx) error {
		for key, record := range records {
			value, err := layout.Encode(record)
			if err := errors.Join(err, tx.Put([]byte(key), value)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatalf("Update: %v", err)
	}
	b.shown = append(b.shown, shown{b.now, maps.Clone(b.placed), maps.Clone(b.homes)})
	b.now = b.now.Add(time.Second)
}

// place writes a placement, of an import if it has one, with its history.
func (b *book) place(t failer, reference, key, importID string) {
	t.Helper()
	p := &eilev1.Placement{Reference: reference, OrderKey: []byte(key), Import: importID}
	history := &eilev1.PlacementChange{Placements: []*eilev1.Placement{p}, Cause: "settle"}
	if importID == b.upload && importID != "" {
		b.hidden[reference] = key
		history.Import = importID
	} else {
		b.placed[reference] = key
	}
	b.write(t, map[string]proto.Message{
		string(layout.PlacementKey(1, reference)):                              p,
		string(layout.TimeKey(layout.PlacementChange, b.now, "id-"+reference)): history,
	})
}

func (b *book) home(t failer, reference string, status eilev1.UnitStatus) {
	t.Helper()
	b.homes[reference] = status
	state := &eilev1.UnitChange_UnitState{Reference: reference, Status: status}
	b.write(t, map[string]proto.Message{
		string(layout.TimeKey(layout.UnitChange, b.now, "id")): &eilev1.UnitChange{States: []*eilev1.UnitChange_UnitState{state}, Cause: "settle"},
	})
}

func (b *book) begin(t failer, id string) {
	t.Helper()
	b.upload = id
	b.write(t, map[string]proto.Message{layout.Import + id: &eilev1.ImportRecord{State: eilev1.ImportState_IMPORT_STATE_STAGING}})
}

func (b *book) decide(t failer) {
	t.Helper()
	maps.Copy(b.placed, b.hidden)
	clear(b.hidden)
	id := b.upload
	b.upload = ""
	b.write(t, map[string]proto.Message{
		layout.Import + id: &eilev1.ImportRecord{State: eilev1.ImportState_IMPORT_STATE_DECIDED, At: timestamppb.New(b.now)},
	})
}

func (b *book) read(t failer, fn func(kv.Reader) error) {
	t.Helper()
	if err := b.db.View(context.Background(), fn); err != nil {
		t.Fatalf("View: %v", err)
	}
}

// check replays what was shown after some commits.
func (b *book) check(t failer, some []shown) {
	t.Helper()
	b.read(t, func(reader kv.Reader) error {
		for _, then := range some {
			placed, at := map[string]string{}, map[string]string{}
			for moved, err := range past.Placements(reader, then.at) {
				if err != nil {
					return err
				}
				if moved.Cause != "settle" || moved.At.After(then.at) {
					t.Fatalf("as of %v: %+v", then.at, moved)
				}
				placed[moved.After.GetReference()] = string(moved.After.GetOrderKey())
				single, err := past.Placement(reader, moved.Entry, moved.After.GetReference())
				if err != nil {
					return err
				}
				at[moved.After.GetReference()] = string(single.GetOrderKey())
			}
			if !maps.Equal(placed, then.placed) || !maps.Equal(at, then.placed) {
				t.Fatalf("as of %v placements are %v, by their entries %v, they were %v", then.at, placed, at, then.placed)
			}
			homes := map[string]eilev1.UnitStatus{}
			for moved, err := range past.UnitStates(reader, then.at) {
				if err != nil {
					return err
				}
				homes[moved.After.GetReference()] = moved.After.GetStatus()
			}
			if !maps.Equal(homes, then.homes) {
				t.Fatalf("as of %v homes are %v, they were %v", then.at, homes, then.homes)
			}
		}
		return nil
	})
}

// TestReplay: whatever happened since, a moment and a revision show what was in
// force then; what an import brought counts from its decision on.
func TestReplay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := newBook()
		references, imports := rapid.StringMatching(`A-[0-4]`), 0
		t.Repeat(map[string]func(*rapid.T){
			"place": func(t *rapid.T) {
				b.place(t, references.Draw(t, "reference"), rapid.StringMatching(`[a-c]{2}`).Draw(t, "key"), "")
			},
			"home": func(t *rapid.T) {
				b.home(t, rapid.StringMatching(`U-[0-2]`).Draw(t, "home"), eilev1.UnitStatus(rapid.IntRange(1, 3).Draw(t, "status")))
			},
			"import": func(t *rapid.T) {
				if b.upload == "" {
					imports++
					b.begin(t, fmt.Sprintf("im-%d", imports))
				}
				b.place(t, fmt.Sprintf("B-%d-%d", imports, len(b.hidden)), "k", b.upload)
			},
			"decide": func(t *rapid.T) {
				if b.upload != "" {
					b.decide(t)
				}
			},
			"": func(t *rapid.T) {
				if n := len(b.shown); n > 0 {
					b.check(t, []shown{b.shown[rapid.IntRange(0, n-1).Draw(t, "then")]})
				}
			},
		})
		b.check(t, b.shown)
	})
}

// TestPolicyAt: a policy is in force from its activation on.
func TestPolicyAt(t *testing.T) {
	b := newBook()
	switched := b.now
	b.write(t, map[string]proto.Message{
		string(layout.TimeKey(layout.Activation, b.now, "id")): &eilev1.PolicyName{Name: "next"},
	})
	b.read(t, func(reader kv.Reader) error {
		for at, want := range map[time.Time]string{switched: "next", switched.Add(-time.Microsecond): ""} {
			policy, err := past.PolicyAt(reader, at)
			if err != nil || policy.GetName() != want {
				t.Errorf("at %v policy %v is in force, %v", at, policy, err)
			}
		}
		return nil
	})
}

// TestDamage is told by its key.
func TestDamage(t *testing.T) {
	for key, fails := range map[string]func(kv.Reader) error{
		"l/zz":                  func(reader kv.Reader) error { return first(past.Placements(reader, time.Time{})) },
		"k/zz":                  func(reader kv.Reader) error { return first(past.UnitStates(reader, time.Time{})) },
		"l/0000000000000000/id": func(reader kv.Reader) error { return first(past.Placements(reader, time.Time{})) },
		"l/0000000000000001/id": func(reader kv.Reader) error { _, err := past.Placement(reader, time.UnixMicro(1), "A-1"); return err },
		"pa/0000000000000000/x": func(reader kv.Reader) error { _, err := past.PolicyAt(reader, time.Now()); return err },
	} {
		b := newBook()
		if _, err := b.db.Update(t.Context(), func(tx kv.Tx) error { return tx.Put([]byte(key), []byte{1}) }); err != nil {
			t.Fatal(err)
		}
		b.read(t, func(reader kv.Reader) error {
			if err := fails(reader); !errors.Is(err, kv.ErrCorrupt) || !strings.Contains(err.Error(), key) {
				t.Errorf("damage at %q: %v", key, err)
			}
			return nil
		})
	}
}

func first[T any](all func(func(T, error) bool)) (failure error) {
	all(func(_ T, err error) bool { failure = err; return false })
	return failure
}
