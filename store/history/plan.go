package history

import (
	"maps"
	"slices"
	"time"

	"github.com/eile-housing/eile/store/history/layer"
	"github.com/eile-housing/eile/store/kv"
	"github.com/eile-housing/eile/store/past"
)

// due is a moment up to which a layer is to be built.
type due struct{ moment, since time.Time }

const (
	// leastMost bounds the changes that are replayed over a layer of few rows.
	leastMost = 2048
	// part of the rows of a layer is what is replayed over one of many.
	part = 128
	// full is the part of the rows of a full layer that a thin one may have.
	full = 8
	// portion is how many changes are in memory at a time.
	portion = 1 << 16
)

// most is how many changes may happen before a layer is due in the middle of a
// month; at its end, a quarter of them suffices.
func most(least int, layers layer.Stack) int {
	rows := 0
	for _, l := range layers {
		rows += l.Rows()
	}
	return max(least, rows/part)
}

// flow is how much happened, by the minute in which it took effect.
type flow struct {
	minutes map[int64]int // minutes since 1970
	// held is the first entry of those that took effect at a later moment, by that
	// moment; zero: their import is not decided.
	held map[time.Time]time.Time
	// imports is how much each of them brought about, by the moment of its decision.
	imports map[time.Time]int
}

// readFlow reads the history from the entries of a moment on, as far as it took
// effect after another.
func readFlow(reader kv.Reader, from, after time.Time) (flow, error) {
	f := flow{minutes: map[int64]int{}, held: map[time.Time]time.Time{}, imports: map[time.Time]int{}}
	for effect, err := range past.Effects(reader, from) {
		if err != nil {
			return f, err
		}
		if first, known := f.held[effect.At]; !effect.At.Equal(effect.Key) && (!known || effect.Key.Before(first)) {
			f.held[effect.At] = effect.Key
		}
		if !effect.At.After(after) {
			continue
		}
		f.minutes[effect.At.Unix()/60] += effect.Changes
		if !effect.At.Equal(effect.Key) {
			f.imports[effect.At] += effect.Changes
		}
	}
	return f, nil
}

// since is the moment of the first entry that may take effect after a moment.
func (f flow) since(at time.Time) time.Time {
	first := at.Add(time.Microsecond)
	for effect, key := range f.held {
		if (effect.IsZero() || effect.After(at)) && key.Before(first) {
			first = key
		}
	}
	return first
}

// large are the decisions of imports in a minute that brought so much, in order.
func (f flow) large(minute int64, most int) (all []time.Time) {
	for at, count := range f.imports {
		if at.Unix()/60 == minute && count >= most {
			all = append(all, at)
		}
	}
	slices.SortFunc(all, time.Time.Compare)
	return all
}

// plan says up to which moments layers are due over one of so many rows. What took
// effect up to the horizon is all there.
func (f flow) plan(least, rows int, horizon time.Time) (dues []due) {
	add := func(at time.Time) {
		if at.After(horizon) {
			at = horizon
		}
		if len(dues) > 0 && !at.After(dues[len(dues)-1].moment) {
			return
		}
		dues = append(dues, due{at, f.since(at)})
	}
	count := 0
	minutes := slices.Sorted(maps.Keys(f.minutes))
	for i, minute := range minutes {
		count += f.minutes[minute]
		end, month := time.Unix((minute+1)*60, 0).Add(-time.Microsecond).UTC(), monthEnd(minute)
		over := month.Before(horizon) && (i+1 == len(minutes) || minutes[i+1]*60 > month.Unix())
		most := max(least, rows/part)
		for _, at := range f.large(minute, most) {
			// What comes after it in the same minute is not to be replayed with it.
			add(at)
			rows, count = rows+f.imports[at], count-f.imports[at]
		}
		switch {
		case count >= most:
			add(end)
		case over && count >= most/4:
			add(month)
		default:
			continue
		}
		rows, count = rows+count, 0
	}
	return dues
}

// monthEnd is the last moment of the month of a minute.
func monthEnd(minute int64) time.Time {
	at := time.Unix(minute*60, 0).UTC()
	return time.Date(at.Year(), at.Month()+1, 1, 0, 0, 0, 0, time.UTC).Add(-time.Microsecond)
}
