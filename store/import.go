package store

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"time"

	"google.golang.org/protobuf/proto"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store/kv"
)

// Import is a bulk upload under way. Its rows lie in the register, invisible,
// until Decide; an import that is neither decided nor aborted is removed when
// the register is opened again.
type Import struct {
	ID  string
	reg *Register
}

// BeginImport notes that an import begins.
func (r *Register) BeginImport(ctx context.Context, id string) (*Import, error) {
	_, err := r.update(ctx, func(kvtx kv.Tx) error {
		tx := &Tx{kv: kvtx, reg: r}
		return tx.raw(Imports.key(id), &eilev1.ImportRecord{Id: id, State: eilev1.ImportState_IMPORT_STATE_STAGING})
	})
	if err != nil {
		return nil, err
	}
	return &Import{ID: id, reg: r}, nil
}

// A Piece is what one transaction of an import writes. It is put together
// outside the transaction, since transactions run one at a time.
type Piece struct {
	generation uint32
	keys       [][]byte
	values     [][]byte
	changes    []*eilev1.AuditEntry_Change
	placements []*eilev1.Placement
	units      []*eilev1.UnitChange_UnitState
	err        error
}

// pieceExtra is how many keys a piece has beside its records: two histories,
// the audit entry with its subject, and the list of keys.
const pieceExtra = 5

// Full tells whether a piece has no room for so many further records.
func (p *Piece) Full(records int) bool { return len(p.keys)+records > kv.MaxOps-pieceExtra }

// Piece begins a piece of the import.
func (im *Import) Piece() *Piece {
	im.reg.list.mu.RLock()
	defer im.reg.list.mu.RUnlock()
	return &Piece{generation: im.reg.list.generation}
}

func (p *Piece) add(key []byte, record proto.Message, noted bool) {
	value, err := encode(record)
	if err != nil {
		p.err = errors.Join(p.err, err)
		return
	}
	p.keys, p.values = append(p.keys, key), append(p.values, value)
	if noted {
		sum := sha256.Sum256(value)
		p.changes = append(p.changes, &eilev1.AuditEntry_Change{Key: string(key), After: sum[:]})
	}
}

// AddTo puts a record, which must carry the id of the import where its kind has
// a field for it, into a piece.
func (k Kind[T, M]) AddTo(p *Piece, id string, record M) { p.add(k.key(id), record, true) }

// Place puts a placement into a piece.
func (p *Piece) Place(placement *eilev1.Placement) {
	p.err = errors.Join(p.err, checkPlacement(placement))
	p.add(placementKey(p.generation, placement.GetReference()), placement, false)
	p.placements = append(p.placements, placement)
}

// AddUnit puts a home into a piece.
func (p *Piece) AddUnit(unit *eilev1.Unit) {
	Units.AddTo(p, unit.GetReference(), unit)
	p.units = append(p.units, unitState(unit))
}

// ErrTaken says that a record which an import brings is there already.
var ErrTaken = errors.New("already registered")

// Write writes a piece; number is unique among the pieces of the import. It
// refuses, with ErrTaken, to write over a record that is there.
func (im *Import) Write(ctx context.Context, stamp Stamp, number uint32, piece *Piece) error {
	if piece.err != nil {
		return piece.err
	}
	_, err := im.reg.update(ctx, func(kvtx kv.Tx) error {
		tx := &Tx{kv: kvtx, reg: im.reg, stamp: stamp, placements: piece.placements, units: piece.units, changes: piece.changes}
		state, err := registers.Get(tx, "register")
		if err != nil {
			return err
		}
		if state.GetStaging() != 0 || state.GetGeneration() != piece.generation {
			return ErrStaging
		}
		for i, key := range piece.keys {
			_, taken, err := kvtx.Get(key)
			if err != nil {
				return err
			}
			if taken {
				return fmt.Errorf("%s: %w", key, ErrTaken)
			}
			if err := kvtx.Put(key, piece.values[i]); err != nil {
				return err
			}
		}
		return tx.finishImport(im.ID, number, piece.keys)
	})
	return err
}

// finishImport writes the history and the audit of a piece, and the list of its
// keys.
func (tx *Tx) finishImport(id string, number uint32, keys [][]byte) error {
	chunk := &eilev1.ImportChunk{Keys: slices.Clone(keys)}
	at := tx.at()
	piece := fmt.Sprintf("%s-%08x", id, number)
	if len(tx.placements) > 0 {
		key := timeKey(placementChangePrefix, tx.stamp.Now, piece)
		chunk.Keys = append(chunk.Keys, key)
		change := &eilev1.PlacementChange{Placements: tx.placements, Cause: tx.stamp.Action, At: at, Import: id}
		if err := tx.raw(key, change); err != nil {
			return err
		}
	}
	if len(tx.units) > 0 {
		key := timeKey(unitChangePrefix, tx.stamp.Now, piece)
		chunk.Keys = append(chunk.Keys, key)
		change := &eilev1.UnitChange{States: tx.units, Cause: tx.stamp.Action, At: at, Import: id}
		if err := tx.raw(key, change); err != nil {
			return err
		}
	}
	tx.stamp.ID = piece
	tx.subjects = []string{id}
	if err := tx.audit(at); err != nil {
		return err
	}
	return tx.raw(numberKey(importChunkPrefix, id, number), chunk)
}

// Decide makes the import visible, by one small write.
// kept says what of the import is kept: its kind, and whether homes have yet to
// be assessed again because of it.
func (im *Import) Decide(ctx context.Context, stamp Stamp, kept *eilev1.ImportRecord) (uint64, error) {
	rev, err := im.reg.update(ctx, func(kvtx kv.Tx) error {
		tx := &Tx{kv: kvtx, reg: im.reg, stamp: stamp, result: im.ID}
		state, err := registers.Get(tx, "register")
		if err != nil {
			return err
		}
		if state.GetStaging() != 0 {
			return ErrStaging
		}
		tx.Subject(im.ID)
		record := proto.CloneOf(kept)
		record.Id, record.State, record.At = im.ID, eilev1.ImportState_IMPORT_STATE_DECIDED, tx.at()
		if err := Imports.Put(tx, im.ID, record); err != nil {
			return err
		}
		return tx.finish()
	})
	return uint64(rev), err
}

// Abort removes what the import wrote. It is safe to repeat.
func (im *Import) Abort(ctx context.Context) error { return im.reg.removeImport(ctx, im.ID) }

// ImportedAt answers when an import became visible.
func (v *View) ImportedAt(id string) (time.Time, bool, error) {
	record, ok, err := Imports.Find(v, id)
	if err != nil || !ok || record.GetState() != eilev1.ImportState_IMPORT_STATE_DECIDED {
		return time.Time{}, false, err
	}
	return record.GetAt().AsTime(), true, nil
}

// removeUndecided removes what a process that ended in the middle of an import
// left behind.
func (r *Register) removeUndecided(ctx context.Context) error {
	var undecided []string
	err := r.View(ctx, func(v *View) error {
		for entry, err := range Imports.All(v, "", "") {
			if err != nil {
				return err
			}
			if entry.Record.GetState() != eilev1.ImportState_IMPORT_STATE_DECIDED {
				undecided = append(undecided, entry.ID)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, id := range undecided {
		if err := r.removeImport(ctx, id); err != nil {
			return fmt.Errorf("import %s: %w", id, err)
		}
	}
	return nil
}

// removeImport deletes the rows of each piece, then the piece, then the import,
// so that a removal that is interrupted can begin again.
func (r *Register) removeImport(ctx context.Context, id string) error {
	for {
		key, chunk, err := r.firstChunk(ctx, id)
		if err != nil {
			return err
		}
		if chunk == nil {
			break
		}
		for keys := range slices.Chunk(chunk.GetKeys(), kv.MaxOps) {
			if err := r.deleteKeys(ctx, keys); err != nil {
				return err
			}
		}
		if err := r.deleteKeys(ctx, [][]byte{key}); err != nil {
			return err
		}
	}
	return r.deleteKeys(ctx, [][]byte{Imports.key(id)})
}

func (r *Register) firstChunk(ctx context.Context, id string) (key []byte, chunk *eilev1.ImportChunk, err error) {
	err = r.db.View(ctx, func(reader kv.Reader) error {
		prefix := []byte(importChunkPrefix + id + "/")
		for item, err := range reader.Scan(prefix, kv.PrefixEnd(prefix)) {
			if err != nil {
				return err
			}
			key = slices.Clone(item.Key)
			chunk, err = decode[eilev1.ImportChunk](importChunkRecs.Noun, item)
			return err
		}
		return nil
	})
	return key, chunk, err
}

func (r *Register) deleteKeys(ctx context.Context, keys [][]byte) error {
	_, err := r.update(ctx, func(tx kv.Tx) error {
		for _, key := range keys {
			if err := tx.Delete(key); err != nil {
				return err
			}
		}
		return nil
	})
	return err
}
