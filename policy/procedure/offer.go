package procedure

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
	source.Entry
	Justified bool
}

// Knows says whether a refusal may give this reason.
func (o *OfferRules) Knows(code string) bool {
	return slices.ContainsFunc(o.RefusalReasons, func(r RefusalReason) bool { return r.Code == code })
}

// Offers reads what follows an offer; calendar says which days are worked on, nil: nothing does.
func Offers(faults *source.Faults, raw *source.Offers, calendar *day.Calendar) OfferRules {
	rules := OfferRules{
		DaysToAnswer:    faults.Between(raw.Days, 1, 366),
		RefusalsAllowed: faults.Between(raw.Allowed, 0, 1000),
		Hold:            faults.Choice(raw.After, "hold", "nothing") == "hold",
		LastStep:        Step(faults.Choice(raw.LastStep, string(AcceptanceStep), string(OrderStep), string(ContractStep), string(KeysStep))),
	}
	if faults.Choice(raw.LastDay, "as_counted", "next_working_day") == "next_working_day" {
		if rules.moving = calendar; calendar == nil {
			faults.Add(raw.LastDay.Position, "last_day: next_working_day needs the key calendar, which says what days are worked on")
		}
	}
	for _, r := range raw.Reasons {
		if !source.IsListName(r.Code.Text) {
			faults.Add(r.Code.Position, "%q is no code of a refusal; use a-z, A-Z, 0-9, - and _, at most 64", source.Clip(r.Code.Text))
		}
		if rules.Knows(r.Code.Text) {
			faults.Add(r.Code.Position, "the code %s stands twice", r.Code.Text)
		}
		rules.RefusalReasons = append(rules.RefusalReasons, RefusalReason{source.EntryOf(r.Code, r.Title), r.Justified.Bool})
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

// Leases reads what follows the end of a lease.
func Leases(faults *source.Faults, raw *source.Leases) LeaseRules {
	if !raw.TransferMonths.Set() {
		return LeaseRules{defaultTransferMonths}
	}
	return LeaseRules{faults.Between(raw.TransferMonths, 0, 60)}
}
