// Package buffer holds the writes of one closure until they are committed or
// dropped. All drivers run their closures against it, so that the limits, the
// reading of own writes and the fate of a transaction that met an error are the
// same everywhere.
//
// It imports package kv and the standard library only.
package buffer

import (
	"bytes"
	"fmt"

	"github.com/eile-housing/eile/store/kv"
)

// Tx implements kv.Tx over a read function. It is for one goroutine.
type Tx struct {
	read  func(key []byte) (kv.Item, bool, error)
	seen  map[string]struct{} // keys read from below
	index map[string]int      // written key: its place in writes
	// writes own their slices, which outlive the transaction.
	writes []kv.Write
	size   int
	err    error // the first error of a method
	ended  bool
}

// Run runs fn over what read returns and gives back its writes, each key once
// in the order of first write. On any error, fn's own or one that fn met in a
// method and passed over, there are no writes.
func Run(read func(key []byte) (kv.Item, bool, error), fn func(kv.Tx) error) ([]kv.Write, error) {
	tx := &Tx{read: read}
	defer func() { tx.ended = true }()
	err := fn(tx)
	if err != nil {
		return nil, err
	}
	if tx.err != nil {
		return nil, tx.err
	}
	return tx.writes, nil
}

// Get implements kv.Tx.
func (tx *Tx) Get(key []byte) (kv.Item, bool, error) {
	err := tx.admit(key)
	if err != nil {
		return kv.Item{}, false, err
	}
	if i, ok := tx.index[string(key)]; ok {
		w := tx.writes[i]
		if w.Deleted {
			return kv.Item{}, false, nil
		}
		return kv.Item{Key: w.Key, Value: w.Value}, true, nil
	}
	if _, ok := tx.seen[string(key)]; !ok {
		err = tx.see(key)
		if err != nil {
			return kv.Item{}, false, err
		}
	}
	item, ok, err := tx.read(key)
	if err != nil {
		return kv.Item{}, false, tx.doom(err)
	}
	return item, ok, nil
}

// Put implements kv.Tx.
func (tx *Tx) Put(key, value []byte) error {
	return tx.write(key, value, false)
}

// Delete implements kv.Tx.
func (tx *Tx) Delete(key []byte) error {
	return tx.write(key, nil, true)
}

// admit refuses what no transaction may do.
func (tx *Tx) admit(key []byte) error {
	if tx.ended {
		return kv.ErrEnded
	}
	if tx.err != nil {
		return tx.err
	}
	err := kv.CheckKey(key)
	if err != nil {
		return tx.doom(err)
	}
	return nil
}

// see counts a key that is read from below for the first time.
func (tx *Tx) see(key []byte) error {
	if len(tx.seen) == kv.MaxOps {
		return tx.doom(fmt.Errorf("%w: more than %d read", kv.ErrTooManyOps, kv.MaxOps))
	}
	err := tx.grow(len(key))
	if err != nil {
		return err
	}
	if tx.seen == nil {
		tx.seen = make(map[string]struct{})
	}
	tx.seen[string(key)] = struct{}{}
	return nil
}

func (tx *Tx) write(key, value []byte, deleted bool) error {
	err := tx.admit(key)
	if err != nil {
		return err
	}
	i, again := tx.index[string(key)]
	if again {
		err = tx.grow(len(value) - len(tx.writes[i].Value))
	} else {
		err = tx.append(key, len(value))
		i = len(tx.writes) - 1
	}
	if err != nil {
		return err
	}
	w := &tx.writes[i]
	w.Deleted, w.Value = deleted, nil
	if !deleted {
		w.Value = append(make([]byte, 0, len(value)), value...)
	}
	return nil
}

// append makes room for a key that is written for the first time.
func (tx *Tx) append(key []byte, valueSize int) error {
	if len(tx.writes) == kv.MaxOps {
		return tx.doom(fmt.Errorf("%w: more than %d written", kv.ErrTooManyOps, kv.MaxOps))
	}
	err := tx.grow(len(key) + valueSize)
	if err != nil {
		return err
	}
	if tx.index == nil {
		tx.index = make(map[string]int)
	}
	tx.index[string(key)] = len(tx.writes)
	tx.writes = append(tx.writes, kv.Write{Key: bytes.Clone(key)})
	return nil
}

func (tx *Tx) grow(n int) error {
	if tx.size+n > kv.MaxTxBytes {
		return tx.doom(fmt.Errorf("%w: %d bytes, at most %d are allowed", kv.ErrTxTooLarge, tx.size+n, kv.MaxTxBytes))
	}
	tx.size += n
	return nil
}

func (tx *Tx) doom(err error) error {
	tx.err = err
	return err
}
