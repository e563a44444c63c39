package store

import (
	"context"
	"fmt"
	"sync"

	"google.golang.org/protobuf/proto"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store/kv"
	"github.com/eile-housing/eile/store/layout"
	"github.com/eile-housing/eile/store/staging"
)

// Import is a bulk upload under way. Its rows lie in the register, invisible,
// until Decide; an import that is neither decided nor aborted is removed when
// the register is opened again. Its methods may be called concurrently.
type Import struct {
	ID  string
	reg *Register

	generation uint32 // of the placements
	change     uint32 // the generation of the policy change that it belongs to; 0: none

	mu    sync.RWMutex // held for reading while a piece is written
	ended string       // how it ended; empty: it is under way
}

const (
	decided = "decided"
	aborted = "aborted"
)

// BeginImport notes that an import begins. The id is unique for ever.
func (r *Register) BeginImport(ctx context.Context, id string) (*Import, error) {
	return r.beginImport(ctx, id, 0)
}

func (r *Register) beginImport(ctx context.Context, id string, change uint32) (*Import, error) {
	im := &Import{ID: id, reg: r, change: change}
	_, err := r.update(ctx, func(kvtx kv.Tx) error {
		tx := &Tx{kv: kvtx, reg: r}
		if err := tx.open(change); err != nil {
			return err
		}
		_, taken, err := Imports.Find(tx, id)
		if err != nil {
			return err
		}
		if taken {
			return fmt.Errorf("import %s: %w: use a new id", id, ErrTaken)
		}
		im.generation = tx.state.GetGeneration()
		return tx.raw(Imports.key(id), &eilev1.ImportRecord{Id: id, State: eilev1.ImportState_IMPORT_STATE_STAGING})
	})
	if err != nil {
		return nil, err
	}
	return im, nil
}

// ErrTaken says that a record which an import brings is there already.
var ErrTaken = staging.ErrTaken

// Piece begins a piece of the import.
func (im *Import) Piece() *staging.Piece { return staging.NewPiece(im.ID, im.generation, im.reg.seed) }

// AddTo puts a record into a piece. It must carry the id of the import where its
// kind has a field for it.
func (k Kind[T, M]) AddTo(p *staging.Piece, id string, record M) {
	p.Add(k.Noun, id, k.key(id), record)
}

// Write writes a piece; number is unique among the pieces of the import. It
// refuses, with ErrTaken, to write over a record that is there.
func (im *Import) Write(ctx context.Context, stamp Stamp, number uint32, piece *staging.Piece) error {
	if err := piece.Err(); err != nil {
		return err
	}
	im.mu.RLock()
	defer im.mu.RUnlock()
	if im.ended != "" {
		return im.refuse("takes no more rows")
	}
	_, err := im.reg.update(ctx, func(kvtx kv.Tx) error {
		tx := im.reg.begin(kvtx, stamp)
		if err := im.open(tx); err != nil {
			return err
		}
		if err := piece.Put(kvtx); err != nil {
			return err
		}
		return tx.finishPiece(im.ID, number, piece)
	})
	return err
}

func (im *Import) refuse(what string) error {
	return fmt.Errorf("import %s was %s and %s", im.ID, im.ended, what)
}

// open reads the state of the register and refuses to go on under another
// policy: what was placed until then would have no place.
func (im *Import) open(tx *Tx) error {
	if err := tx.open(im.change); err != nil {
		return err
	}
	if tx.state.GetGeneration() != im.generation {
		return fmt.Errorf("import %s began before the policy in force: %w", im.ID, ErrStaging)
	}
	return nil
}

// finishPiece writes the history and the audit of a piece, and the list of its
// keys.
func (tx *Tx) finishPiece(id string, number uint32, piece *staging.Piece) error {
	tx.changes = piece.Changes()
	for _, placement := range piece.Placements() {
		tx.moves = append(tx.moves, move{after: placement})
	}
	for _, unit := range piece.Units() {
		tx.turns = append(tx.turns, turn{after: UnitState(unit)})
	}
	name := layout.Numbered(id, number)
	var histories [][]byte
	if len(tx.moves) > 0 {
		histories = append(histories, layout.TimeKey(layout.PlacementChange, tx.stamp.Now, name))
	}
	if len(tx.turns) > 0 {
		histories = append(histories, layout.TimeKey(layout.UnitChange, tx.stamp.Now, name))
	}
	if err := tx.history(name, id); err != nil {
		return err
	}
	tx.stamp.ID = name
	tx.Subject(id)
	if err := tx.audit(); err != nil {
		return err
	}
	return piece.PutChunk(tx.kv, number, histories)
}

// Decide makes the import visible, by one small write. kept says what of the
// import is kept: its kind, and whether homes have yet to be assessed again
// because of it.
func (im *Import) Decide(ctx context.Context, stamp Stamp, kept *eilev1.ImportRecord) (uint64, error) {
	im.mu.Lock()
	defer im.mu.Unlock()
	if im.ended != "" {
		return 0, im.refuse("cannot be decided")
	}
	rev, err := im.reg.update(ctx, func(kvtx kv.Tx) error {
		tx := im.reg.begin(kvtx, stamp)
		_, seen, err := tx.seen()
		if err != nil {
			return err
		}
		if seen {
			return ErrRequestReused{stamp.RequestID}
		}
		if err := im.open(tx); err != nil {
			return err
		}
		tx.Subject(im.ID)
		tx.Result(im.ID)
		if err := im.keep(tx, kept); err != nil {
			return err
		}
		return tx.finish()
	})
	if err != nil {
		return 0, err
	}
	im.ended = decided
	return uint64(rev), nil
}

// keep writes the record that decides the import.
func (im *Import) keep(tx *Tx, kept *eilev1.ImportRecord) error {
	record := &eilev1.ImportRecord{}
	if kept != nil {
		record = proto.CloneOf(kept)
	}
	record.Id, record.State, record.At = im.ID, eilev1.ImportState_IMPORT_STATE_DECIDED, tx.at()
	return Imports.Put(tx, im.ID, record)
}

// Abort removes what the import wrote. It may be called again, and of an import
// that was decided it removes nothing.
func (im *Import) Abort(ctx context.Context) error {
	im.mu.Lock()
	defer im.mu.Unlock()
	if im.ended == decided {
		return nil
	}
	im.ended = aborted
	return im.reg.removeImport(ctx, im.ID)
}
