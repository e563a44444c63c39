package kvtest

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/eile-housing/eile/store/kv"
)

// testModel runs random operations against a store and a map. reopen, unless
// nil, closes a store and opens it again.
func testModel(t *testing.T, open func(*testing.T) kv.DB, reopen func(kv.DB) kv.DB) {
	rapid.Check(t, func(rt *rapid.T) {
		m := &model{db: open(t), all: make(map[string]record), mirror: make(map[string]record)}
		defer func() { closeStore(t, m.db) }()
		m.follow()
		actions := map[string]func(*rapid.T){
			"":       m.check,
			"update": m.update,
			"refuse": m.refuse,
			"scan":   m.scan,
		}
		if reopen != nil {
			actions["reopen"] = func(*rapid.T) {
				m.db = reopen(m.db)
				m.follow()
			}
		}
		rt.Repeat(actions)
	})
}

type model struct {
	db       kv.DB
	all      map[string]record
	mirror   map[string]record // as followed
	revision kv.Revision
}

// keys are few and close together, with the edges of the order among them.
var keys = rapid.SliceOfN(rapid.SampledFrom([]byte{0, 'a', 'b', 0xff}), 1, 3)

func (m *model) follow() {
	m.db.Follow(func(c kv.Commit) { apply(m.mirror, c) })
}

// op is one call of a closure: a get when neither put nor delete.
type op struct {
	key, value  []byte
	put, delete bool
}

var ops = rapid.SliceOfN(rapid.Custom(func(t *rapid.T) op {
	o := op{key: keys.Draw(t, "key")}
	switch rapid.IntRange(0, 3).Draw(t, "kind") {
	case 0:
	case 1:
		o.delete = true
	default:
		o.put = true
		o.value = rapid.SliceOfN(rapid.Byte(), 0, 5).Draw(t, "value")
	}
	return o
}), 0, 8)

// play runs list inside a transaction and on a copy of the model, which it
// returns; it counts the writes.
func (m *model) play(tx kv.Tx, list []op) (map[string]record, int, error) {
	next, writes := maps.Clone(m.all), 0
	for _, o := range list {
		var err error
		switch {
		case o.put:
			err = tx.Put(o.key, o.value)
			next[string(o.key)] = record{value: string(o.value)}
			writes++
		case o.delete:
			err = tx.Delete(o.key)
			delete(next, string(o.key))
			writes++
		default:
			if r, ok := next[string(o.key)]; ok {
				err = want(tx.Get, string(o.key), r.value, r.revision)
			} else {
				err = wantNone(tx.Get, string(o.key))
			}
		}
		if err != nil {
			return nil, 0, err
		}
	}
	return next, writes, nil
}

func (m *model) update(t *rapid.T) {
	list := ops.Draw(t, "ops")
	var next map[string]record
	var writes int
	revision, err := m.db.Update(context.Background(), func(tx kv.Tx) (err error) {
		next, writes, err = m.play(tx, list)
		return err
	})
	if err != nil {
		t.Fatalf("Update: %v", err)
	}
	if writes > 0 {
		m.revision++
	}
	if revision != m.revision {
		t.Fatalf("Update = %d, want %d", revision, m.revision)
	}
	for key, r := range next {
		if r.revision == 0 {
			next[key] = record{r.value, revision}
		}
	}
	m.all = next
}

func (m *model) refuse(t *rapid.T) {
	list := ops.Draw(t, "ops")
	_, err := m.db.Update(context.Background(), func(tx kv.Tx) error {
		_, _, err := m.play(tx, list)
		if err != nil {
			return err
		}
		return errRefused
	})
	if err != errRefused {
		t.Fatalf("Update: %v", err)
	}
}

func (m *model) scan(t *rapid.T) {
	start, end := keys.Draw(t, "start"), keys.Draw(t, "end")
	var expected, got []string
	for _, key := range slices.Sorted(maps.Keys(m.all)) {
		if key >= string(start) && bytes.Compare([]byte(key), end) < 0 {
			expected = append(expected, fmt.Sprintf("%q %v", key, m.all[key]))
		}
	}
	view(t, m.db, func(r kv.Reader) error {
		for item, err := range r.Scan(start, end) {
			if err != nil {
				return err
			}
			got = append(got, fmt.Sprintf("%q %v", item.Key, record{string(item.Value), item.Revision}))
		}
		return nil
	})
	if !slices.Equal(got, expected) {
		t.Fatalf("Scan(%q, %q) = %v, want %v", start, end, got, expected)
	}
}

func (m *model) check(t *rapid.T) {
	if m.db.Revision() != m.revision {
		t.Fatalf("revision %d, want %d", m.db.Revision(), m.revision)
	}
	if !maps.Equal(m.mirror, m.all) {
		t.Fatalf("followers saw %v, want %v", m.mirror, m.all)
	}
	view(t, m.db, func(r kv.Reader) error {
		if r.Revision() != m.revision {
			t.Fatalf("snapshot of revision %d, want %d", r.Revision(), m.revision)
		}
		n := 0
		for item, err := range r.Scan(nil, nil) {
			if err != nil {
				return err
			}
			n++
			if found := (record{string(item.Value), item.Revision}); m.all[string(item.Key)] != found {
				t.Fatalf("%q holds %v, want %v", item.Key, found, m.all[string(item.Key)])
			}
		}
		if n != len(m.all) {
			t.Fatalf("%d keys, want %d", n, len(m.all))
		}
		return nil
	})
}
