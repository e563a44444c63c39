package state

import (
	"crypto/sha256"
	"fmt"
	"slices"

	"github.com/eile-housing/eile/policy"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
)

// Evaluate brings an application to what the rules of the day say of it: its
// eligibility with reasons, need and place, and the status that follows. It
// writes nothing.
func Evaluate(rules casework.Rules, application *eilev1.Application) *eilev1.Placement {
	place, _ := evaluate(rules, application) // Settle tells of a step that is missing
	return place
}

func evaluate(rules casework.Rules, application *eilev1.Application) (*eilev1.Placement, error) {
	verdict := rules.Evaluator.Evaluate(application, rules.Today)
	err := follow(rules, application, verdict)
	application.List = verdict.List
	application.Eligibility = verdict.Eligibility
	application.Reasons = verdict.Reasons
	application.Missing = verdict.Missing
	application.Need = verdict.Need
	application.NeedClass = verdict.NeedClass
	application.Policy = rules.Policy.Identity()
	application.NextDue = nil
	if verdict.NextDue != 0 {
		application.NextDue = verdict.NextDue.Proto()
	}
	return placement(rules, application, verdict), err
}

func placement(rules casework.Rules, application *eilev1.Application, verdict policy.Verdict) *eilev1.Placement {
	place := &eilev1.Placement{
		Reference: application.GetReference(), List: verdict.List, NeedClass: verdict.NeedClass,
		OrderKey: verdict.OrderKey, Status: application.GetStatus(), OutOfTurn: verdict.OutOfTurn,
		OpenOffer: application.GetOpenOffer() != "", Suitability: suitability(rules, application, verdict), Import: application.GetImport(),
		Placed: application.GetPlacedOn() != nil,
	}
	if !Ended(application.GetStatus()) {
		place.NextDue = int32(verdict.NextDue)
		if until, ok := suspendedUntil(application); ok && (place.NextDue == 0 || until+1 < place.NextDue) {
			place.NextDue = until + 1
		}
	}
	if on, ok := casework.DayOf(application.GetHousedOn()); ok {
		place.HousedOn = int32(on)
	}
	return place
}

// suitability digests what decides which homes a household may be offered: what
// the rules read and, where they limit, the districts.
func suitability(rules casework.Rules, application *eilev1.Application, verdict policy.Verdict) []byte {
	read := []byte(verdict.SuitabilityKey)
	if rules.Policy.Districts.Limit {
		districts := slices.Sorted(slices.Values(application.GetDistricts()))
		read = fmt.Appendf(read, "%q", districts)
	}
	sum := sha256.Sum256(read)
	return sum[:16]
}
