package gateway

import (
	"strings"
	"time"
	_ "time/tzdata" // the page is read on machines without a zone database

	"github.com/eile-housing/eile/policy/words"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/proto/spell"
)

// view is a place in the words of one language, ready to be shown.
type view struct {
	Reference string
	List      string
	// Position and the counts are written as the language groups digits.
	// Position is empty for an application that is not on the list.
	Position, Waiting, Ahead, AheadOutOfTurn string
	NeedClass, PositionInClass               string
	WaitingInClass                           string
	Housed                                   string
	Status                                   string
	Offer                                    *offerView
	Missing                                  []string
	Next                                     []string
	AsOf, AsOfMachine                        string
	Policy                                   string
}

// offerView is the open offer. Deadline is empty while it was not served.
type offerView struct {
	ID, Unit, District        string
	Deadline, DeadlineMachine string
}

func (t *text) view(place *eilev1.GetOwnPositionResponse) *view {
	p := place.GetPosition()
	v := &view{
		Reference: p.GetReference(),
		List:      p.GetList(),
		Housed:    t.count(p.GetHousedLast_12Months()),
		Status:    t.means(p.GetStatus()),
		Offer:     t.offer(place.GetOpenOffer()),
		Next:      t.next(place),
		Policy:    strings.TrimSpace(p.GetPolicy().GetName() + " " + p.GetPolicy().GetVersion()),
	}
	if p.GetPosition() > 0 {
		v.Position, v.Waiting = t.count(p.GetPosition()), t.count(p.GetWaiting())
		v.Ahead, v.AheadOutOfTurn = t.count(p.GetAhead()), t.count(p.GetAheadOutOfTurn())
	}
	if p.GetPositionInNeedClass() > 0 {
		v.NeedClass = p.GetNeedClass()
		v.PositionInClass, v.WaitingInClass = t.count(p.GetPositionInNeedClass()), t.count(p.GetWaitingInNeedClass())
	}
	if p.GetAsOf() != nil {
		moment := p.GetAsOf().AsTime().In(zoneOf(place))
		v.AsOf, v.AsOfMachine = t.moment(moment), moment.Format(time.RFC3339)
	}
	for _, name := range place.GetMissing() {
		v.Missing = append(v.Missing, t.fact(name))
	}
	return v
}

// zoneOf is where the policy has its days: the page tells moments as the office's clock shows them.
func zoneOf(place *eilev1.GetOwnPositionResponse) *time.Location {
	zone, err := time.LoadLocation(place.GetTimeZone())
	if err != nil {
		return time.UTC
	}
	return zone
}

func (t *text) offer(open *eilev1.OwnOffer) *offerView {
	if open == nil {
		return nil
	}
	o := &offerView{ID: open.GetId(), Unit: open.GetUnit(), District: open.GetDistrict()}
	if open.GetRespondBy() == "" {
		return o
	}
	o.Deadline, o.DeadlineMachine = open.GetRespondBy(), open.GetRespondBy()
	if day, err := time.Parse(time.DateOnly, open.GetRespondBy()); err == nil {
		o.Deadline = t.date(day)
	}
	return o
}

// next says what the applicant should do. What an offer or missing papers ask
// stands in place of what the status alone would: "nothing now" would be untrue.
func (t *text) next(place *eilev1.GetOwnPositionResponse) []string {
	var steps []string
	if place.GetOpenOffer() != nil {
		steps = append(steps, t.write(words.Say("page.answer_offer")))
	}
	if len(place.GetMissing()) > 0 {
		steps = append(steps, t.write(words.Say("page.send_missing")))
	}
	if len(steps) == 0 {
		steps = append(steps, t.asks(place.GetPosition().GetStatus()))
	}
	return steps
}

// means says what a status is, in plain words.
func (t *text) means(status eilev1.ApplicationStatus) string {
	if said, ok := t.own(words.Say("standing." + spell.Name(status) + ".means")); ok {
		return said
	}
	return t.write(words.Say("standing.unknown.means"))
}

// asks says what a status asks of the applicant.
func (t *text) asks(status eilev1.ApplicationStatus) string {
	if said, ok := t.own(words.Say("standing." + spell.Name(status) + ".next")); ok {
		return said
	}
	return t.write(words.Say("standing.unknown.next"))
}

// fact puts the name of a fact into words. A policy may need facts that the
// language has no words for: their names are readable with spaces.
func (t *text) fact(name string) string {
	if after, ok := strings.CutPrefix(name, "members["); ok {
		if member, fact, ok := strings.Cut(after, "]."); ok {
			return t.write(words.Say("page.of_member", words.Text("member", member), words.Text("fact", t.nameOf(fact))))
		}
	}
	return t.nameOf(name)
}

func (t *text) nameOf(fact string) string {
	if said, ok := t.own(words.Say("fact." + fact)); ok {
		return said
	}
	return strings.ReplaceAll(fact, "_", " ")
}
