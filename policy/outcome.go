package policy

import (
	"slices"
	"strconv"
	"strings"

	"cel.dev/cel-go/common/types"

	"github.com/eile-housing/eile/policy/day"
	"github.com/eile-housing/eile/policy/table"
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
	// DaysToAnswer run from the day the offer was served.
	DaysToAnswer int
	// RefusalReasons are those that a refusal may give.
	RefusalReasons []RefusalReason
	// RefusalsAllowed is how many counted refusals keep the place; one more holds the application, where Hold says so.
	RefusalsAllowed int
	// Hold puts the application ON_HOLD with a proposed removal after one refusal too many.
	Hold bool
	// LastStep makes the household HOUSED and the home LET.
	LastStep Step
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

// LeaseRules say what the end of a lease by which a home is rented in leads to.
type LeaseRules struct {
	// TransferMonths before the last day of the lease the household that lives there is put up for a transfer.
	TransferMonths int
}

// defaultTransferMonths is the last of the warnings before a lease ends.
const defaultTransferMonths = 3

// Leases answers the lease rules.
func (p *Policy) Leases() LeaseRules { return p.leases }

// Offers answers the offer rules.
func (p *Policy) Offers() OfferRules { return p.offers }

// Strictness of a reserve.
type Strictness string

// What an earmark does: only the group; the group and then others; the group first.
const (
	HardReserve     Strictness = "hard"
	ReleasedReserve Strictness = "released"
	SoftReserve     Strictness = "soft"
)

// Reserve is a group that homes may be kept for.
type Reserve struct {
	Entry
	Strict Strictness
	Share  Share
	who    *expression
}

// Share of the homes that carry no earmark: of Of lettings, Lettings go first to the group. Zero: there is none.
type Share struct{ Lettings, Of int }

// Reserves answers the reserves in the order of the file.
func (p *Policy) Reserves() []Reserve { return p.reserves }

// Districts say what the districts of an applicant mean.
type Districts struct {
	// Limit: only homes in the wanted districts suit; else wanted districts only rank.
	Limit bool
	// Known districts; empty: any name.
	Known []string
}

// Rank answers how much a district is wanted: 0 most, and equal for all that are not named. It is not ok where only the wanted districts suit and this is
// none of them; who names none wants any.
func (d Districts) Rank(wanted []string, district string) (rank int, ok bool) {
	if i := slices.Index(wanted, district); i >= 0 {
		return i, true
	}
	return len(wanted), !d.Limit || len(wanted) == 0
}

// Districts answers the district rules.
func (p *Policy) Districts() Districts { return p.districts }

// Ground is a reason to stand before the ordinary order, once granted.
type Ground struct {
	Entry
	period  span
	require *expression
	reason  sentences
}

// Grounds answers the grounds in the order of the file.
func (p *Policy) Grounds() []Ground { return p.grounds }

// Alternation shares homes between those granted and the ordinary list; zero: those granted come first.
type Alternation struct{ OutOfTurn, Ordinary int }

// Alternation answers how homes alternate.
func (p *Policy) Alternation() Alternation { return p.alternate }

// Duty is what applicants must do every year.
type Duty struct {
	Entry
	// Settles is the attribute that holds the year for which it was last done; may be empty.
	Settles  string
	due      [2]int
	extended [2]int
}

// Next answers the next last day on or after a day, and the last day with an important reason, which is the same where there is no extension.
func (d *Duty) Next(on day.Day) (due, extended day.Day) {
	year := on.Year()
	if due = yearDay(year, d.due[0], d.due[1]); due < on {
		year++
		due = yearDay(year, d.due[0], d.due[1])
	}
	if d.extended[0] == 0 {
		return due, due
	}
	return due, yearDay(year, d.extended[0], d.extended[1])
}

// Duties answers the yearly duties.
func (p *Policy) Duties() []Duty { return p.duties }

// Removals answers the grounds on which a decision may remove an application, beside the codes of eligibility rules.
func (p *Policy) Removals() []Entry { return p.removals }

// outcomes reads what follows: offers, districts, mode, approval and duties.
func (c *compiler) outcomes(raw *file) {
	p := c.p
	p.approval = c.choice(raw.Approval, "required", "none") == "required"
	p.fill = c.choice(raw.Mode, "choice", "fill") == "fill"
	p.districts = Districts{Limit: c.choice(raw.Districts.Use, "limit", "rank") == "limit", Known: texts(raw.Districts.Known)}
	p.offers = c.offerRules(&raw.Offers)
	c.shares(raw)
	p.leases.TransferMonths = defaultTransferMonths
	if raw.Leases.TransferMonths.set() {
		p.leases.TransferMonths = c.between(raw.Leases.TransferMonths, 0, 60)
	}
	p.removals = c.entries(raw.Removals, isReasonCode, "a removal")
	for i := range raw.Duties {
		p.duties = append(p.duties, c.duty(&raw.Duties[i]))
	}
}

func (c *compiler) offerRules(o *offers) OfferRules {
	rules := OfferRules{
		DaysToAnswer:    c.between(o.Days, 1, 366),
		RefusalsAllowed: c.between(o.Allowed, 0, 1000),
		Hold:            c.choice(o.After, "hold", "nothing") == "hold",
		LastStep:        Step(c.choice(o.LastStep, string(AcceptanceStep), string(OrderStep), string(ContractStep), string(KeysStep))),
	}
	for _, r := range o.Reasons {
		if !isListName(r.Code.s) {
			c.add(r.Code.position, "%q is no code of a refusal; use a-z, A-Z, 0-9, - and _, at most 64", clip(r.Code.s))
		}
		if rules.Knows(r.Code.s) {
			c.add(r.Code.position, "the code %s stands twice", r.Code.s)
		}
		rules.RefusalReasons = append(rules.RefusalReasons, RefusalReason{Entry{r.Code.s, r.Title.En.s, r.Title.Lt.s}, r.Justified.b})
	}
	return rules
}

// between answers a small number within bounds; an absent one is the least.
func (c *compiler) between(n number, low, high int64) int {
	if !n.set() {
		return int(low)
	}
	if n.n < low || n.n > high {
		c.add(n.position, "%d is not between %d and %d", n.n, low, high)
		return int(low)
	}
	return int(n.n)
}

func (c *compiler) duty(raw *duty) Duty {
	if !isReasonCode(raw.Code.s) {
		c.add(raw.Code.position, "%q is no code of a duty; use A-Z, 0-9 and _, a letter first, at most 64", clip(raw.Code.s))
	}
	c.provenance(raw.Source, text{})
	d := Duty{Entry: Entry{raw.Code.s, raw.Title.En.s, raw.Title.Lt.s}, Settles: raw.Settles.s}
	d.due, d.extended = c.monthDay(raw.Due), c.monthDay(raw.Extended)
	if raw.Settles.set() && !slices.ContainsFunc(c.p.facts[ApplicationKind], func(f *fact) bool { return f.Name == d.Settles && f.Type == table.Int }) {
		c.add(raw.Settles.position, "%q is no attribute of type int", clip(d.Settles))
	}
	return d
}

// monthDay reads MM-DD, a day that every year has.
func (c *compiler) monthDay(t text) [2]int {
	if !t.set() {
		return [2]int{}
	}
	month, dayOfMonth, ok := strings.Cut(t.s, "-")
	m, errM := strconv.Atoi(month)
	d, errD := strconv.Atoi(dayOfMonth)
	if _, err := day.Parse("2001-" + t.s); !ok || err != nil || errM != nil || errD != nil {
		c.add(t.position, "%q is no day of every year; write MM-DD, e.g. 05-01", clip(t.s))
	}
	return [2]int{m, d}
}

func (c *compiler) reserve(raw *reserve) Reserve {
	if !isListName(raw.Code.s) || slices.ContainsFunc(c.p.reserves, func(r Reserve) bool { return r.Code == raw.Code.s }) {
		c.add(raw.Code.position, "%q is no code of a reserve, or it stands twice", clip(raw.Code.s))
	}
	return Reserve{
		Entry:  Entry{raw.Code.s, raw.Title.En.s, raw.Title.Lt.s},
		Strict: Strictness(c.choice(raw.Strict, string(HardReserve), string(ReleasedReserve), string(SoftReserve))),
		Share:  c.share(raw),
		who:    c.compile(raw.Who, types.BoolType, reachDate|reachHousehold),
	}
}

// share of a reserve. Shares need seats that are given out in an order of groups, which fill mode does not have.
func (c *compiler) share(raw *reserve) Share {
	if raw.Share == nil {
		return Share{}
	}
	s := Share{Lettings: c.between(raw.Share.Lettings, 1, 1000), Of: c.between(raw.Share.Of, 1, 1000)}
	if s.Lettings > s.Of {
		c.add(raw.Share.Lettings.position, "%d of %d lettings is more than all", s.Lettings, s.Of)
	}
	if raw.Strict.s != string(SoftReserve) {
		c.add(raw.Code.position, "a reserve with a share is soft: write strict: soft")
	}
	return s
}

// shares must leave sense together: no more than all lettings, and a mode that knows them.
func (c *compiler) shares(raw *file) {
	sum := 0.0
	for i, r := range c.p.reserves {
		if r.Share.Of == 0 {
			continue
		}
		sum += float64(r.Share.Lettings) / float64(r.Share.Of)
		if c.p.fill {
			c.add(raw.Reserves[i].Code.position, "shares need mode: choice")
		}
	}
	if sum > 1+1e-9 {
		c.add(position{}, "the shares of the reserves are more than all lettings")
	}
}

// transferReasons are why a sitting tenant applies.
var transferReasons = []string{"HOME_GIVEN_UP", "ADAPTED_HOME", "BETTER_CONDITIONS", "LEASE_ENDING"}

// outOfTurn compiles the grounds and the order among those granted.
func (c *compiler) outOfTurn(raw *outOfTurn) {
	p := c.p
	if raw.Claims.set() {
		i := slices.IndexFunc(p.facts[ApplicationKind], func(f *fact) bool { return f.Name == raw.Claims.s && f.Type == table.String })
		if i < 0 {
			c.add(raw.Claims.position, "%q is no attribute of type string", clip(raw.Claims.s))
		} else {
			p.claims = p.facts[ApplicationKind][i]
		}
	}
	for i := range raw.Grounds {
		g := &raw.Grounds[i]
		if !isListName(g.Code.s) || slices.ContainsFunc(p.grounds, func(o Ground) bool { return o.Code == g.Code.s }) {
			c.add(g.Code.position, "%q is no code of a ground, or it stands twice", clip(g.Code.s))
		}
		c.provenance(g.Source, text{})
		p.grounds = append(p.grounds, Ground{
			Entry: Entry{g.Code.s, g.Title.En.s, g.Title.Lt.s}, period: c.span(g.From, g.Until),
			require: c.compile(g.Require, types.BoolType, reachDate|reachHousehold), reason: c.sentence(g.Reason, reachDate|reachHousehold),
		})
	}
	for _, t := range raw.Transfers {
		if !slices.Contains(transferReasons, t.s) {
			c.add(t.position, "%q is not one of %s", clip(t.s), strings.Join(transferReasons, ", "))
		}
		p.transfers = append(p.transfers, t.s)
	}
	if len(raw.Order) > 0 {
		p.grantedOrder = c.terms(raw.Order)
	}
	if a := raw.Alternate; a != nil {
		p.alternate = Alternation{c.between(a.OutOfTurn, 1, 1000), c.between(a.Ordinary, 1, 1000)}
	}
}
