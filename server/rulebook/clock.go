package rulebook

import (
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"github.com/eile-housing/eile/policy/day"
)

// Clock is the time of a service, and makes its ids.
type Clock struct {
	now   func() time.Time
	moves bool
	ahead atomic.Int64 // whole days by which a rehearsal is ahead of now
}

// NewClock returns a clock over now. One that moves lets whole days be rehearsed
// ahead of now.
func NewClock(now func() time.Time, moves bool) *Clock {
	return &Clock{now: now, moves: moves}
}

// Now is the time, moved by whole days where a rehearsal is ahead of it.
func (c *Clock) Now() time.Time {
	return c.now().Add(time.Duration(c.ahead.Load()) * 24 * time.Hour)
}

// NewID returns a unique id that grows with time.
func (c *Clock) NewID() string { return uuid.Must(uuid.NewV7()).String() }

// rehearse lets today in a zone be a day that is ahead. The clock never goes
// back.
func (c *Clock) rehearse(on day.Day, zone *time.Location) {
	if ahead := int64(on) - int64(day.Of(c.now(), zone)); c.moves && ahead > c.ahead.Load() {
		c.ahead.Store(ahead)
	}
}
