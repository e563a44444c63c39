package policy

import (
	"slices"

	"github.com/eile-housing/eile/policy/source"
)

// Districts say what the districts of an applicant mean.
type Districts struct {
	// Limit: only homes in the wanted districts suit; else wanted districts only rank.
	Limit bool
	// Known districts; empty: any name.
	Known []string
}

// Rank returns how much a district is wanted: 0 most, and equal for all that are not named. It is
// not ok where only the wanted districts suit and this is none of them; who names none wants any.
func (d Districts) Rank(wanted []string, district string) (rank int, ok bool) {
	if i := slices.Index(wanted, district); i >= 0 {
		return i, true
	}
	return len(wanted), !d.Limit || len(wanted) == 0
}

func districts(faults *source.Faults, raw *source.Districts) Districts {
	return Districts{Limit: faults.Choice(raw.Use, "limit", "rank") == "limit", Known: source.Texts(raw.Known)}
}
