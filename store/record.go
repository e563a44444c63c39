package store

import (
	"errors"
	"iter"

	"github.com/eile-housing/eile/store/kv"
	"github.com/eile-housing/eile/store/layout"
	"github.com/eile-housing/eile/store/staging"
)

// ErrNotFound says that a record does not exist: which one says Missing.
var ErrNotFound = errors.New("not found")

// Missing names a record that does not exist.
type Missing struct{ Noun, ID string }

func (m Missing) Error() string { return m.Noun + " " + m.ID + ": " + ErrNotFound.Error() }
func (Missing) Unwrap() error   { return ErrNotFound }

// A Source reads single records: a View or a Tx.
type Source interface {
	get(key []byte) (kv.Item, bool, error)
	// hidden tells whether an import that is not decided wrote a record.
	hidden(importID string) (bool, error)
}

func isHidden(from Source, record any) (bool, error) {
	if brought, ok := record.(staging.Brought); ok {
		return from.hidden(brought.GetImport())
	}
	return false, nil
}

// Find reads a record; false when there is none.
func (k Kind[T, M]) Find(from Source, id string) (M, bool, error) {
	item, ok, err := from.get(k.key(id))
	if err != nil || !ok {
		return nil, false, err
	}
	record, err := layout.Decode[T, M](k.Noun, item)
	if err != nil {
		return nil, false, err
	}
	hidden, err := isHidden(from, record)
	if err != nil || hidden {
		return nil, false, err
	}
	return record, true, nil
}

// Get reads a record that must exist; the error is Missing.
func (k Kind[T, M]) Get(from Source, id string) (M, error) {
	record, ok, err := k.Find(from, id)
	if err == nil && !ok {
		err = Missing{k.Noun, id}
	}
	return record, err
}

// All yields the records whose id begins with prefix and is not before start,
// in order of id, with the id.
func (k Kind[T, M]) All(v *View, prefix, start string) iter.Seq2[Entry[M], error] {
	return func(yield func(Entry[M], error) bool) {
		from := k.key(prefix)
		end := kv.PrefixEnd(from)
		if start > prefix {
			from = k.key(start)
		}
		for item, err := range v.reader.Scan(from, end) {
			record, hidden := M(nil), false
			if err == nil {
				record, err = layout.Decode[T, M](k.Noun, item)
			}
			if err == nil {
				hidden, err = isHidden(v, record)
			}
			if err != nil {
				yield(Entry[M]{}, err)
				return
			}
			if !hidden && !yield(Entry[M]{ID: string(item.Key[len(k.prefix):]), Record: record, Bytes: len(item.Value)}, nil) {
				return
			}
		}
	}
}

// Count counts the records up to a number, and tells whether there are more. It
// reads of each no more than by which import it came.
func (k Kind[T, M]) Count(v *View, most int) (count int, more bool, err error) {
	brought := M(new(T)).ProtoReflect().Descriptor().Fields().ByName("import")
	for item, err := range layout.All(v.reader, k.prefix) {
		hidden := false
		if err == nil && brought != nil {
			hidden, err = v.hidden(layout.Text(item.Value, brought.Number()))
		}
		if err != nil || count == most && !hidden {
			return count, err == nil, err
		}
		if !hidden {
			count++
		}
	}
	return count, false, nil
}

// Entry is a record with its id and, where a scan of its kind read it, its stored size.
type Entry[M any] struct {
	ID     string
	Record M
	Bytes  int
}
