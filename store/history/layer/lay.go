package layer

import (
	"bytes"
	"io"
	"iter"
	"maps"
	"time"
)

// Lay writes what changes make of some layers as a layer over them.
func Lay(to io.Writer, index *Index, under Stack, c InOrder, s *Shifts) error {
	index.Sums = maps.Clone(under.Sums())
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

// layPeople writes where the changes left everybody, and notes which places came
// and which went.
func layPeople(w *writer, under Stack, changed iter.Seq2[Placed, error], s *Shifts) error {
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
		w.index.Sums.moved(after, next)
		after = &next
	}
	return settle()
}

// layHomes writes how the changes left every home.
func layHomes(w *writer, under Stack, changed iter.Seq2[Home, error]) error {
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
		w.index.Sums.turned(after, next)
		after = &next
	}
	if after != nil {
		put(w, *after)
	}
	return nil
}

// Join writes several layers as one.
func Join(to io.Writer, index *Index, layers Stack) error {
	index.Sums = layers.Sums()
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
func joinQueues(w *writer, layers Stack) error {
	for _, list := range layers.Queues() {
		w.list(list)
		for place, err := range merged[Place](layers, queueOf(list)).from("") {
			if err != nil {
				return err
			}
			w.stand(place)
		}
	}
	return nil
}

// Laid is the layer that changes up to a moment make over others, in memory.
func Laid(at time.Time, under Stack, c Changes) (*Layer, error) {
	var content bytes.Buffer
	index := &Index{Moment: at}
	if err := Lay(&content, index, under, c.InOrder(), &Shifts{}); err != nil {
		return nil, err
	}
	return &Layer{index, bytes.NewReader(content.Bytes())}, nil
}
