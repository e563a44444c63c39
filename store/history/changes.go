package history

import (
	"bytes"
	"io"
	"iter"
	"slices"

	"github.com/eile-housing/eile/store/kv"
	"github.com/eile-housing/eile/store/past"
)

// changes are a part of the history, each sort in the order of its entries: the
// changes of one record come in the order in which they took effect.
type changes struct {
	people []Placed
	homes  []Home
}

func (c *changes) len() int { return len(c.people) + len(c.homes) }

// readChanges hands over a part of the history in portions of so many changes; the
// last one may be empty.
func readChanges(reader kv.Reader, span past.Span, portion int, take func(some changes, last bool) error) error {
	var some changes
	full := func() error {
		if some.len() < portion {
			return nil
		}
		taken := some
		some = changes{}
		return take(taken, false)
	}
	for moved, err := range past.PlacementsIn(reader, span) {
		if err != nil {
			return err
		}
		some.people = append(some.people, placedOf(moved.After, moved.Entry))
		if err := full(); err != nil {
			return err
		}
	}
	for moved, err := range past.UnitStatesIn(reader, span) {
		if err != nil {
			return err
		}
		some.homes = append(some.homes, Home{
			Reference: moved.After.GetReference(), Status: moved.After.GetStatus(), Condition: moved.After.GetCondition(),
			LeftStock: moved.After.GetLeftStock(), Since: moved.At,
		})
		if err := full(); err != nil {
			return err
		}
	}
	return take(some, true)
}

// inOrder are changes in the order of the names of their records; those of one
// record in the order in which they took effect.
type inOrder struct {
	people iter.Seq2[Placed, error]
	homes  iter.Seq2[Home, error]
}

func (c *changes) inOrder() inOrder {
	slices.SortStableFunc(c.people, Placed.compare)
	slices.SortStableFunc(c.homes, Home.compare)
	return inOrder{each(c.people), each(c.homes)}
}

func each[T any](all []T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for _, one := range all {
			if !yield(one, nil) {
				return
			}
		}
	}
}

// stack writes changes as they are, to be read again in their order.
func (c *changes) stack(to io.Writer, index *index) error {
	w := newWriter(to, index)
	ordered := c.inOrder()
	w.begin(&index.people)
	if err := putAll(w, ordered.people); err != nil {
		return err
	}
	w.begin(&index.homes)
	if err := putAll(w, ordered.homes); err != nil {
		return err
	}
	return w.end()
}

func putAll[T row[T]](w *writer, rows iter.Seq2[T, error]) error {
	for one, err := range rows {
		if err != nil {
			return err
		}
		put(w, one)
	}
	return nil
}

// inOrderOf are the changes of several stacks, the older of which stand before.
func inOrderOf(stacks []*layer) inOrder {
	return inOrder{woven[Placed](stacks, people), woven[Home](stacks, homes)}
}

// woven yields the rows of several layers in order, all of them: of one name, those
// of the layers before come first.
func woven[T row[T]](layers []*layer, of func(*layer) *section) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		m := merged[T](layers, of)
		for _, c := range m {
			c.jump(0)
		}
		for {
			var least *cursor[T]
			for _, c := range m {
				if c.err != nil {
					yield(c.row, c.err)
					return
				}
				if c.ok && (least == nil || bytes.Compare(c.name, least.name) < 0) {
					least = c
				}
			}
			if least == nil {
				return
			}
			found := least.get()
			if !yield(found, least.err) || least.err != nil {
				return
			}
			least.next()
		}
	}
}
