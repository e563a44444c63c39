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

// ErrNoStart says that a place to begin at is none of a list.
var ErrNoStart = errors.New("no place of a list")

// stretch is how many households of a list are read from memory at a time.
const stretch = 100

// ListStart reads where a page of lists that stand one after another begins: the
// number of a list, at most the number of lists, and the key after which.
func ListStart(start string, lists int) (number int, after string, err error) {
	if start == "" {
		return 0, "", nil
	}
	at, after, _ := strings.Cut(start, "\x00")
	number, err = strconv.Atoi(at)
	if err != nil || number < 0 || number > lists {
		return 0, "", ErrNoStart
	}
	return number, after, nil
}

// ByPosition yields the applications in the order of their places, list after
// list, and then those without a place in order of reference. The id of an entry
// names the key before it, so that a list can be read on from there.
func ByPosition(v *store.View, list *living.List, start string) iter.Seq2[store.Entry[*eilev1.Application], error] {
	return func(yield func(store.Entry[*eilev1.Application], error) bool) {
		lists := list.Lists()
		number, after, err := ListStart(start, len(lists))
		if err != nil {
			yield(store.Entry[*eilev1.Application]{}, err)
			return
		}
		for ; number < len(lists); number, after = number+1, "" {
			if !placedOn(v, list, lists[number], strconv.Itoa(number), after, yield) {
				return
			}
		}
		end := strconv.Itoa(len(lists))
		for entry, err := range store.Applications.All(v, "", after) {
			if _, placed := list.Position(entry.ID); placed && err == nil {
				continue
			}
			entry.ID = end + "\x00" + entry.ID
			if !yield(entry, err) || err != nil {
				return
			}
		}
	}
}

// placedOn yields the applications of one list from after a key on, and tells
// whether more are asked for.
func placedOn(v *store.View, list *living.List, name, number, after string, yield func(store.Entry[*eilev1.Application], error) bool) bool {
	for {
		page := list.QueueAfter(name, after, stretch).Placements
		for _, placement := range page {
			entry := store.Entry[*eilev1.Application]{ID: number + "\x00" + after}
			after = placement.Key
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
