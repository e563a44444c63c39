package store

import (
	"context"
	"fmt"
	"iter"

	"google.golang.org/protobuf/proto"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store/kv"
	"github.com/eile-housing/eile/store/layout"
	"github.com/eile-housing/eile/store/living"
)

// apply feeds one commit to what this process keeps in memory. It is called in
// order of revisions, by one goroutine at a time.
func (r *Register) apply(commit kv.Commit) {
	for _, write := range commit.Writes {
		switch {
		case layout.Begins(write.Key, layout.Import):
			r.imports.Apply(write)
		case layout.Begins(write.Key, layout.Audit):
			r.chain.Add(commit.Revision, write)
		}
	}
	r.list.Apply(commit)
}

// follow rebuilds the list from the store and has it fed from there on. Nothing
// is written in between, since the register is not open yet.
func (r *Register) follow(ctx context.Context) error {
	r.db.Follow(r.apply)
	return r.View(ctx, func(v *View) error {
		if err := r.moments.Load(v.reader); err != nil {
			return err
		}
		if err := r.imports.Load(v.reader); err != nil {
			return err
		}
		return v.Load(r.list)
	})
}

// Load fills an empty list from the placements and homes of a view.
func (v *View) Load(list *living.List) error {
	units := map[string]living.UnitState{}
	for entry, err := range Units.All(v, "", "") {
		if err != nil {
			return err
		}
		units[entry.ID] = living.StateOf(entry.Record)
	}
	return list.Load(v.Revision(), v.state.GetGeneration(), v.InForce(), units)
}

// InForce yields the placements in force, in order of reference, each valid
// until the next.
func (v *View) InForce() iter.Seq2[*eilev1.Placement, error] {
	return func(yield func(*eilev1.Placement, error) bool) {
		prefix := string(layout.PlacementKey(v.state.GetGeneration(), ""))
		placement := new(eilev1.Placement)
		for item, err := range layout.All(v.reader, prefix) {
			hidden := false
			if err == nil {
				hidden, err = v.readPlacement(item, placement, string(item.Key[len(prefix):]))
			}
			if err != nil {
				yield(nil, err)
				return
			}
			if !hidden && !yield(placement, nil) {
				return
			}
		}
	}
}

// readPlacement reads a placement of an application, and whether it is hidden.
func (v *View) readPlacement(item kv.Item, placement *eilev1.Placement, reference string) (hidden bool, err error) {
	placement.Reset()
	if err := proto.Unmarshal(item.Value, placement); err != nil {
		return false, fmt.Errorf("placement at key %q: %w: %w", item.Key, kv.ErrCorrupt, err)
	}
	if placement.GetReference() != reference {
		return false, fmt.Errorf("placement at key %q: %w: it is of application %q", item.Key, kv.ErrCorrupt, placement.GetReference())
	}
	return v.hidden(placement.GetImport())
}
