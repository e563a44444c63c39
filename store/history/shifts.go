package history

import (
	"io"
	"maps"
	"slices"
)

// shifts are the places that came and went on each list. Where there may be many,
// those that are full are put aside, each part in order.
type shifts struct {
	lists map[string][]stood
	held  int

	room  int // how many are in memory before they are put aside; 0: all
	aside func(write func(io.Writer, *index) error) (*layer, error)
	parts []*layer
}

func (s *shifts) add(p Placed, by int) {
	if !p.stands() {
		return
	}
	if s.lists == nil {
		s.lists = map[string][]stood{}
	}
	s.lists[p.queue()] = append(s.lists[p.queue()], stood{p.Key, p.Class, p.OutOfTurn, by})
	s.held++
}

func (s *shifts) spillFull() error {
	if s.room == 0 || s.held < s.room {
		return nil
	}
	return s.spill()
}

func (s *shifts) spill() error {
	part, err := s.aside(func(to io.Writer, index *index) error {
		w := newWriter(to, index)
		s.writeHeld(w)
		return w.end()
	})
	s.parts, s.lists, s.held = append(s.parts, part), nil, 0
	return err
}

// write writes every list, without the shifts that come to nothing.
func (s *shifts) write(w *writer) error {
	if len(s.parts) == 0 {
		s.writeHeld(w)
		return nil
	}
	if err := s.spill(); err != nil {
		return err
	}
	return joinQueues(w, s.parts)
}

func (s *shifts) writeHeld(w *writer) {
	for _, list := range slices.Sorted(maps.Keys(s.lists)) {
		w.list(list)
		layQueue(w, s.lists[list])
	}
}

// layQueue writes the shifts of a list, without those that come to nothing.
func layQueue(w *writer, shifts []stood) {
	slices.SortFunc(shifts, stood.compare)
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
