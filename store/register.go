package store

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"

	"google.golang.org/protobuf/proto"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store/kv"
	"github.com/eile-housing/eile/store/waitlist"
)

// Register is an open register. All methods may be called concurrently.
type Register struct {
	db   kv.DB
	list *List
	seal sealer

	gate sync.RWMutex // held for writing while a snapshot is taken

	mu      sync.RWMutex
	staging map[string]bool // imports that are not decided
}

// Open takes a store as the register: it checks the schema, removes what
// undecided imports left, and rebuilds the waiting list. The caller closes db
// after the last use of the register.
func Open(ctx context.Context, db kv.DB) (*Register, error) {
	r := &Register{db: db, list: newList(), staging: map[string]bool{}}
	if err := r.checkSchema(ctx); err != nil {
		return nil, err
	}
	if err := r.removeUndecided(ctx); err != nil {
		return nil, fmt.Errorf("remove undecided imports: %w", err)
	}
	if err := r.giveUp(ctx); err != nil {
		return nil, fmt.Errorf("give up an unfinished policy change: %w", err)
	}
	from := db.Follow(r.apply)
	if err := r.rebuild(ctx, from); err != nil {
		return nil, fmt.Errorf("rebuild the waiting list: %w", err)
	}
	if err := r.loadSeals(ctx); err != nil {
		return nil, fmt.Errorf("load the audit chain: %w", err)
	}
	return r, nil
}

// ErrSchema says that the register was written by a program of another schema.
var ErrSchema = errors.New("register has another schema")

func (r *Register) checkSchema(ctx context.Context) error {
	_, err := r.update(ctx, func(tx kv.Tx) error {
		item, ok, err := tx.Get(registerKey)
		if err != nil {
			return err
		}
		if !ok {
			value, err := encode(&eilev1.Register{Schema: Schema, Generation: 1})
			if err != nil {
				return err
			}
			return tx.Put(registerKey, value)
		}
		state, err := decode[eilev1.Register](registers.Noun, item)
		if err != nil {
			return err
		}
		if state.GetSchema() != Schema {
			return fmt.Errorf("%w: it is %d, this program reads %d", ErrSchema, state.GetSchema(), Schema)
		}
		return nil
	})
	return err
}

// View is one snapshot of the register.
type View struct {
	reader kv.Reader
	reg    *Register
	state  *eilev1.Register
	hides  map[string]bool
}

// Revision of the snapshot.
func (v *View) Revision() uint64 { return uint64(v.reader.Revision()) }

// Policy in force; nil before the first activation.
func (v *View) Policy() *eilev1.PolicyName { return v.state.GetPolicy() }

func (v *View) get(key []byte) (kv.Item, bool, error) { return v.reader.Get(key) }

func (v *View) hidden(importID string) bool { return importID != "" && v.hides[importID] }

// View runs fn against one snapshot. The view ends with fn.
func (r *Register) View(ctx context.Context, fn func(*View) error) error {
	return r.db.View(ctx, func(reader kv.Reader) error {
		item, _, err := reader.Get(registerKey)
		if err != nil {
			return err
		}
		state, err := decode[eilev1.Register](registers.Noun, item)
		if err != nil {
			return err
		}
		hides, err := r.hides(reader)
		if err != nil {
			return err
		}
		return fn(&View{reader: reader, reg: r, state: state, hides: hides})
	})
}

// update lets a closure write, unless a snapshot is being taken.
func (r *Register) update(ctx context.Context, fn func(kv.Tx) error) (kv.Revision, error) {
	r.gate.RLock()
	defer r.gate.RUnlock()
	return r.db.Update(ctx, fn)
}

// Frozen is the waiting list at one revision, with the homes that are vacant.
type Frozen struct {
	*waitlist.Frozen
	Vacant   []string // references, in order
	Flagged  int
	Patterns int // every mark names a pattern below
}

// Freeze runs fn against records and waiting list as they are at one revision,
// while writes go on. fn must not change the register.
func (r *Register) Freeze(ctx context.Context, fn func(*View, Frozen) error) error {
	r.gate.Lock()
	unlock := sync.OnceFunc(r.gate.Unlock)
	defer unlock()
	return r.View(ctx, func(v *View) error {
		frozen := r.list.freeze()
		unlock()
		if frozen.Revision() != v.Revision() {
			return fmt.Errorf("records are at revision %d and the waiting list at %d: another process writes; try again", v.Revision(), frozen.Revision())
		}
		return fn(v, frozen)
	})
}

// hides answers the imports that are undecided in the snapshot, which may be
// older than what this process already knows to be decided.
func (r *Register) hides(reader kv.Reader) (map[string]bool, error) {
	r.mu.RLock()
	candidates := slices.Collect(maps.Keys(r.staging))
	r.mu.RUnlock()
	hides := make(map[string]bool, len(candidates))
	for _, id := range candidates {
		item, ok, err := reader.Get(Imports.key(id))
		if err != nil {
			return nil, err
		}
		if !ok {
			hides[id] = true
			continue
		}
		record, err := decode[eilev1.ImportRecord](Imports.Noun, item)
		if err != nil {
			return nil, err
		}
		hides[id] = record.GetState() != eilev1.ImportState_IMPORT_STATE_DECIDED
	}
	return hides, nil
}

func (r *Register) undecided(importID string) bool {
	if importID == "" {
		return false
	}
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.staging[importID]
}

// ErrStaging says that a policy is being activated and that the register takes
// no changes until it is.
var ErrStaging = errors.New("a policy is being activated: try again in a moment")

// Update runs fn as one change of the register and returns the revision and the
// result that fn named. A request that was carried out before runs nothing and
// answers its former result. fn may run more than once.
func (r *Register) Update(ctx context.Context, stamp Stamp, fn func(*Tx) error) (revision uint64, result string, err error) {
	rev, err := r.update(ctx, func(kvtx kv.Tx) error {
		tx := &Tx{kv: kvtx, reg: r, stamp: stamp}
		former, seen, err := tx.seen()
		if err != nil {
			return err
		}
		if seen {
			result = former
			return nil
		}
		tx.state, err = registers.Get(tx, "register")
		if err != nil {
			return err
		}
		if tx.state.GetStaging() != 0 {
			return ErrStaging
		}
		if err := fn(tx); err != nil {
			return err
		}
		result = tx.result
		return tx.finish()
	})
	return uint64(rev), result, err
}

// Repeated answers the result of a request that was carried out before, so that
// work which spans transactions can be skipped.
func (r *Register) Repeated(ctx context.Context, stamp Stamp) (result string, seen bool, err error) {
	_, err = r.update(ctx, func(kvtx kv.Tx) error {
		tx := &Tx{kv: kvtx, reg: r, stamp: stamp}
		result, seen, err = tx.seen()
		return err
	})
	return result, seen, err
}

// List is the living waiting list of this process.
func (r *Register) List() *List { return r.list }

// apply feeds one commit to what this process keeps in memory. It is called in
// order of revisions, by one goroutine at a time.
func (r *Register) apply(commit kv.Commit) {
	changes := r.list.begin(uint64(commit.Revision))
	for _, write := range commit.Writes {
		switch {
		case hasPrefix(write.Key, placementPrefix):
			changes.placement(write)
		case hasPrefix(write.Key, Imports.prefix):
			r.applyImport(changes, write)
		case hasPrefix(write.Key, string(registerKey)):
			changes.register(write)
		case hasPrefix(write.Key, Units.prefix):
			changes.unit(write)
		case hasPrefix(write.Key, auditPrefix):
			r.seal.add(commit.Revision, write)
		}
	}
	changes.done()
}

func (r *Register) applyImport(changes *changes, write kv.Write) {
	record := new(eilev1.ImportRecord)
	id := string(write.Key[len(Imports.prefix):])
	decided := !write.Deleted && proto.Unmarshal(write.Value, record) == nil &&
		record.GetState() == eilev1.ImportState_IMPORT_STATE_DECIDED
	r.mu.Lock()
	if decided || write.Deleted {
		delete(r.staging, id)
	} else {
		r.staging[id] = true
	}
	r.mu.Unlock()
	switch {
	case decided:
		changes.decide(id)
	case write.Deleted:
		changes.drop(id)
	default:
		changes.stage(id)
	}
}

func hasPrefix(key []byte, prefix string) bool {
	return len(key) >= len(prefix) && string(key[:len(prefix)]) == prefix
}
