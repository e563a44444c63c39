package history

import (
	"bytes"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

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
		some.people = append(some.people, placedOf(moved.After))
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

// lay writes what changes make of some layers as a layer over them.
func lay(to io.Writer, index *index, under []*layer, c changes) error {
	index.sums = maps.Clone(sumsOf(under))
	w := newWriter(to, index)
	shifts, err := layPeople(w, under, c.people)
	if err != nil {
		return err
	}
	for _, list := range slices.Sorted(maps.Keys(shifts)) {
		w.list(list)
		layQueue(w, shifts[list])
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

// layPeople writes where the changes left everybody, and answers by list which
// places came and which went.
func layPeople(w *writer, under []*layer, changed []Placed) (map[string][]stood, error) {
	w.begin(&w.index.people)
	slices.SortStableFunc(changed, Placed.compare)
	shifts := map[string][]stood{}
	below := merged[Placed](under, people)
	for i := 0; i < len(changed); {
		before, known, err := below.find(changed[i].Reference)
		if err != nil {
			return nil, err
		}
		if known {
			shift(shifts, before, -1)
		}
		after := before
		for ; i < len(changed) && (changed[i].Reference == after.Reference || !known); i++ {
			if known {
				w.index.sums.moved(&after, changed[i])
			} else {
				w.index.sums.moved(nil, changed[i])
			}
			after, known = changed[i], true
		}
		shift(shifts, after, 1)
		put(w, after)
	}
	return shifts, nil
}

func shift(shifts map[string][]stood, p Placed, by int) {
	if p.Waits() {
		shifts[p.List] = append(shifts[p.List], stood{p.Key, p.Class, p.OutOfTurn, by})
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

// layHomes writes how the changes left every home.
func layHomes(w *writer, under []*layer, changed []Home) error {
	slices.SortStableFunc(changed, Home.compare)
	below := merged[Home](under, homes)
	for i := 0; i < len(changed); {
		before, known, err := below.find(changed[i].Reference)
		if err != nil {
			return err
		}
		after := before
		for ; i < len(changed) && (changed[i].Reference == after.Reference || !known); i++ {
			if known {
				w.index.sums.turned(&after, changed[i])
			} else {
				w.index.sums.turned(nil, changed[i])
			}
			after, known = changed[i], true
		}
		put(w, after)
	}
	return nil
}

// join writes several layers as one.
func join(to io.Writer, index *index, layers []*layer) error {
	index.sums = sumsOf(layers)
	w := newWriter(to, index)
	w.begin(&index.people)
	for placed, err := range merged[Placed](layers, people).from("") {
		if err != nil {
			return err
		}
		put(w, placed)
	}
	for _, list := range listsOf(layers) {
		w.list(list)
		for place, err := range merged[stood](layers, queueOf(list)).from("") {
			if err != nil {
				return err
			}
			w.stand(place)
		}
	}
	w.begin(&index.homes)
	for home, err := range merged[Home](layers, homes).from("") {
		if err != nil {
			return err
		}
		put(w, home)
	}
	return w.end()
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
	if err := lay(&content, index, under, c); err != nil {
		return nil, err
	}
	return &layer{index, bytes.NewReader(content.Bytes())}, nil
}
