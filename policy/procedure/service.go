package procedure

import (
	"github.com/eile-housing/eile/policy/day"
	"github.com/eile-housing/eile/policy/source"
	"github.com/eile-housing/eile/policy/words"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// Service is the channels by which a policy has things served; none: it does not say.
type Service []channel

// channel is a way of serving, and how many days later it counts.
type channel struct {
	name string
	days int
}

// Served is the day that counts as served where something was handed over or sent on a day by a
// channel. Where the policy says nothing of service, any channel will do and it is that day. The
// reason says that a channel is none of the policy.
func (s Service) Served(how string, on day.Day) (day.Day, *eilev1.Reason) {
	if len(s) == 0 {
		return on, nil
	}
	names := make([]string, len(s))
	for i, c := range s {
		if c.name == how {
			return on.AddDays(c.days), nil
		}
		names[i] = c.name
	}
	return 0, words.Reason("UNKNOWN_CHANNEL", words.Text("given", source.Clip(how)), words.Items("channels", names...))
}

// ServiceOf reads the channels of a file.
func ServiceOf(faults *source.Faults, raw *source.Service, names source.Names) Service {
	if raw == nil {
		return nil
	}
	names.Check(faults, raw.Source, raw.Certainty)
	var out Service
	for _, c := range raw.Channels() {
		out = append(out, channel{c.Name.Text, faults.Between(c.Value.Days, 0, 366)})
	}
	if len(out) == 0 {
		faults.Add(raw.Position, "service names no channel; write e.g. hand: {days: 0}, or leave it out")
	}
	return out
}
