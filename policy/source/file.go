package source

// File is the whole policy file. Keys and their meaning stand in the tags; JSONSchema publishes
// them.
type File struct {
	Name         Text               `key:"name,required" doc:"Name of the scheme, e.g. lt-vilnius."`
	Version      Text               `key:"version,required" doc:"Version of this text."`
	Title        Phrase             `key:"title,required" doc:"What the policy is, for people."`
	Sources      []Named[Text]      `key:"sources" doc:"Where the rules were read: a short name for each source, used by source below."`
	TimeZone     Text               `key:"time_zone,required" doc:"IANA time zone in which days begin and ages are counted."`
	Currency     Text               `key:"currency" doc:"ISO 4217 code that money is written with; amounts are in its hundredths."`
	PersonalCode Text               `key:"personal_code" words:"lt" doc:"Form of the personal code of applicants; lt is the only one known."`
	InForce      Period             `key:"in_force,required" doc:"First and last day on which the policy answers."`
	Household    Text               `key:"household" words:"required optional" doc:"required or optional (default): whether an application must name its members."`
	Attributes   Attributes         `key:"attributes" doc:"Facts that records may carry beside the built-in ones."`
	Parameters   []Named[Parameter] `key:"parameters" doc:"Figures of the rules, by date."`
	Values       []Named[Value]     `key:"values" doc:"Named expressions over a household or over a home, computed when a rule reads them."`
	Hazards      []Titled           `key:"hazards" doc:"Hazard codes that inspections may report."`
	Lists        []Titled           `key:"lists,required" doc:"Waiting lists."`
	DefaultList  Text               `key:"default_list" doc:"List of an application that names none; default: the first."`
	Eligibility  []Rule             `key:"eligibility" doc:"Rules that must all hold for a place on the list."`
	Need         NeedRule           `key:"need" doc:"What the household needs."`
	Order        []Term             `key:"order,required" doc:"The legal order: each term decides what those before it leave equal."`
	OutOfTurn    *OutOfTurn         `key:"out_of_turn" doc:"Grounds for standing before the ordinary order."`
	Suitability  []Rule             `key:"suitability" doc:"Rules that must all hold between a household and a home that is offered to it."`
	Reserves     []Reserve          `key:"reserves" doc:"Groups that homes may be kept for; a home names one as its earmark."`
	Districts    Districts          `key:"districts" doc:"What the districts that an applicant names mean."`
	Offers       Offers             `key:"offers,required" doc:"What follows an offer."`
	Leases       Leases             `key:"leases" doc:"What the end of a lease by which a home is rented in leads to."`
	Approval     Text               `key:"approval,required" words:"required none" doc:"required: a person approves each run; none: offers are made at once."`
	Mode         Text               `key:"mode,required" words:"choice fill" doc:"choice: households get the best home they want, in order; fill: as many homes as possible, the most senior first."`
	Duties       []Duty             `key:"duties" doc:"What an applicant must do every year and by when."`
	Removals     []Titled           `key:"removals" doc:"Grounds on which a decision may remove an application, beside the codes of eligibility rules."`
	Decisions    []Named[Deciding]  `key:"decisions" words:"REJECT REMOVE SUSPEND REINSTATE GRANT_GROUND REVOKE_GROUND AWARD DATE CORRECT_DATE CORRECT_PERSON SUCCEED SPLIT MERGE TRANSFER MANUAL_OFFER APPROVE_RUN VOID_RUN TEMPORARY_LETTING MUNICIPAL_LETTING ORGANISATION COMPENSATION ACTIVATE_POLICY PROTECT REMEDY MIGRATION DECOMMISSION JUDGE_DUPLICATE REVIEW UNDO REDO STAY TIE" doc:"How decisions are taken, by their kind."`
	Calendar     *Calendar          `key:"calendar" doc:"Which days are worked on."`
	Service      *Service           `key:"service" doc:"On which day what is sent counts as served, by the channel; without it any channel is taken and the day itself counts."`
	UnitStandard []Rule             `key:"unit_standard" doc:"Rules that must all hold for a home to be fit; none: every home is fit."`
	Examples     Examples           `key:"examples" doc:"Cases that must come out as stated, or the policy is refused."`
}

// Phrase is one sentence or title in the languages of the service.
type Phrase struct {
	Position
	En Text `key:"en,required" doc:"English."`
	Lt Text `key:"lt" doc:"Lithuanian."`
}

// Texts are what it says, by language.
func (p *Phrase) Texts() map[string]string {
	return map[string]string{"en": p.En.Text, "lt": p.Lt.Text}
}

// In is what it says in a language.
func (p *Phrase) In(lang string) Text {
	if lang == "lt" {
		return p.Lt
	}
	return p.En
}

func (p *Phrase) at(pos Position) { p.Position = pos }

// Period is a stretch of days, both ends included; unset ends are open.
type Period struct {
	Position
	From  Date `key:"from" doc:"First day."`
	Until Date `key:"until" doc:"Last day."`
}

func (p *Period) at(pos Position) { p.Position = pos }

// Titled is a code with its title.
type Titled struct {
	Code  Text   `key:"code,required" doc:"Stable code."`
	Title Phrase `key:"title,required" doc:"What it is, for people."`
}

// Attributes are declared by the record that carries them.
type Attributes struct {
	Application []Named[Attribute] `key:"application" doc:"Facts of an application."`
	Member      []Named[Attribute] `key:"member" doc:"Facts of one member of a household."`
	Unit        []Named[Attribute] `key:"unit" doc:"Facts of a home."`
	Inspection  []Named[Attribute] `key:"inspection" doc:"Facts of an inspection."`
}

// Attribute declares one fact.
type Attribute struct {
	Type      Text            `key:"type,required" doc:"bool, int, decimal, string, date or rows."`
	Title     Phrase          `key:"title" doc:"What it is, for people."`
	Min       Number          `key:"min" doc:"Smallest value, for int and decimal."`
	Max       Number          `key:"max" doc:"Largest value, for int and decimal."`
	Allowed   []Text          `key:"allowed" doc:"The values that a string may have."`
	Separator Text            `key:"separator" doc:"A string holds several values, separated by this."`
	Unclaimed Text            `key:"unclaimed" doc:"What unset means, for what a household claims; without it unset is unknown. For a string, none is the empty one; for rows, there are none."`
	Columns   []Named[Column] `key:"columns" doc:"Columns of rows. A cell holds rows parted by ; with fields parted by /, in this order; none: there are none."`
	Keys      Number          `key:"keys" doc:"How many of the first columns name a row, which stands there once; default 1."`
	Carried   Flag            `key:"carried" doc:"For an inspection, true: one that does not say leaves what an earlier one found; else only the newest is read."`
}

// Column is one field of rows.
type Column struct {
	Type    Text   `key:"type,required" doc:"bool, int, decimal, string or date."`
	Title   Text   `key:"title" doc:"What it is."`
	Min     Number `key:"min" doc:"Smallest value, for int and decimal."`
	Max     Number `key:"max" doc:"Largest value, for int and decimal."`
	Allowed []Text `key:"allowed" doc:"The values that a string may have."`
	ShareOf Number `key:"share_of" doc:"The columns of a row that have it, int or decimal and none negative, add up to it."`
}

// Parameter is a figure of the rules: dated values, an expression over other parameters, a list or
// a table.
type Parameter struct {
	Type      Text          `key:"type,required" doc:"money (in units with two decimals; expressions read hundredths), int, decimal, string, bool, date, strings, ints or decimals."`
	Title     Text          `key:"title" doc:"What it is."`
	Values    []DatedValue  `key:"values" doc:"Values by date, oldest first."`
	Expr      Text          `key:"expr" doc:"CEL over other parameters, on and year."`
	List      []Text        `key:"list" doc:"A list of strings, for type strings."`
	Table     []Named[Text] `key:"table" doc:"Figures by name, for types ints and decimals; expressions read name[text]."`
	Source    Text          `key:"source" doc:"Where a list or a table was read: a name under sources."`
	Certainty Text          `key:"certainty" words:"S D U" doc:"S, D or U, of a list or a table."`
	Note      Text          `key:"note" doc:"What a reader must know about a list or a table."`
}

// DatedValue holds from its date until the next one.
type DatedValue struct {
	Position
	From      Date `key:"from,required" doc:"First day of the value."`
	Value     Text `key:"value,required" doc:"The value."`
	Source    Text `key:"source" doc:"Where it was read: a name under sources."`
	Certainty Text `key:"certainty" words:"S D U" doc:"S stated by the source, D derived by arithmetic, U uncertain."`
	Note      Text `key:"note" doc:"What a reader must know about it."`
}

func (d *DatedValue) at(pos Position) { d.Position = pos }

// Value is a named expression over a household or over a home.
type Value struct {
	Type  Text `key:"type,required" doc:"Type of the result: bool, int, decimal, string, strings or date."`
	Expr  Text `key:"expr,required" doc:"CEL expression."`
	Title Text `key:"title" doc:"What it is."`
}

// Rule holds or gives a reason.
type Rule struct {
	Position
	Code      Text   `key:"code,required" doc:"Stable code of the reason."`
	From      Date   `key:"from" doc:"First day of the rule."`
	Until     Date   `key:"until" doc:"Last day of the rule."`
	Require   Text   `key:"require,required" doc:"CEL that must be true."`
	Reason    Phrase `key:"reason,required" doc:"Sentence when it is not, with {CEL} in braces for the figures."`
	Proposes  Text   `key:"proposes" words:"removal review" doc:"What a person is asked to decide when it no longer holds for one who waits: removal (default) or review."`
	Source    Text   `key:"source" doc:"Where it was read."`
	Certainty Text   `key:"certainty" words:"S D U" doc:"S, D or U."`
	Note      Text   `key:"note" doc:"What a reader must know about it."`
}

func (r *Rule) at(pos Position) { r.Position = pos }

// NeedRule says what a household needs and whom it competes with.
type NeedRule struct {
	Standard Text `key:"standard" doc:"One of the standards of eile need."`
	Expr     Text `key:"expr" doc:"CEL of type int, instead of a standard."`
	Class    Text `key:"class" doc:"CEL of type string: the group of homes that the household competes for."`
}

// Term is one step of the legal order.
type Term struct {
	Position
	By        Text   `key:"by,required" words:"registered_at register_number value band draw" doc:"registered_at, register_number, value, band or draw."`
	Expr      Text   `key:"expr" doc:"CEL whose value orders, for value and band."`
	Direction Text   `key:"direction" words:"ascending descending" doc:"ascending (default) or descending, for value."`
	Bands     []Text `key:"bands" doc:"Bands from the first served to the last, for band."`
	Note      Text   `key:"note" doc:"What a reader must know about it."`
}

func (t *Term) at(pos Position) { t.Position = pos }

// OutOfTurn is standing before the ordinary order by a granted ground.
type OutOfTurn struct {
	Claims    Text       `key:"claims" doc:"The string attribute in which an applicant claims grounds."`
	Grounds   []Ground   `key:"grounds,required" doc:"The grounds, which have no effect until a decision grants them."`
	Transfers []Text     `key:"transfers" doc:"Reasons of a transfer that stand with the granted grounds, since a decision caused them."`
	Order     []Term     `key:"order" doc:"Order among those granted; default: the ordinary order."`
	Alternate *Alternate `key:"alternate" doc:"How homes alternate between the two; without it the granted come first."`
	Note      Text       `key:"note" doc:"What a reader must know about it."`
}

// Ground is one reason to stand before the ordinary order.
type Ground struct {
	Position
	Code    Text   `key:"code,required" doc:"Stable code."`
	Title   Phrase `key:"title,required" doc:"What it is, for people."`
	From    Date   `key:"from" doc:"First day on which it counts."`
	Until   Date   `key:"until" doc:"Last day on which it counts."`
	Require Text   `key:"require" doc:"CEL that must hold for the claim to be put to a person, such as the time to apply."`
	Reason  Phrase `key:"reason" doc:"Sentence when it does not hold."`
	Source  Text   `key:"source" doc:"Where it was read."`
	Note    Text   `key:"note" doc:"What a reader must know about it."`
}

func (g *Ground) at(pos Position) { g.Position = pos }

// Alternate shares homes in turn.
type Alternate struct {
	OutOfTurn Number `key:"out_of_turn,required" doc:"Homes in a row for those granted."`
	Ordinary  Number `key:"ordinary,required" doc:"Homes in a row for the ordinary list."`
}

// Reserve is a group that homes may be kept for.
type Reserve struct {
	Position
	Code   Text   `key:"code,required" doc:"Stable code, the earmark of a home."`
	Title  Phrase `key:"title,required" doc:"What it is, for people."`
	Who    Text   `key:"who,required" doc:"CEL: who belongs to the group."`
	Strict Text   `key:"strict" words:"hard released soft" doc:"hard (default): only the group; released: others once the group is served; soft: the group first."`
	Share  *Share `key:"share" doc:"In choice mode, for a soft reserve: of so many lettings, so many go first to the group; what it is short of is carried from night to night."`
}

// Share of the lettings that goes first to a group.
type Share struct {
	Lettings Number `key:"lettings,required" doc:"How many of the lettings."`
	Of       Number `key:"of,required" doc:"Out of how many."`
}

func (r *Reserve) at(pos Position) { r.Position = pos }

// Districts say what an applicant's districts mean.
type Districts struct {
	Use   Text   `key:"use" words:"limit rank" doc:"limit (default): only these; rank: these first, others are still suitable."`
	Known []Text `key:"known" doc:"The districts there are; without it any name is taken."`
}

// Offers say what follows an offer.
type Offers struct {
	Days     Number          `key:"days_to_answer,required" doc:"Days to answer, from the day the offer was served."`
	Reasons  []RefusalReason `key:"refusal_reasons,required" doc:"Reasons that a refusal may give; location is one."`
	Allowed  Number          `key:"refusals_allowed,required" doc:"Counted refusals that keep the place; one more has the consequence of after."`
	After    Text            `key:"after,required" words:"hold nothing" doc:"hold: the application is held with a proposed removal; nothing: refusals have no consequence."`
	LastDay  Text            `key:"last_day" words:"as_counted next_working_day" doc:"as_counted (default): the last day to answer stays where it falls; next_working_day: one that is not worked on moves to the next that is."`
	LastStep Text            `key:"last_step,required" words:"acceptance order contract keys" doc:"Step of the letting that houses: acceptance, order, contract or keys."`
	Note     Text            `key:"note" doc:"What a reader must know about it."`
}

// RefusalReason is a reason to refuse.
type RefusalReason struct {
	Code      Text   `key:"code,required" doc:"Stable code."`
	Title     Phrase `key:"title,required" doc:"What it is, for people."`
	Justified Flag   `key:"justified" doc:"true: proposed as justified to the officer who assesses it."`
}

// Leases say what the end of a lease leads to.
type Leases struct {
	TransferMonths Number `key:"transfer_months" doc:"Months before the last day of a lease at which the household that lives there is put up for a transfer; default: 3."`
}

// Duty falls due every year.
type Duty struct {
	Position
	Code     Text   `key:"code,required" doc:"Stable code."`
	Title    Phrase `key:"title,required" doc:"What must be done, for people."`
	Due      Text   `key:"due,required" doc:"Last day, as MM-DD."`
	Extended Text   `key:"extended" doc:"Last day where an important reason was accepted, as MM-DD."`
	Settles  Text   `key:"settles" doc:"The int attribute that holds the year it was last done for."`
	Source   Text   `key:"source" doc:"Where it was read."`
}

func (d *Duty) at(pos Position) { d.Position = pos }
