package audit

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
type Moments struct {
	last atomic.Int64 // microseconds since 1970
}

// Next is the moment that was asked for, or the first that is still free.
func (m *Moments) Next(asked time.Time) time.Time {
	for {
		last := m.last.Load()
		at := max(asked.UnixMicro(), last+1)
		if m.last.CompareAndSwap(last, at) {
			return time.UnixMicro(at).UTC()
		}
	}
}

// Copy draws from the same moment on.
func (m *Moments) Copy() *Moments {
	copied := new(Moments)
	copied.last.Store(m.last.Load())
	return copied
}

// Load goes on after the last entry of the audit. Every change of the history
// has an entry of its own moment or a later one.
func (m *Moments) Load(reader kv.Reader) error {
	last, err := lastMicro(reader)
	if err == nil {
		m.last.Store(last)
	}
	return err
}

// lastMicro is the time of the last entry in microseconds since 1970; 0: there
// is none. The seam reads forwards only, so the time is halved: 63 reads.
func lastMicro(reader kv.Reader) (int64, error) {
	end := kv.PrefixEnd([]byte(layout.Audit))
	low, high := int64(0), int64(1)<<62 // an entry at or after low, if any; none at or after high
	for low+1 < high {
		middle := low + (high-low)/2
		later, err := layout.Holds(reader, layout.AppendMicro([]byte(layout.Audit), middle), end)
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
