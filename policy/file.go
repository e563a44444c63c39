package policy

// file is the whole policy file. Keys and their meaning stand in the tags; JSONSchema publishes them.
type file struct {
	Name         text               `key:"name,required" doc:"Name of the scheme, e.g. lt-vilnius."`
	Version      text               `key:"version,required" doc:"Version of this text."`
	Title        phrase             `key:"title,required" doc:"What the policy is, for people."`
	Sources      []named[text]      `key:"sources" doc:"Where the rules were read: a short name for each source, used by source below."`
	TimeZone     text               `key:"time_zone,required" doc:"IANA time zone in which days begin and ages are counted."`
	Currency     text               `key:"currency" doc:"ISO 4217 code that money is written with; amounts are in its hundredths."`
	PersonalCode text               `key:"personal_code" words:"lt" doc:"Form of the personal code of applicants; lt is the only one known."`
	InForce      period             `key:"in_force,required" doc:"First and last day on which the policy answers."`
	Household    text               `key:"household" words:"required optional" doc:"required or optional (default): whether an application must name its members."`
	Attributes   attributes         `key:"attributes" doc:"Facts that records may carry beside the built-in ones."`
	Parameters   []named[parameter] `key:"parameters" doc:"Figures of the rules, by date."`
	Values       []named[value]     `key:"values" doc:"Named expressions over a household or over a home, computed when a rule reads them."`
	Hazards      []titled           `key:"hazards" doc:"Hazard codes that inspections may report."`
	Lists        []titled           `key:"lists,required" doc:"Waiting lists."`
	DefaultList  text               `key:"default_list" doc:"List of an application that names none; default: the first."`
	Eligibility  []rule             `key:"eligibility" doc:"Rules that must all hold for a place on the list."`
	Need         needRule           `key:"need" doc:"What the household needs."`
	Order        []term             `key:"order,required" doc:"The legal order: each term decides what those before it leave equal."`
	OutOfTurn    *outOfTurn         `key:"out_of_turn" doc:"Grounds for standing before the ordinary order."`
	Suitability  []rule             `key:"suitability" doc:"Rules that must all hold between a household and a home that is offered to it."`
	Reserves     []reserve          `key:"reserves" doc:"Groups that homes may be kept for; a home names one as its earmark."`
	Districts    districts          `key:"districts" doc:"What the districts that an applicant names mean."`
	Offers       offers             `key:"offers,required" doc:"What follows an offer."`
	Leases       leases             `key:"leases" doc:"What the end of a lease by which a home is rented in leads to."`
	Approval     text               `key:"approval,required" words:"required none" doc:"required: a person approves each run; none: offers are made at once."`
	Mode         text               `key:"mode,required" words:"choice fill" doc:"choice: households get the best home they want, in order; fill: as many homes as possible, the most senior first."`
	Duties       []duty             `key:"duties" doc:"What an applicant must do every year and by when."`
	Removals     []titled           `key:"removals" doc:"Grounds on which a decision may remove an application, beside the codes of eligibility rules."`
	UnitStandard []rule             `key:"unit_standard" doc:"Rules that must all hold for a home to be fit; none: every home is fit."`
	Examples     examples           `key:"examples" doc:"Cases that must come out as stated, or the policy is refused."`
}

// phrase is one sentence or title in the languages of the service.
type phrase struct {
	position
	En text `key:"en,required" doc:"English."`
	Lt text `key:"lt" doc:"Lithuanian."`
}

func (p *phrase) at(pos position) { p.position = pos }

// period is a stretch of days, both ends included; unset ends are open.
type period struct {
	position
	From  date `key:"from" doc:"First day."`
	Until date `key:"until" doc:"Last day."`
}

func (p *period) at(pos position) { p.position = pos }

// titled is a code with its title.
type titled struct {
	Code  text   `key:"code,required" doc:"Stable code."`
	Title phrase `key:"title,required" doc:"What it is, for people."`
}

// attributes are declared by the record that carries them.
type attributes struct {
	Application []named[attribute] `key:"application" doc:"Facts of an application."`
	Member      []named[attribute] `key:"member" doc:"Facts of one member of a household."`
	Unit        []named[attribute] `key:"unit" doc:"Facts of a home."`
	Inspection  []named[attribute] `key:"inspection" doc:"Facts of an inspection."`
}

// attribute declares one fact.
type attribute struct {
	Type      text            `key:"type,required" doc:"bool, int, decimal, string, date or rows."`
	Title     phrase          `key:"title" doc:"What it is, for people."`
	Min       number          `key:"min" doc:"Smallest value, for int and decimal."`
	Max       number          `key:"max" doc:"Largest value, for int and decimal."`
	Allowed   []text          `key:"allowed" doc:"The values that a string may have."`
	Separator text            `key:"separator" doc:"A string holds several values, separated by this."`
	Unclaimed text            `key:"unclaimed" doc:"What unset means, for what a household claims; without it unset is unknown. For a string, none is the empty one; for rows, there are none."`
	Columns   []named[column] `key:"columns" doc:"Columns of rows. A cell holds rows parted by ; with fields parted by /, in this order; none: there are none."`
	Keys      number          `key:"keys" doc:"How many of the first columns name a row, which stands there once; default 1."`
	Carried   flag            `key:"carried" doc:"For an inspection, true: one that does not say leaves what an earlier one found; else only the newest is read."`
}

// column is one field of rows.
type column struct {
	Type    text   `key:"type,required" doc:"bool, int, decimal, string or date."`
	Title   text   `key:"title" doc:"What it is."`
	Min     number `key:"min" doc:"Smallest value, for int and decimal."`
	Max     number `key:"max" doc:"Largest value, for int and decimal."`
	Allowed []text `key:"allowed" doc:"The values that a string may have."`
	ShareOf number `key:"share_of" doc:"The columns of a row that have it, int or decimal and none negative, add up to it."`
}

// parameter is a figure of the rules: dated values, an expression over other parameters, a list or a table.
type parameter struct {
	Type      text          `key:"type,required" doc:"money (in units with two decimals; expressions read hundredths), int, decimal, string, bool, date, strings, ints or decimals."`
	Title     text          `key:"title" doc:"What it is."`
	Values    []datedValue  `key:"values" doc:"Values by date, oldest first."`
	Expr      text          `key:"expr" doc:"CEL over other parameters, on and year."`
	List      []text        `key:"list" doc:"A list of strings, for type strings."`
	Table     []named[text] `key:"table" doc:"Figures by name, for types ints and decimals; expressions read name[text]."`
	Source    text          `key:"source" doc:"Where a list or a table was read: a name under sources."`
	Certainty text          `key:"certainty" words:"S D U" doc:"S, D or U, of a list or a table."`
	Note      text          `key:"note" doc:"What a reader must know about a list or a table."`
}

// datedValue holds from its date until the next one.
type datedValue struct {
	position
	From      date `key:"from,required" doc:"First day of the value."`
	Value     text `key:"value,required" doc:"The value."`
	Source    text `key:"source" doc:"Where it was read: a name under sources."`
	Certainty text `key:"certainty" words:"S D U" doc:"S stated by the source, D derived by arithmetic, U uncertain."`
	Note      text `key:"note" doc:"What a reader must know about it."`
}

func (d *datedValue) at(pos position) { d.position = pos }

// value is a named expression over a household or over a home.
type value struct {
	Type  text `key:"type,required" doc:"Type of the result: bool, int, decimal, string, strings or date."`
	Expr  text `key:"expr,required" doc:"CEL expression."`
	Title text `key:"title" doc:"What it is."`
}

// rule holds or gives a reason.
type rule struct {
	position
	Code      text   `key:"code,required" doc:"Stable code of the reason."`
	From      date   `key:"from" doc:"First day of the rule."`
	Until     date   `key:"until" doc:"Last day of the rule."`
	Require   text   `key:"require,required" doc:"CEL that must be true."`
	Reason    phrase `key:"reason,required" doc:"Sentence when it is not, with {CEL} in braces for the figures."`
	Proposes  text   `key:"proposes" words:"removal review" doc:"What a person is asked to decide when it no longer holds for one who waits: removal (default) or review."`
	Source    text   `key:"source" doc:"Where it was read."`
	Certainty text   `key:"certainty" words:"S D U" doc:"S, D or U."`
	Note      text   `key:"note" doc:"What a reader must know about it."`
}

func (r *rule) at(pos position) { r.position = pos }

// needRule says what a household needs and whom it competes with.
type needRule struct {
	Standard text `key:"standard" doc:"One of the standards of eile need."`
	Expr     text `key:"expr" doc:"CEL of type int, instead of a standard."`
	Class    text `key:"class" doc:"CEL of type string: the group of homes that the household competes for."`
}

// term is one step of the legal order.
type term struct {
	position
	By        text   `key:"by,required" words:"registered_at register_number value band draw" doc:"registered_at, register_number, value, band or draw."`
	Expr      text   `key:"expr" doc:"CEL whose value orders, for value and band."`
	Direction text   `key:"direction" words:"ascending descending" doc:"ascending (default) or descending, for value."`
	Bands     []text `key:"bands" doc:"Bands from the first served to the last, for band."`
	Note      text   `key:"note" doc:"What a reader must know about it."`
}

func (t *term) at(pos position) { t.position = pos }

// outOfTurn is standing before the ordinary order by a granted ground.
type outOfTurn struct {
	Claims    text       `key:"claims" doc:"The string attribute in which an applicant claims grounds."`
	Grounds   []ground   `key:"grounds,required" doc:"The grounds, which have no effect until a decision grants them."`
	Transfers []text     `key:"transfers" doc:"Reasons of a transfer that stand with the granted grounds, since a decision caused them."`
	Order     []term     `key:"order" doc:"Order among those granted; default: the ordinary order."`
	Alternate *alternate `key:"alternate" doc:"How homes alternate between the two; without it the granted come first."`
	Note      text       `key:"note" doc:"What a reader must know about it."`
}

// ground is one reason to stand before the ordinary order.
type ground struct {
	position
	Code    text   `key:"code,required" doc:"Stable code."`
	Title   phrase `key:"title,required" doc:"What it is, for people."`
	From    date   `key:"from" doc:"First day on which it counts."`
	Until   date   `key:"until" doc:"Last day on which it counts."`
	Require text   `key:"require" doc:"CEL that must hold for the claim to be put to a person, such as the time to apply."`
	Reason  phrase `key:"reason" doc:"Sentence when it does not hold."`
	Source  text   `key:"source" doc:"Where it was read."`
	Note    text   `key:"note" doc:"What a reader must know about it."`
}

func (g *ground) at(pos position) { g.position = pos }

// alternate shares homes in turn.
type alternate struct {
	OutOfTurn number `key:"out_of_turn,required" doc:"Homes in a row for those granted."`
	Ordinary  number `key:"ordinary,required" doc:"Homes in a row for the ordinary list."`
}

// reserve is a group that homes may be kept for.
type reserve struct {
	position
	Code   text   `key:"code,required" doc:"Stable code, the earmark of a home."`
	Title  phrase `key:"title,required" doc:"What it is, for people."`
	Who    text   `key:"who,required" doc:"CEL: who belongs to the group."`
	Strict text   `key:"strict" words:"hard released soft" doc:"hard (default): only the group; released: others once the group is served; soft: the group first."`
	Share  *share `key:"share" doc:"In choice mode, for a soft reserve: of so many lettings, so many go first to the group; what it is short of is carried from night to night."`
}

// share of the lettings that goes first to a group.
type share struct {
	Lettings number `key:"lettings,required" doc:"How many of the lettings."`
	Of       number `key:"of,required" doc:"Out of how many."`
}

func (r *reserve) at(pos position) { r.position = pos }

// districts say what an applicant's districts mean.
type districts struct {
	Use   text   `key:"use" words:"limit rank" doc:"limit (default): only these; rank: these first, others are still suitable."`
	Known []text `key:"known" doc:"The districts there are; without it any name is taken."`
}

// offers say what follows an offer.
type offers struct {
	Days     number          `key:"days_to_answer,required" doc:"Days to answer, from the day the offer was served."`
	Reasons  []refusalReason `key:"refusal_reasons,required" doc:"Reasons that a refusal may give; location is one."`
	Allowed  number          `key:"refusals_allowed,required" doc:"Counted refusals that keep the place; one more has the consequence of after."`
	After    text            `key:"after,required" words:"hold nothing" doc:"hold: the application is held with a proposed removal; nothing: refusals have no consequence."`
	LastStep text            `key:"last_step,required" words:"acceptance order contract keys" doc:"Step of the letting that houses: acceptance, order, contract or keys."`
	Note     text            `key:"note" doc:"What a reader must know about it."`
}

// refusalReason is a reason to refuse.
type refusalReason struct {
	Code      text   `key:"code,required" doc:"Stable code."`
	Title     phrase `key:"title,required" doc:"What it is, for people."`
	Justified flag   `key:"justified" doc:"true: proposed as justified to the officer who assesses it."`
}

// leases say what the end of a lease leads to.
type leases struct {
	TransferMonths number `key:"transfer_months" doc:"Months before the last day of a lease at which the household that lives there is put up for a transfer; default: 3."`
}

// duty falls due every year.
type duty struct {
	position
	Code     text   `key:"code,required" doc:"Stable code."`
	Title    phrase `key:"title,required" doc:"What must be done, for people."`
	Due      text   `key:"due,required" doc:"Last day, as MM-DD."`
	Extended text   `key:"extended" doc:"Last day where an important reason was accepted, as MM-DD."`
	Settles  text   `key:"settles" doc:"The int attribute that holds the year it was last done for."`
	Source   text   `key:"source" doc:"Where it was read."`
}

func (d *duty) at(pos position) { d.position = pos }
