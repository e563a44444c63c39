package offer

import (
	"github.com/eile-housing/eile/policy/day"
	"github.com/eile-housing/eile/policy/words"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/proto/spell"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/server/casework/tenancy"
)

// Serve notes that the household was told; the time to answer begins.
func Serve(c casework.Change, offer *eilev1.Offer, on day.Day) error {
	what := words.Say("what.serve_offer", words.Text("offer", offer.GetId()))
	if err := mustBeOpen(what, offer); err != nil {
		return err
	}
	if served, ok := casework.DayOf(offer.GetServedOn()); ok {
		return casework.Refuse(what, words.Reason("ALREADY_SERVED", words.Day("served", served)))
	}
	if on > c.Rules.Today {
		return casework.Refuse(what, words.Reason("IN_THE_FUTURE.to_come", words.Day("on", on)))
	}
	serve(c.Rules, offer, on)
	return put(c, offer)
}

func serve(rules casework.Rules, offer *eilev1.Offer, on day.Day) {
	offer.ServedOn = on.Proto()
	offer.RespondBy = rules.Policy.Offers.LastDay(on).Proto()
}

// answered notes the day of an answer. Whoever answers was told, if nobody
// noted it before. An answer that comes late is taken while the offer is open.
func answered(rules casework.Rules, what words.Phrase, offer *eilev1.Offer, on day.Day) error {
	if err := dated(rules, what, offer, on); err != nil {
		return err
	}
	if offer.GetServedOn() == nil {
		serve(rules, offer, on)
	}
	return nil
}

// dated notes the day on which an open offer was answered or missed.
func dated(rules casework.Rules, what words.Phrase, offer *eilev1.Offer, on day.Day) error {
	if err := mustBeOpen(what, offer); err != nil {
		return err
	}
	if on > rules.Today {
		return casework.Refuse(what, words.Reason("IN_THE_FUTURE.to_come", words.Day("on", on)))
	}
	if served, ok := casework.DayOf(offer.GetServedOn()); ok && on < served {
		return casework.Refuse(what, words.Reason("BEFORE_SERVED", words.Day("on", on), words.Day("served", served)))
	}
	offer.AnsweredOn = on.Proto()
	return nil
}

// Accept reserves home and household; where the policy's last step is the
// acceptance, it houses.
func Accept(c casework.Change, offer *eilev1.Offer, on day.Day) error {
	what := words.Say("what.accept_offer", words.Text("offer", offer.GetId()))
	if err := answered(c.Rules, what, offer, on); err != nil {
		return err
	}
	application, unit, err := parties(c, offer)
	if err != nil {
		return err
	}
	if err := notWaiting(c.Rules, application).Refusal(what); err != nil {
		return err
	}
	if err := move(c, offer, accepted); err != nil {
		return err
	}
	application.OpenOffer, unit.OpenOffer = "", ""
	return tenancy.Begin(c, what, offer, application, unit, on)
}

// Refuse ends an open offer with a reason code of the policy. The household
// keeps its place. Whether it counts is assessed by an officer.
func Refuse(c casework.Change, offer *eilev1.Offer, reason, note string, on day.Day) error {
	what := words.Say("what.refuse_offer", words.Text("offer", offer.GetId()))
	if err := answered(c.Rules, what, offer, on); err != nil {
		return err
	}
	offers := c.Rules.Policy.Offers
	if !offers.Knows(reason) {
		known := make([]string, len(offers.RefusalReasons))
		for i, entry := range offers.RefusalReasons {
			known[i] = entry.Code
		}
		return casework.Refuse(what, words.Reason("UNKNOWN_REASON", words.Text("policy", c.Rules.Policy.Name), words.Text("reason", reason), words.Items("known", known...)))
	}
	offer.RefusalReason, offer.Note = reason, note
	return end(c, offer, refused)
}

// NoShow ends an offer, since the household did not come. It does not say that
// the household was told: what was never served never counts.
func NoShow(c casework.Change, offer *eilev1.Offer, note string, on day.Day) error {
	if err := dated(c.Rules, words.Say("what.miss_offer", words.Text("offer", offer.GetId())), offer, on); err != nil {
		return err
	}
	offer.Note = note
	return end(c, offer, notShown)
}

// Overdue tells whether the time to answer an offer is over.
func Overdue(rules casework.Rules, offer *eilev1.Offer) bool {
	until, ok := casework.DayOf(offer.GetRespondBy())
	return ok && offer.GetStatus() == openOffer && until < rules.Today
}

// Expire ends an offer whose time is over.
func Expire(c casework.Change, offer *eilev1.Offer) error {
	if !Overdue(c.Rules, offer) {
		return casework.Refuse(words.Say("what.expire_offer", words.Text("offer", offer.GetId())), words.Reason("NOT_OVERDUE", words.Term("status", spell.Name(offer.GetStatus()))))
	}
	return end(c, offer, expired)
}
