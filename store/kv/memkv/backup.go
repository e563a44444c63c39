package memkv

import (
	"bufio"
	"context"
	"encoding/gob"
	"errors"
	"fmt"
	"io"

	"github.com/eile-housing/eile/store/kv"
)

// Backup implements kv.DB; Restore reads the copy.
func (db *DB) Backup(ctx context.Context, w io.Writer) error {
	return db.View(ctx, func(r kv.Reader) error {
		buffered := bufio.NewWriter(w)
		enc := gob.NewEncoder(buffered)
		err := enc.Encode(r.Revision())
		if err != nil {
			return err
		}
		for item, err := range r.Scan(nil, nil) {
			if err != nil {
				return err
			}
			err = enc.Encode(item)
			if err != nil {
				return err
			}
		}
		return buffered.Flush()
	})
}

// Restore returns a store with the contents of a backup.
func Restore(r io.Reader, options Options) (*DB, error) {
	dec := gob.NewDecoder(r)
	s := &state{items: newTree()}
	err := dec.Decode(&s.revision)
	if err != nil {
		return nil, fmt.Errorf("restore: %w: %w", kv.ErrCorrupt, err)
	}
	for {
		var item kv.Item
		err = dec.Decode(&item)
		if errors.Is(err, io.EOF) {
			return open(options, s), nil
		}
		if err != nil {
			return nil, fmt.Errorf("restore: %w: %w", kv.ErrCorrupt, err)
		}
		s.items.Set(record{Item: item})
	}
}
