package staging

import (
	"errors"
	"fmt"
	"slices"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store/kv"
	"github.com/eile-housing/eile/store/layout"
)

// ErrTaken says that a record which an import brings is there already.
var ErrTaken = errors.New("already registered")

// lookKeys bounds what one look collects to be deleted.
const lookKeys = 1 << 16

const chunkNoun = "import chunk"

// Put writes the records of the piece. It refuses, with ErrTaken, to write over
// one that is there.
func (p *Piece) Put(tx kv.Tx) error {
	for i, key := range p.keys {
		if err := putNew(tx, key, p.values[i]); err != nil {
			return err
		}
	}
	return nil
}

// PutChunk writes the list of the keys that the piece of a number has written:
// its records and what else was written with them.
func (p *Piece) PutChunk(tx kv.Tx, number uint32, more [][]byte) error {
	value, err := layout.Encode(&eilev1.ImportChunk{Keys: slices.Concat(p.keys, more)})
	if err != nil {
		return err
	}
	return putNew(tx, layout.NumberKey(layout.ImportChunk, p.importID, number), value)
}

func putNew(tx kv.Tx, key, value []byte) error {
	_, taken, err := tx.Get(key)
	if err != nil {
		return err
	}
	if taken {
		return fmt.Errorf("%s: %w", key, ErrTaken)
	}
	return tx.Put(key, value)
}

// Chunks reads the keys of some pieces of an import, each with that of its list
// at the end, to be deleted in this order; none: there are no more.
func Chunks(reader kv.Reader, importID string) (pieces [][][]byte, err error) {
	count := 0
	for item, err := range layout.All(reader, layout.ImportChunk+importID+"/") {
		if err != nil {
			return nil, err
		}
		chunk, err := layout.Decode[eilev1.ImportChunk](chunkNoun, item)
		if err != nil {
			return nil, err
		}
		pieces = append(pieces, append(chunk.GetKeys(), slices.Clone(item.Key)))
		count += len(chunk.GetKeys())
		if count > lookKeys {
			break
		}
	}
	return pieces, nil
}
