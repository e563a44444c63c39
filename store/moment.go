package store

import (
	"sync/atomic"
	"time"

	"github.com/eile-housing/eile/store/kv"
	"github.com/eile-housing/eile/store/layout"
)

// Moments give each change a time of its own, later than that of every change
// before it. A caller's clock is read when a request comes in, its change may be
// committed after one that came in later, and clocks are set back: the history,
// the audit and the seals all rest on keys of time, so that two changes of one
// record in the wrong order would tell a false past.
//
// A closure draws its moment when it runs. One that runs again, since it met a
// conflict, draws a later one: of two changes that touch one record the one that
// is committed last has the later moment.
type moments struct {
	last atomic.Int64 // microseconds since 1970
}

// next is the moment that was asked for, or the first that is still free.
func (m *moments) next(asked time.Time) time.Time {
	for {
		last := m.last.Load()
		at := max(asked.UnixMicro(), last+1)
		if m.last.CompareAndSwap(last, at) {
			return time.UnixMicro(at).UTC()
		}
	}
}

// load goes on after the last change of the audit. Every change of the history
// has an audit entry of its own moment or a later one.
func (m *moments) load(reader kv.Reader) error {
	last, err := lastMicro(reader, layout.Audit)
	if err == nil {
		m.last.Store(last)
	}
	return err
}

// lastMicro is the time of the last key made by layout.TimeKey; 0: there is none. The
// seam reads forwards only, so the time is halved: 63 reads.
func lastMicro(reader kv.Reader, prefix string) (int64, error) {
	end := kv.PrefixEnd([]byte(prefix))
	low, high := int64(0), int64(1)<<62 // a key at or after low, if any; none at or after high
	for low+1 < high {
		middle := low + (high-low)/2
		later, err := holds(reader, layout.AppendMicro([]byte(prefix), uint64(middle)), end)
		if err != nil {
			return 0, err
		}
		if later {
			low = middle
		} else {
			high = middle
		}
	}
	return low, nil
}

// holds tells whether a range has a key.
func holds(reader kv.Reader, start, end []byte) (bool, error) {
	for _, err := range reader.Scan(start, end) {
		return err == nil, err
	}
	return false, nil
}
