package policy

import (
	"slices"

	"github.com/eile-housing/eile/policy/day"
	"github.com/eile-housing/eile/policy/source"
)

// Step of a letting that houses the household.
type Step string

// The steps of a letting, in their order.
const (
	AcceptanceStep Step = "acceptance"
	OrderStep      Step = "order"
	ContractStep   Step = "contract"
	KeysStep       Step = "keys"
)

// OfferRules say what follows an offer.
type OfferRules struct {
	// DaysToAnswer run from the day the offer was served; see LastDay.
	DaysToAnswer int
	// RefusalReasons are those that a refusal may give.
	RefusalReasons []RefusalReason
	// RefusalsAllowed is how many counted refusals keep the place; one more holds the application,
	// where Hold says so.
	RefusalsAllowed int
	// Hold puts the application ON_HOLD with a proposed removal after one refusal too many.
	Hold bool
	// LastStep makes the household HOUSED and the home LET.
	LastStep Step

	// moving moves a last day that is not worked on; nil: it stays.
	moving *day.Calendar
}

// LastDay to answer an offer that was served on a day.
func (o *OfferRules) LastDay(served day.Day) day.Day {
	last := served.AddDays(o.DaysToAnswer)
	if o.moving == nil {
		return last
	}
	return o.moving.Next(last)
}

// RefusalReason is one reason to refuse; Justified proposes to the officer that it does not count.
type RefusalReason struct {
	Entry
	Justified bool
}

// Knows says whether a refusal may give this reason.
func (o *OfferRules) Knows(code string) bool {
	return slices.ContainsFunc(o.RefusalReasons, func(r RefusalReason) bool { return r.Code == code })
}

func offerRules(faults *source.Faults, raw *source.Offers, calendar *day.Calendar) OfferRules {
	rules := OfferRules{
		DaysToAnswer:    between(faults, raw.Days, 1, 366),
		RefusalsAllowed: between(faults, raw.Allowed, 0, 1000),
		Hold:            choice(faults, raw.After, "hold", "nothing") == "hold",
		LastStep:        Step(choice(faults, raw.LastStep, string(AcceptanceStep), string(OrderStep), string(ContractStep), string(KeysStep))),
	}
	if choice(faults, raw.LastDay, "as_counted", "next_working_day") == "next_working_day" {
		if rules.moving = calendar; calendar == nil {
			faults.Add(raw.LastDay.Position, "last_day: next_working_day needs the key calendar, which says what days are worked on")
		}
	}
	for _, r := range raw.Reasons {
		if !isListName(r.Code.Text) {
			faults.Add(r.Code.Position, "%q is no code of a refusal; use a-z, A-Z, 0-9, - and _, at most 64", source.Clip(r.Code.Text))
		}
		if rules.Knows(r.Code.Text) {
			faults.Add(r.Code.Position, "the code %s stands twice", r.Code.Text)
		}
		rules.RefusalReasons = append(rules.RefusalReasons, RefusalReason{entry(r.Code, r.Title), r.Justified.Bool})
	}
	return rules
}

// LeaseRules say what the end of a lease by which a home is rented in leads to.
type LeaseRules struct {
	// TransferMonths before the last day of the lease the household that lives there is put up for
	// a transfer.
	TransferMonths int
}

// defaultTransferMonths is the last of the warnings before a lease ends.
const defaultTransferMonths = 3

func leaseRules(faults *source.Faults, raw *source.Leases) LeaseRules {
	if !raw.TransferMonths.Set() {
		return LeaseRules{defaultTransferMonths}
	}
	return LeaseRules{between(faults, raw.TransferMonths, 0, 60)}
}
