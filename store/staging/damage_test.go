package staging_test

import (
	"errors"
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store/kv"
	"github.com/eile-housing/eile/store/kv/memkv"
	"github.com/eile-housing/eile/store/layout"
	"github.com/eile-housing/eile/store/staging"
)

// TestDamageIsTold: who meets a record that cannot be read says so, and takes
// nothing of it for an answer.
func TestDamageIsTold(t *testing.T) {
	bad := []byte{0xff}
	for name, key := range map[string]string{"import": layout.Import + "im-2", "import chunk": string(layout.NumberKey(layout.ImportChunk, "im-2", 1))} {
		db := imported(t)
		update(t, db, func(tx kv.Tx) error { return tx.Put([]byte(key), bad) })
		readers := map[string]func(kv.Reader) error{
			"strays": func(reader kv.Reader) error { return staging.CheckStrays(reader, func(string) bool { return true }) },
		}
		if name == "import" {
			readers["load"] = staging.NewImports().Load
			readers["decided"] = func(reader kv.Reader) error { _, err := staging.Decided(reader); return err }
			readers["decision"] = func(reader kv.Reader) error { _, _, err := staging.Decision(reader, "im-2"); return err }
		} else {
			readers["staged"] = func(reader kv.Reader) error { _, err := staging.Staged(reader, nil); return err }
			readers["chunks"] = func(reader kv.Reader) error { _, err := staging.Chunks(reader, "im-2"); return err }
		}
		for reading, read := range readers {
			if err := db.View(t.Context(), read); !errors.Is(err, kv.ErrCorrupt) {
				t.Errorf("%s over a damaged %s: %v", reading, name, err)
			}
		}
	}
}

// TestFeedPassesOverDamage: what cannot be read changes nothing that is known.
func TestFeedPassesOverDamage(t *testing.T) {
	known := staging.NewImports()
	view(t, imported(t), known.Load)
	known.Apply(kv.Write{Key: []byte(layout.Import + "im-1"), Value: []byte{0xff}})
	if !known.IsDecided("im-1") || !known.Any() {
		t.Errorf("decided %t, any %t", known.IsDecided("im-1"), known.Any())
	}
}

// TestDecision is the moment and the revision of the deciding write.
func TestDecision(t *testing.T) {
	db := imported(t)
	at := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
	revision, err := db.Update(t.Context(), func(tx kv.Tx) error {
		value, err := layout.Encode(&eilev1.ImportRecord{Id: "im-3", State: decided, At: timestamppb.New(at)})
		return errors.Join(err, tx.Put([]byte(layout.Import+"im-3"), value))
	})
	if err != nil {
		t.Fatal(err)
	}
	view(t, db, func(reader kv.Reader) error {
		found, is, err := staging.Decision(reader, "im-3")
		if !is || !found.At.Equal(at) || found.Revision != uint64(revision) {
			t.Errorf("decided %t, %v", is, found)
		}
		for _, id := range []string{"im-2", "im-9"} {
			if _, is, other := staging.Decision(reader, id); is || other != nil {
				t.Errorf("%s is decided: %t, %v", id, is, other)
			}
		}
		return err
	})
}

// TestStraysStop when nobody wants to hear of more.
func TestStraysStop(t *testing.T) {
	db := imported(t)
	update(t, db, func(tx kv.Tx) error {
		return errors.Join(tx.Delete([]byte(layout.Import+"im-1")), tx.Delete([]byte(layout.Import+"im-2")))
	})
	told := 0
	view(t, db, func(reader kv.Reader) error {
		return staging.CheckStrays(reader, func(string) bool { told++; return false })
	})
	if told != 1 {
		t.Errorf("%d strays are told after the first was enough", told)
	}
}

// TestPieceTells what it will write, and what is heavy is counted.
func TestPieceTells(t *testing.T) {
	p := piece("im-1", "A-1")
	if len(p.Changes()) != 3 || len(p.Placements()) != 1 || len(p.Units()) != 1 || p.Err() != nil {
		t.Errorf("%d changes, %d placements, %d homes: %v", len(p.Changes()), len(p.Placements()), len(p.Units()), p.Err())
	}
	p.Tell([]*eilev1.Placement{place("A-2", "im-1")})
	if len(p.Placements()) != 2 || len(p.Changes()) != 3 {
		t.Errorf("what is only told of: %d placements, %d changes", len(p.Placements()), len(p.Changes()))
	}
	if p.Full(1) || !p.Full(kv.MaxOps) {
		t.Error("a piece is full by the count of its records")
	}
	p.AddUnit(&eilev1.Unit{Reference: "U-2", Import: "im-1", StatusReason: string(make([]byte, kv.MaxTxBytes/4))})
	if !p.Full(4) {
		t.Error("four more as heavy as the heaviest fit")
	}
	p.Add("application", "A-3", []byte(layout.Application+"A-3"), &eilev1.Application{Reference: "\xff", Import: "im-1"})
	if p.Err() == nil {
		t.Error("a record that cannot be written was taken")
	}
}

// TestGenerationsKeepOne and find all others.
func TestGenerationsKeepOne(t *testing.T) {
	db := memkv.New(memkv.Options{})
	update(t, db, func(tx kv.Tx) error {
		for generation := range uint32(4) {
			if err := tx.Put(layout.PlacementKey(generation, "A-1"), nil); err != nil {
				return err
			}
		}
		return nil
	})
	view(t, db, func(reader kv.Reader) error {
		keys, err := staging.Generations(reader, 2)
		if len(keys) != 3 {
			t.Errorf("%q", keys)
		}
		for _, key := range keys {
			if string(key) == string(layout.PlacementKey(2, "A-1")) {
				t.Errorf("%q is in force", key)
			}
		}
		return err
	})
}
