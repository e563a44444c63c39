package layer

import (
	"io"
	"maps"
	"slices"
)

// Shifts are the places that came and went on each list. Where there may be many,
// those that are full are put aside, each part in order.
type Shifts struct {
	Room int // how many are in memory before they are put aside; 0: all
	// Aside writes a part that is put aside.
	Aside func(write func(io.Writer, *Index) error) (*Layer, error)

	lists map[string][]Place
	held  int
	parts []*Layer
}

func (s *Shifts) add(p Placed, by int) {
	if !p.stands() {
		return
	}
	if s.lists == nil {
		s.lists = map[string][]Place{}
	}
	s.lists[p.queue()] = append(s.lists[p.queue()], Place{p.Key, p.Class, p.OutOfTurn, by})
	s.held++
}

func (s *Shifts) spillFull() error {
	if s.Room == 0 || s.held < s.Room {
		return nil
	}
	return s.spill()
}

func (s *Shifts) spill() error {
	part, err := s.Aside(func(to io.Writer, index *Index) error {
		w := newWriter(to, index)
		s.writeHeld(w)
		return w.end()
	})
	s.parts, s.lists, s.held = append(s.parts, part), nil, 0
	return err
}

// write writes every list, without the shifts that come to nothing.
func (s *Shifts) write(w *writer) error {
	if len(s.parts) == 0 {
		s.writeHeld(w)
		return nil
	}
	if err := s.spill(); err != nil {
		return err
	}
	return joinQueues(w, s.parts)
}

func (s *Shifts) writeHeld(w *writer) {
	for _, list := range slices.Sorted(maps.Keys(s.lists)) {
		w.list(list)
		layQueue(w, s.lists[list])
	}
}

// layQueue writes the shifts of a list, without those that come to nothing.
func layQueue(w *writer, shifts []Place) {
	slices.SortFunc(shifts, Place.compare)
	for i := 0; i < len(shifts); {
		joined := shifts[i]
		for i++; i < len(shifts) && shifts[i].compare(joined) == 0; i++ {
			joined = shifts[i].over(joined)
		}
		if !joined.void() {
			w.stand(joined)
		}
	}
}
