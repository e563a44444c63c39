package figures

import (
	"errors"
	"iter"
	"slices"
	"strconv"
	"strings"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store"
	"github.com/eile-housing/eile/store/living"
	"github.com/eile-housing/eile/store/waitlist"
)

// ErrNoStart says that a place to begin at is none of a list, or of one that
// another policy has put in another order since.
var ErrNoStart = errors.New("no place of a list")

// stretch is how many households of a list are read from memory at a time.
const stretch = 100

// Mark is a place in lists that stand one after another. It names its list, since
// lists come and go while somebody reads.
type Mark struct {
	Generation uint32 // of the placements; 0: of the past, whose order stays
	List       string // empty: before the first
	After      string // the key before the place; empty: the list begins there
}

func (m Mark) String() string {
	return strconv.FormatUint(uint64(m.Generation), 10) + "\x00" + m.List + "\x00" + m.After
}

// ReadMark reads where a page begins; empty: at the first place of a generation.
func ReadMark(start string, generation uint32) (Mark, error) {
	if start == "" {
		return Mark{Generation: generation}, nil
	}
	parts := strings.SplitN(start, "\x00", 3)
	if len(parts) < 3 || parts[0] != strconv.FormatUint(uint64(generation), 10) {
		return Mark{}, ErrNoStart
	}
	return Mark{generation, parts[1], parts[2]}, nil
}

// placeless are the applications that have no place on a list.
const placeless = "\x01"

// ByPosition yields the applications in the order of their places, list after
// list, and then those without a place in order of reference. The id of an entry
// is the mark of its place, so that a list can be read on from there.
func ByPosition(v *store.View, list *living.List, start string) iter.Seq2[store.Entry[*eilev1.Application], error] {
	return func(yield func(store.Entry[*eilev1.Application], error) bool) {
		mark, err := ReadMark(start, list.Generation())
		if err != nil {
			yield(store.Entry[*eilev1.Application]{}, err)
			return
		}
		if mark.List != placeless {
			for _, name := range list.Lists() {
				if name < mark.List {
					continue
				}
				if name > mark.List {
					mark.List, mark.After = name, ""
				}
				if !placedOn(v, list, mark, yield) {
					return
				}
			}
			mark.List, mark.After = placeless, ""
		}
		for entry, err := range store.Applications.All(v, "", mark.After) {
			if _, placed := list.Position(entry.ID); placed && err == nil {
				continue
			}
			mark.After = entry.ID
			entry.ID = mark.String()
			if !yield(entry, err) || err != nil {
				return
			}
		}
	}
}

// placedOn yields the applications of one list from a mark on, and tells whether
// more are asked for.
func placedOn(v *store.View, list *living.List, mark Mark, yield func(store.Entry[*eilev1.Application], error) bool) bool {
	for {
		page := list.QueueAfter(mark.List, mark.After, stretch).Placements
		for _, placement := range page {
			entry := store.Entry[*eilev1.Application]{ID: mark.String()}
			mark.After = placement.Key
			record, known, err := store.Applications.Find(v, placement.Reference)
			if err == nil && !known {
				continue // it was registered after the snapshot was taken
			}
			if entry.Record = record; !yield(entry, err) || err != nil {
				return false
			}
		}
		if len(page) < stretch {
			return true
		}
	}
}

// waiting counts who waits on some lists, or for one need class on them.
func waiting(counts []waitlist.Count, lists []string, needClass string) (sum int) {
	for _, count := range counts {
		if !slices.Contains(lists, count.List) {
			continue
		}
		if needClass == "" {
			sum += count.Waiting
			continue
		}
		for _, class := range count.Classes {
			if class.Class == needClass {
				sum += class.Waiting
			}
		}
	}
	return sum
}

// Waiting counts who waits on some lists; needClass may be empty: for any home.
func (q Queue) Waiting(lists []string, needClass string) int {
	return waiting(q.list.Counts(), lists, needClass)
}

// Waiting counts who waited on some lists; needClass may be empty: for any home.
func (p *Past) Waiting(lists []string, needClass string) (sum int) {
	for _, list := range lists {
		sum += p.past.Waiting(list, needClass)
	}
	return sum
}
