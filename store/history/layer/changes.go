package layer

import (
	"bytes"
	"io"
	"iter"
	"slices"
)

// Changes are a part of the history, each sort in the order of its entries: the
// changes of one record come in the order in which they took effect.
type Changes struct {
	People []Placed
	Homes  []Home
}

// Len is how many they are.
func (c *Changes) Len() int { return len(c.People) + len(c.Homes) }

// InOrder are changes in the order of the names of their records; those of one
// record in the order in which they took effect.
type InOrder struct {
	people iter.Seq2[Placed, error]
	homes  iter.Seq2[Home, error]
}

// InOrder puts the changes in order.
func (c *Changes) InOrder() InOrder {
	slices.SortStableFunc(c.People, Placed.compare)
	slices.SortStableFunc(c.Homes, Home.compare)
	return InOrder{each(c.People), each(c.Homes)}
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

// Write writes changes as they are, to be read again in their order.
func (c *Changes) Write(to io.Writer, index *Index) error {
	w := newWriter(to, index)
	ordered := c.InOrder()
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

// InOrderOf are the changes of several stacks, the older of which stand before.
func InOrderOf(stacks []*Layer) InOrder {
	return InOrder{woven[Placed](stacks, people), woven[Home](stacks, homes)}
}

// woven yields the rows of several layers in order, all of them: of one name, those
// of the layers before come first.
func woven[T row[T]](layers []*Layer, of func(*Layer) *section) iter.Seq2[T, error] {
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
