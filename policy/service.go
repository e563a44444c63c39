package policy

import (
	"github.com/eile-housing/eile/policy/day"
	"github.com/eile-housing/eile/policy/source"
	"github.com/eile-housing/eile/policy/words"
)

// service is the channels by which a policy has things served; none: it does not say.
type service []channel

// channel is a way of serving, and how many days later it counts.
type channel struct {
	name string
	days int
}

// Served is the day that counts as served where something was handed over or sent on a day by a
// channel. Where the policy says nothing of service, any channel will do and it is that day. The
// error is a Violation.
func (s service) Served(how string, on day.Day) (day.Day, error) {
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
	return 0, Violation{"how", words.Reason("UNKNOWN_CHANNEL", given(how), words.Items("channels", names...))}
}

// serviceOf reads the channels of a file.
func serviceOf(faults *source.Faults, raw *source.Service, names sources) service {
	if raw == nil {
		return nil
	}
	names.check(faults, raw.Source, raw.Certainty)
	var out service
	for _, c := range raw.Channels() {
		out = append(out, channel{c.Name.Text, between(faults, c.Value.Days, 0, 366)})
	}
	if len(out) == 0 {
		faults.Add(raw.Position, "service names no channel; write e.g. hand: {days: 0}, or leave it out")
	}
	return out
}
