package policy

// examples are cases with their outcomes; Check runs them.
type examples struct {
	Households  []householdExample   `key:"households" doc:"A household on a date and what the policy says of it."`
	Units       []unitExample        `key:"units" doc:"A home and its condition."`
	Suitability []suitabilityExample `key:"suitability" doc:"Whether a home suits a household, both named above."`
}

// householdExample is one household on one date.
type householdExample struct {
	position
	Name        text               `key:"name,required" doc:"Unique name."`
	On          date               `key:"on,required" doc:"Date of the rules."`
	Registered  text               `key:"registered_at" doc:"As in applications.csv."`
	Number      text               `key:"register_number" doc:"As in applications.csv."`
	List        text               `key:"list" doc:"List; default: the policy's."`
	Members     text               `key:"members" doc:"MEMBERS: relation/sex/birth-date, separated by ;"`
	Districts   []text             `key:"districts" doc:"Districts, most wanted first."`
	Attributes  []named[text]      `key:"attributes" doc:"Facts of the application."`
	MemberFacts []named[factSheet] `key:"member_attributes" doc:"Facts of members, by their number from 1."`
	Transfer    text               `key:"transfer" doc:"Reason of the transfer, where a sitting tenant applies."`
	Grounds     []grantedGround    `key:"grounds" doc:"Grounds that a decision granted."`
	Eligibility text               `key:"eligibility" words:"YES NO UNDETERMINED" doc:"YES, NO or UNDETERMINED."`
	Reasons     *[]text            `key:"reasons" doc:"All reason codes, in order."`
	Detail      text               `key:"detail" doc:"English text of the first reason."`
	DetailLt    text               `key:"detail_lt" doc:"Lithuanian text of the first reason."`
	Missing     *[]text            `key:"missing" doc:"All missing facts, in order."`
	Need        number             `key:"need" doc:"What the household needs."`
	Class       text               `key:"need_class" doc:"Whom it competes with."`
	Groups      *[]text            `key:"groups" doc:"Reserves it belongs to."`
	OutOfTurn   *flag              `key:"out_of_turn" doc:"Whether it stands before the ordinary order."`
	NextDue     date               `key:"next_due" doc:"Next date on which the answer can change by itself."`
	Before      []text             `key:"before" doc:"Examples that it stands before in the legal order."`
}

func (e *householdExample) at(pos position) { e.position = pos }

// factSheet is facts by name.
type factSheet []named[text]

// grantedGround is a ground with its decision taken.
type grantedGround struct {
	Code  text `key:"code,required" doc:"Code of the ground."`
	From  date `key:"from,required" doc:"First day of effect."`
	Until date `key:"until" doc:"Last day of effect."`
}

// unitExample is one home on one date.
type unitExample struct {
	position
	Name        text                `key:"name,required" doc:"Unique name."`
	On          date                `key:"on,required" doc:"Date of the rules."`
	Facts       []named[text]       `key:"unit" doc:"Columns of units.csv with their values."`
	Inspections []inspectionExample `key:"inspections" doc:"Inspections, in any order."`
	State       text                `key:"state" words:"FIT FLAGGED UNASSESSED" doc:"FIT, FLAGGED or UNASSESSED."`
	Reasons     *[]text             `key:"reasons" doc:"All reason codes, in order."`
	Detail      text                `key:"detail" doc:"English text of the first reason."`
	Missing     *[]text             `key:"missing" doc:"All missing facts, in order."`
}

func (e *unitExample) at(pos position) { e.position = pos }

// inspectionExample is one inspection of a home.
type inspectionExample struct {
	On         date          `key:"inspected_on,required" doc:"Day of the inspection."`
	Score      number        `key:"score" doc:"Score from 0 to 100."`
	Hazards    []text        `key:"hazards" doc:"Codes of hazards found."`
	Attributes []named[text] `key:"attributes" doc:"Facts of the inspection."`
}

// suitabilityExample joins a household and a home.
type suitabilityExample struct {
	position
	Household text    `key:"household,required" doc:"Name of a household above; its date is taken."`
	Unit      text    `key:"unit,required" doc:"Name of a home above."`
	Suitable  flag    `key:"suitable,required" doc:"Whether the home may be offered."`
	Reasons   *[]text `key:"reasons" doc:"All reason codes, in order."`
	Detail    text    `key:"detail" doc:"English text of the first reason."`
}

func (e *suitabilityExample) at(pos position) { e.position = pos }
