package gateway

import (
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // the page is read on machines without a zone database

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
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
		Status:    t.standing(p.GetStatus()).means,
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
		v.AsOf, v.AsOfMachine = t.date(moment)+" "+moment.Format("15:04 MST"), moment.Format(time.RFC3339)
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
		steps = append(steps, t.AnswerOffer)
	}
	if len(place.GetMissing()) > 0 {
		steps = append(steps, t.SendMissing)
	}
	if len(steps) == 0 {
		steps = append(steps, t.standing(place.GetPosition().GetStatus()).next)
	}
	return steps
}

func (t *text) standing(status eilev1.ApplicationStatus) standing {
	if s, ok := t.standings[status]; ok {
		return s
	}
	return t.unknown
}

// fact puts the name of a fact into words. A policy may need facts that the
// language has no words for: their names are readable with spaces.
func (t *text) fact(name string) string {
	member, rest := "", name
	if after, ok := strings.CutPrefix(name, "members["); ok {
		if number, fact, ok := strings.Cut(after, "]."); ok {
			member, rest = t.member(number)+": ", fact
		}
	}
	if words, ok := t.facts[rest]; ok {
		return member + words
	}
	return member + strings.ReplaceAll(rest, "_", " ")
}

// count writes n with digits in threes.
func (t *text) count(n int32) string {
	digits := strconv.Itoa(int(n))
	for at := len(digits) - 3; at > 0; at -= 3 {
		digits = digits[:at] + t.thousands + digits[at:]
	}
	return digits
}
