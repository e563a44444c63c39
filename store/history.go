package store

import (
	"iter"
	"time"

	"google.golang.org/protobuf/proto"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store/history"
	"github.com/eile-housing/eile/store/kv"
	"github.com/eile-housing/eile/store/layout"
	"github.com/eile-housing/eile/store/past"
)

// history writes what a change did to placements and homes, where the past would show
// it, under keys that end in name. importID decides whether it took effect.
func (tx *Tx) history(name, importID string) error {
	at := tx.at()
	var placements []*eilev1.Placement
	for _, m := range tx.moves {
		if m.before == nil || Moved(m.before, m.after) {
			placements = append(placements, m.after)
		}
	}
	if len(placements) > 0 {
		change := &eilev1.PlacementChange{Placements: placements, Cause: tx.stamp.Action, At: at, Import: importID}
		if err := tx.putFirst(layout.TimeKey(layout.PlacementChange, tx.stamp.Now, name), change); err != nil {
			return err
		}
	}
	var states []*eilev1.UnitChange_UnitState
	for _, t := range tx.turns {
		if !proto.Equal(t.before, t.after) {
			states = append(states, t.after)
		}
	}
	if len(states) == 0 {
		return nil
	}
	change := &eilev1.UnitChange{States: states, Cause: tx.stamp.Action, At: at, Import: importID}
	return tx.putFirst(layout.TimeKey(layout.UnitChange, tx.stamp.Now, name), change)
}

// Placements replays the changes of placements as past.Placements does.
func (v *View) Placements(until time.Time) iter.Seq2[past.PlacementMoved, error] {
	return past.Placements(v.reader, until)
}

// Past runs fn on the register as it was at a moment; it may run more than once.
func (v *View) Past(at time.Time, fn func(*history.Past) error) error {
	return v.reg.history.At(v.reader, at, fn)
}

// PastAt runs fn on the register as it was at a revision; it may run more than once.
func (v *View) PastAt(revision uint64, fn func(*history.Past) error) error {
	return v.reg.history.AtRevision(v.reader, kv.Revision(revision), fn)
}

// PolicyAt returns the policy that was in force at a moment; nil: none was.
func (v *View) PolicyAt(at time.Time) (*eilev1.PolicyName, error) { return past.PolicyAt(v.reader, at) }
