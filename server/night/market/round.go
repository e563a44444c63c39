package market

import (
	"errors"
	"slices"

	"github.com/eile-housing/eile/allocation"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// Round is one question to the engine and what came of it. With the instance its
// seats give the outcome.
type Round struct {
	Instance allocation.Instance
	Seats    []allocation.Seat // in legal order

	source *source
}

// play lets the engine play one round.
func (r *Round) play() error {
	result, err := allocation.Run(r.source.market())
	if err = errors.Join(err, r.source.err); err != nil {
		return err
	}
	r.Instance, r.Seats = result.Instance, result.Seats
	return nil
}

// housed names the applications that a round gave a home.
func (r *Round) housed() map[string]bool {
	housed := make(map[string]bool, len(r.Seats))
	for _, s := range r.Seats {
		housed[r.source.read[s.Household]] = true
	}
	return housed
}

// Record is what the register keeps of a round beside its instance.
func (r *Round) Record() *eilev1.RunRound {
	from := r.source
	kept := &eilev1.RunRound{
		Read: from.read, Pattern: from.patternOf, Patterns: from.patterns, Engaged: from.engaged, Lists: from.night.policy().Lists,
	}
	for _, c := range from.homes.classes {
		kept.Classes = append(kept.Classes, &eilev1.RunRound_Class{Units: c.units, Barred: c.barred})
	}
	for _, s := range r.Seats {
		kept.Seats = append(kept.Seats, &eilev1.RunRound_Seat{Household: s.Household, Class: s.Class, Slot: s.Slot})
	}
	return kept
}

// shares counts what happened and not what was meant: a home of a share's turn
// that somebody outside the group got counts for the others.
func (r *Round) shares() []*eilev1.Run_ShareCount {
	parties, _ := shareWeights(r.source.night.policy())
	if len(parties) == 0 {
		return nil
	}
	counts := make([]*eilev1.Run_ShareCount, len(parties))
	for i, party := range parties {
		counts[i] = &eilev1.Run_ShareCount{Reserve: party}
	}
	for _, s := range r.Seats {
		class := r.source.homes.classes[s.Class]
		if class.sample.GetEarmark() != "" {
			continue
		}
		party := r.Instance.Classes[s.Class].Slots[s.Slot].ReservedFor
		group := slices.Index(r.Instance.Groups, party)
		if party == "" || !slices.Contains(r.Instance.Households[s.Household].Groups, int32(group)) {
			party = ""
		}
		counts[slices.Index(parties, party)].Homes++
	}
	return counts
}
