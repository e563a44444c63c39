package staging_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"
	"pgregory.net/rapid"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store/audit"
	"github.com/eile-housing/eile/store/kv"
	"github.com/eile-housing/eile/store/kv/memkv"
	"github.com/eile-housing/eile/store/layout"
	"github.com/eile-housing/eile/store/staging"
)

const (
	waiting   = eilev1.ApplicationStatus_APPLICATION_STATUS_WAITING
	undecided = eilev1.ImportState_IMPORT_STATE_STAGING
	decided   = eilev1.ImportState_IMPORT_STATE_DECIDED
)

type failer interface {
	Helper()
	Fatalf(format string, args ...any)
}

func update(t failer, db kv.DB, fn func(kv.Tx) error) {
	t.Helper()
	if _, err := db.Update(context.Background(), fn); err != nil {
		t.Fatalf("Update: %v", err)
	}
}

func view(t failer, db kv.DB, fn func(kv.Reader) error) {
	t.Helper()
	if err := db.View(context.Background(), fn); err != nil {
		t.Fatalf("View: %v", err)
	}
}

func place(reference, importID string) *eilev1.Placement {
	return &eilev1.Placement{Reference: reference, OrderKey: []byte(reference), Status: waiting, Import: importID}
}

// seed of the salts of these tests.
var seed = audit.Seed("0123456789abcdef0123456789abcdef")

// piece is one of an application with its placement, and a home.
func piece(importID, reference string) *staging.Piece {
	p := staging.NewPiece(importID, 1, seed)
	p.Add("application", reference, []byte(layout.Application+reference), &eilev1.Application{Reference: reference, Import: importID})
	p.Place(place(reference, importID))
	p.AddUnit(&eilev1.Unit{Reference: "U-" + reference, Import: importID})
	return p
}

func state(id string, state eilev1.ImportState) func(kv.Tx) error {
	return func(tx kv.Tx) error {
		value, err := layout.Encode(&eilev1.ImportRecord{Id: id, State: state})
		return errors.Join(err, tx.Put([]byte(layout.Import+id), value))
	}
}

// imported is a store with the pieces of a decided and of an undecided import.
func imported(t failer) kv.DB {
	db := memkv.New(memkv.Options{RerunClosures: true})
	for id, end := range map[string]eilev1.ImportState{"im-1": decided, "im-2": undecided} {
		update(t, db, state(id, end))
		for number := range uint32(3) {
			p := piece(id, fmt.Sprintf("%s-%d", id, number))
			history := []byte(layout.PlacementChange + layout.Numbered(id, number))
			update(t, db, func(tx kv.Tx) error {
				value, err := layout.Encode(&eilev1.PlacementChange{Placements: p.Placements(), Import: id})
				return errors.Join(err, p.Put(tx), tx.Put(history, value), p.PutChunk(tx, number, [][]byte{history}))
			})
		}
	}
	return db
}

// TestImportsFollowCommits: what a process is fed is what it would load.
func TestImportsFollowCommits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		db, fed := memkv.New(memkv.Options{}), staging.NewImports()
		db.Follow(func(commit kv.Commit) {
			for _, write := range commit.Writes {
				fed.Apply(write)
			}
		})
		ids := []string{"im-1", "im-2"}
		t.Repeat(map[string]func(*rapid.T){
			"put": func(t *rapid.T) {
				to := rapid.SampledFrom([]eilev1.ImportState{undecided, decided}).Draw(t, "state")
				update(t, db, state(rapid.SampledFrom(ids).Draw(t, "id"), to))
			},
			"delete": func(t *rapid.T) {
				id := rapid.SampledFrom(ids).Draw(t, "id")
				update(t, db, func(tx kv.Tx) error { return tx.Delete([]byte(layout.Import + id)) })
			},
			"": func(t *rapid.T) {
				loaded := staging.NewImports()
				view(t, db, loaded.Load)
				for _, known := range []*staging.Imports{fed, fed.Copy()} {
					if known.Any() != loaded.Any() {
						t.Fatalf("any: fed %t, loaded %t", known.Any(), loaded.Any())
					}
					view(t, db, func(reader kv.Reader) error {
						in, err := staging.Decided(reader)
						for _, id := range ids {
							if known.IsDecided(id) != loaded.IsDecided(id) || in[id] != loaded.IsDecided(id) {
								t.Fatalf("%s: fed %t, loaded %t, stored %t", id, known.IsDecided(id), loaded.IsDecided(id), in[id])
							}
						}
						return err
					})
				}
			},
		})
	})
}

// TestPieceRefuses what would be seen at once, what the list would refuse, and
// what is there already.
func TestPieceRefuses(t *testing.T) {
	for want, p := range map[string]*staging.Piece{
		`application A-1: it is brought by import im-1 and says ""`: func() *staging.Piece {
			p := staging.NewPiece("im-1", 1, seed)
			p.Add("application", "A-1", []byte("a/A-1"), &eilev1.Application{})
			return p
		}(),
		`placement A-1: it is brought by import im-1 and says "im-2"`: func() *staging.Piece {
			p := staging.NewPiece("im-1", 1, seed)
			p.Place(place("A-1", "im-2"))
			return p
		}(),
		"it names no application": func() *staging.Piece {
			p := staging.NewPiece("im-1", 1, seed)
			p.Place(place("", "im-1"))
			return p
		}(),
	} {
		if err := p.Err(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
	db := imported(t)
	again := piece("im-1", "im-1-0")
	_, err := db.Update(t.Context(), again.Put)
	if !errors.Is(err, staging.ErrTaken) || !strings.Contains(err.Error(), "a/im-1-0") {
		t.Errorf("over a record: %v", err)
	}
	_, err = db.Update(t.Context(), func(tx kv.Tx) error { return again.PutChunk(tx, 0, nil) })
	if !errors.Is(err, staging.ErrTaken) {
		t.Errorf("a second piece of a number: %v", err)
	}
}

// TestPortions: all placements in their order, none too many or too heavy.
func TestPortions(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var all []*eilev1.Placement
		for i, kilobytes := range rapid.SliceOfN(rapid.IntRange(0, 400), 0, 20).Draw(t, "sizes") {
			all = append(all, &eilev1.Placement{Reference: fmt.Sprint(i), OrderKey: make([]byte, kilobytes<<10)})
		}
		count := rapid.IntRange(1, 8).Draw(t, "count")
		var joined []*eilev1.Placement
		for some := range staging.Portions(all, count) {
			size := 0
			for _, placement := range some {
				size += proto.Size(placement)
			}
			if len(some) == 0 || len(some) > count || len(some) > 1 && size > kv.MaxTxBytes/2 {
				t.Errorf("a portion has %d placements of %d bytes", len(some), size)
			}
			joined = append(joined, some...)
		}
		if !slices.Equal(joined, all) {
			t.Errorf("%d of %d placements are in portions", len(joined), len(all))
		}
		for range staging.Portions(all, count) {
			break
		}
	})
}

// TestChunksRemoveAnImport to the last key, and nothing of another.
func TestChunksRemoveAnImport(t *testing.T) {
	db := imported(t)
	view(t, db, func(reader kv.Reader) error {
		pieces, err := staging.Chunks(reader, "im-2")
		if len(pieces) != 3 {
			t.Errorf("%d pieces", len(pieces))
		}
		for _, keys := range pieces {
			update(t, db, func(tx kv.Tx) error {
				for _, key := range keys {
					if err := tx.Delete(key); err != nil {
						return err
					}
				}
				return nil
			})
		}
		return err
	})
	view(t, db, func(reader kv.Reader) error {
		kept := 0
		for item, err := range reader.Scan(nil, nil) {
			if err != nil {
				return err
			}
			switch left := strings.Contains(string(item.Key), "im-2"); {
			case left && string(item.Key) != "b/im-2":
				t.Errorf("key %q is left", item.Key)
			case !left:
				kept++
			}
		}
		if kept != 1+3*6 {
			t.Errorf("%d keys of the other import are left", kept)
		}
		return nil
	})
}

// TestStaged names the keys of undecided imports, and strays those of none.
func TestStaged(t *testing.T) {
	db := imported(t)
	strays := func() (found []string) {
		view(t, db, func(reader kv.Reader) error {
			return staging.CheckStrays(reader, func(fault string) bool { found = append(found, fault); return true })
		})
		return found
	}
	view(t, db, func(reader kv.Reader) error {
		in, err := staging.Decided(reader)
		if err != nil {
			return err
		}
		staged, err := staging.Staged(reader, in)
		if len(staged) != 3*5 || !staged["a/im-2-0"] || !staged["u/U-im-2-1"] || staged["a/im-1-0"] {
			t.Errorf("staged are %v", staged)
		}
		return err
	})
	if found := strays(); len(found) > 0 {
		t.Errorf("strays of none: %q", found)
	}
	update(t, db, func(tx kv.Tx) error { return tx.Delete([]byte("b/im-2")) })
	if found := strays(); len(found) != 1 || !strings.Contains(found[0], "it belongs to import im-2, which does not exist") {
		t.Errorf("strays are %q", found)
	}
	for number := range uint32(3) {
		update(t, db, func(tx kv.Tx) error { return tx.Delete(layout.NumberKey(layout.ImportChunk, "im-2", number)) })
	}
	if found := strays(); len(found) != 1 || !strings.Contains(found[0], "im-2") {
		t.Errorf("strays without lists are %q", found)
	}
}

// TestGenerations names the placements of all generations but one.
func TestGenerations(t *testing.T) {
	db := memkv.New(memkv.Options{})
	update(t, db, func(tx kv.Tx) error {
		return errors.Join(tx.Put(layout.PlacementKey(1, "A-1"), nil), tx.Put(layout.PlacementKey(2, "A-1"), nil),
			tx.Put(layout.PlacementKey(3, "A-1"), nil), tx.Put([]byte("r/1"), nil))
	})
	view(t, db, func(reader kv.Reader) error {
		keys, err := staging.Generations(reader, 2)
		if len(keys) != 2 || string(keys[0]) != string(layout.PlacementKey(1, "A-1")) || string(keys[1]) != string(layout.PlacementKey(3, "A-1")) {
			t.Errorf("others than generation 2 are %q", keys)
		}
		return err
	})
}
