package history

import (
	"bytes"
	"io"
	"iter"
	"maps"
	"slices"
	"strings"
	"time"
)

// lay writes what changes make of some layers as a layer over them.
func lay(to io.Writer, index *index, under []*layer, c inOrder, s *shifts) error {
	index.sums = maps.Clone(sumsOf(under))
	w := newWriter(to, index)
	if err := layPeople(w, under, c.people, s); err != nil {
		return err
	}
	if err := s.write(w); err != nil {
		return err
	}
	w.begin(&index.homes)
	if err := layHomes(w, under, c.homes); err != nil {
		return err
	}
	return w.end()
}

// sumsOf are those up to the moment of the topmost layer.
func sumsOf(layers []*layer) Sums {
	if len(layers) == 0 {
		return Sums{}
	}
	return layers[len(layers)-1].sums
}

// layPeople writes where the changes left everybody, and notes which places came
// and which went.
func layPeople(w *writer, under []*layer, changed iter.Seq2[Placed, error], s *shifts) error {
	w.begin(&w.index.people)
	below := merged[Placed](under, people)
	var before, after *Placed
	settle := func() error {
		if after == nil {
			return nil
		}
		put(w, *after)
		if before != nil {
			s.add(*before, -1)
		}
		s.add(*after, 1)
		return s.spillFull()
	}
	for next, err := range changed {
		if err != nil {
			return err
		}
		if after == nil || after.Reference != next.Reference {
			if err := settle(); err != nil {
				return err
			}
			if before, err = below.known(next.Reference); err != nil {
				return err
			}
			after = before
		}
		w.index.sums.moved(after, next)
		after = &next
	}
	return settle()
}

// layHomes writes how the changes left every home.
func layHomes(w *writer, under []*layer, changed iter.Seq2[Home, error]) error {
	below := merged[Home](under, homes)
	var after *Home
	for next, err := range changed {
		if err != nil {
			return err
		}
		if after == nil || after.Reference != next.Reference {
			if after != nil {
				put(w, *after)
			}
			if after, err = below.known(next.Reference); err != nil {
				return err
			}
		}
		w.index.sums.turned(after, next)
		after = &next
	}
	if after != nil {
		put(w, *after)
	}
	return nil
}

// join writes several layers as one.
func join(to io.Writer, index *index, layers []*layer) error {
	index.sums = sumsOf(layers)
	w := newWriter(to, index)
	w.begin(&index.people)
	if err := putAll(w, merged[Placed](layers, people).from("")); err != nil {
		return err
	}
	if err := joinQueues(w, layers); err != nil {
		return err
	}
	w.begin(&index.homes)
	if err := putAll(w, merged[Home](layers, homes).from("")); err != nil {
		return err
	}
	return w.end()
}

// joinQueues writes the lists of several layers as those of one.
func joinQueues(w *writer, layers []*layer) error {
	for _, list := range listsOf(layers) {
		w.list(list)
		for place, err := range merged[stood](layers, queueOf(list)).from("") {
			if err != nil {
				return err
			}
			w.stand(place)
		}
	}
	return nil
}

func listsOf(layers []*layer) []string {
	lists := map[string]bool{}
	for _, l := range layers {
		for list := range l.queues {
			lists[list] = true
		}
	}
	return slices.SortedFunc(maps.Keys(lists), strings.Compare)
}

// laid is the layer that changes up to a moment make over others, in memory.
func laid(at time.Time, under []*layer, c changes) (*layer, error) {
	var content bytes.Buffer
	index := &index{moment: at}
	if err := lay(&content, index, under, c.inOrder(), &shifts{}); err != nil {
		return nil, err
	}
	return &layer{index, bytes.NewReader(content.Bytes())}, nil
}
