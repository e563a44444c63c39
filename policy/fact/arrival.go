package fact

import (
	"time"

	"github.com/eile-housing/eile/policy/day"
)

// Arrival is when an application was registered. A date alone is a fact of old registers: no midnight is invented for it.
type Arrival struct {
	// Day is the local date in the policy's time zone.
	Day day.Day
	// Timed is false for a date alone.
	Timed bool
	// Micros is the instant in microseconds since 1970; 0 for a date alone.
	Micros int64
}

// ParseArrival reads registered_at: RFC 3339 with offset, or a date alone. Digits beyond the microsecond do not order.
func ParseArrival(s string, zone *time.Location) (Arrival, bool) {
	if s == "" {
		return Arrival{}, false
	}
	if len(s) == len("2006-01-02") {
		d, err := day.Parse(s)
		return Arrival{Day: d}, err == nil
	}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return Arrival{}, false
	}
	return Arrival{Day: day.Of(t, zone), Timed: true, Micros: t.UnixMicro()}, true
}
