package past

import (
	"fmt"
	"iter"

	"google.golang.org/protobuf/proto"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store/kv"
	"github.com/eile-housing/eile/store/layout"
	"github.com/eile-housing/eile/store/staging"
)

// A run is explained by the placements as they were at its revision, whatever
// became of them since. Most are still in force; the others are in the history.

// PlacementsAt yields the placement of every application as it was at a
// revision at which no policy change was under way, in no order. Whether an
// offer was open then the offers tell. It reads all placements in force, and the
// whole history when one of them changed since.
func PlacementsAt(reader kv.Reader, generation uint32, revision uint64) iter.Seq2[*eilev1.Placement, error] {
	return func(yield func(*eilev1.Placement, error) bool) {
		past := snapshot{reader: reader, revision: revision, decided: map[string]uint64{}}
		unchanged, err := past.sinceSwitch()
		changed := map[string]*version{}
		for item, scanErr := range layout.All(reader, string(layout.PlacementKey(generation, ""))) {
			if err == nil {
				err = scanErr
			}
			var placement *eilev1.Placement
			if err == nil {
				placement, err = layout.Decode[eilev1.Placement]("placement", item)
			}
			if err != nil {
				break
			}
			if !unchanged || uint64(item.Revision) > revision {
				changed[placement.GetReference()] = &version{}
				continue
			}
			effective, decideErr := past.effective(uint64(item.Revision), placement.GetImport())
			if err = decideErr; err != nil {
				break
			}
			if effective <= revision && !yield(placement, nil) {
				return
			}
		}
		if err == nil {
			err = past.replay(changed)
		}
		if err != nil {
			yield(nil, err)
			return
		}
		for _, found := range changed {
			if found.placement != nil && !yield(found.placement, nil) {
				return
			}
		}
	}
}

// PlacementAt returns the placement of one application as it was at a revision;
// false when it had none.
func PlacementAt(reader kv.Reader, generation uint32, reference string, revision uint64) (*eilev1.Placement, bool, error) {
	past := snapshot{reader: reader, revision: revision, decided: map[string]uint64{}}
	unchanged, err := past.sinceSwitch()
	if err != nil {
		return nil, false, err
	}
	item, ok, err := reader.Get(layout.PlacementKey(generation, reference))
	if err != nil || !ok {
		return nil, false, err
	}
	if unchanged && uint64(item.Revision) <= revision {
		placement, err := layout.Decode[eilev1.Placement]("placement", item)
		if err != nil {
			return nil, false, err
		}
		effective, err := past.effective(uint64(item.Revision), placement.GetImport())
		return placement, err == nil && effective <= revision, err
	}
	changed := map[string]*version{reference: {}}
	err = past.replay(changed)
	return changed[reference].placement, err == nil && changed[reference].placement != nil, err
}

// snapshot is one revision of the history that a reader sees.
type snapshot struct {
	reader   kv.Reader
	revision uint64
	decided  map[string]uint64 // by import: the revision at which it was decided, never is after all
}

const never = ^uint64(0)

// version is the latest placement of an application up to the revision.
type version struct {
	placement *eilev1.Placement
	effective uint64
}

// sinceSwitch tells whether the placements in force were in force then.
func (p *snapshot) sinceSwitch() (bool, error) {
	var last kv.Revision
	for item, err := range layout.All(p.reader, layout.Activation) {
		if err != nil {
			return false, err
		}
		last = max(last, item.Revision)
	}
	return uint64(last) <= p.revision, nil
}

// effective is the revision from which a record was visible: its own, or that of
// the deciding write of the import that brought it.
func (p *snapshot) effective(written uint64, importID string) (uint64, error) {
	if importID == "" {
		return written, nil
	}
	decided, known := p.decided[importID]
	if !known {
		end, ok, err := staging.Decision(p.reader, importID)
		if err != nil {
			return 0, err
		}
		decided = never
		if ok {
			decided = end.Revision
		}
		p.decided[importID] = decided
	}
	return max(written, decided), nil
}

// replay finds in the history what the changed placements were.
func (p *snapshot) replay(changed map[string]*version) error {
	if len(changed) == 0 {
		return nil
	}
	for item, err := range layout.All(p.reader, layout.PlacementChange) {
		if err != nil {
			return err
		}
		if uint64(item.Revision) > p.revision {
			continue
		}
		record := new(eilev1.PlacementChange)
		if err := proto.Unmarshal(item.Value, record); err != nil {
			return fmt.Errorf("placement change at key %q: %w: %w", item.Key, kv.ErrCorrupt, err)
		}
		effective, err := p.effective(uint64(item.Revision), record.GetImport())
		if err != nil {
			return err
		}
		for _, placement := range record.GetPlacements() {
			if found := changed[placement.GetReference()]; found != nil && effective <= p.revision && effective >= found.effective {
				found.placement, found.effective = placement, effective
			}
		}
	}
	return nil
}
