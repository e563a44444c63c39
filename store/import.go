package store

import (
	"context"
	"fmt"
	"slices"
	"time"

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
		return tx.raw(imports.key(id), &eilev1.ImportRecord{Id: id, State: eilev1.ImportState_IMPORT_STATE_STAGING})
	})
	if err != nil {
		return nil, err
	}
	return &Import{ID: id, reg: r}, nil
}

// Write runs fn as one transaction of the import; number is unique among its
// transactions. The records that fn puts must carry the id of the import.
func (im *Import) Write(ctx context.Context, stamp Stamp, number uint32, fn func(*Tx) error) error {
	_, err := im.reg.update(ctx, func(kvtx kv.Tx) error {
		tx := &Tx{kv: kvtx, reg: im.reg, stamp: stamp}
		state, err := registers.Get(tx, "register")
		if err != nil {
			return err
		}
		tx.state = state
		if state.GetStaging() != 0 {
			return ErrStaging
		}
		if err := fn(tx); err != nil {
			return err
		}
		tx.Subject(im.ID)
		return tx.finishImport(im.ID, number)
	})
	return err
}

// finishImport writes the history and the audit of a piece of an import, and
// the list of its keys.
func (tx *Tx) finishImport(id string, number uint32) error {
	chunk := &eilev1.ImportChunk{}
	for _, change := range tx.changes {
		chunk.Keys = append(chunk.Keys, []byte(change.GetKey()))
	}
	for _, placement := range tx.placements {
		chunk.Keys = append(chunk.Keys, placementKey(tx.state.GetGeneration(), placement.GetReference()))
	}
	at := tx.at()
	piece := fmt.Sprintf("%s-%08d", id, number)
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
	if err := tx.audit(at); err != nil {
		return err
	}
	return tx.raw(numberKey(importChunkPrefix, id, number), chunk)
}

// Decide makes the import visible, by one small write.
func (im *Import) Decide(ctx context.Context, stamp Stamp, chunks, rows int) (uint64, error) {
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
		err = imports.Put(tx, im.ID, &eilev1.ImportRecord{
			Id: im.ID, State: eilev1.ImportState_IMPORT_STATE_DECIDED,
			Chunks: int32(chunks), Rows: int32(rows), At: tx.at(),
		})
		if err != nil {
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
	record, ok, err := imports.Find(v, id)
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
		for entry, err := range imports.All(v, "", "") {
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
	return r.deleteKeys(ctx, [][]byte{imports.key(id)})
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
