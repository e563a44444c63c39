package history

import (
	"slices"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store/history/layer"
	"github.com/eile-housing/eile/store/waitlist"
)

// Senior is an application that had a place, or one that was kept for it.
type Senior struct{ Reference, List, Key string }

// PlaceOf is the place of an application, or what its key makes of it.
func PlaceOf(p *eilev1.Placement) Senior {
	return Senior{p.GetReference(), p.GetList(), layer.KeyOf(p)}
}

// Seniors are those that stood before an application, the first so many of each list, and
// how many there were in all. order tells how a list stands to that of the
// application: before it, the same or after it. Places that are kept are among them
// where kept is set.
func (p *Past) Seniors(of Senior, order func(list string) int, kept bool, most int) (first []Senior, count int, err error) {
	for _, queue := range p.layers.Queues() {
		list, isKept := layer.ListOf(queue)
		at := order(list)
		if isKept && !kept || at > 0 {
			continue
		}
		key := of.Key
		if at < 0 {
			key = ""
		}
		some, n, err := p.ahead(list, queue, key, most)
		if err != nil {
			return nil, 0, err
		}
		first, count = append(first, some...), count+n
	}
	return first, count, nil
}

// ahead are the first of those before a key, and how many they are; empty: all.
func (p *Past) ahead(list, queue, key string, most int) (first []Senior, count int, err error) {
	var all layer.Standing
	if key == "" {
		all, err = p.layers.Count(queue)
	} else {
		all, err = p.layers.Before(queue, key)
	}
	if err != nil {
		return nil, 0, err
	}
	wanted := min(most, all.All)
	if wanted <= 0 {
		return nil, all.All, nil
	}
	first = make([]Senior, 0, wanted)
	for place, err := range p.layers.Queue(queue, "") {
		if err != nil {
			return nil, 0, err
		}
		if first = append(first, Senior{waitlist.Reference(place.Key), list, place.Key}); len(first) == wanted {
			break
		}
	}
	return slices.Clip(first), all.All, nil
}
