package source

// Examples are cases with their outcomes; Check runs them.
type Examples struct {
	Households  []HouseholdExample   `key:"households" doc:"A household on a date and what the policy says of it."`
	Units       []UnitExample        `key:"units" doc:"A home and its condition."`
	Suitability []SuitabilityExample `key:"suitability" doc:"Whether a home suits a household, both named above."`
}

// HouseholdExample is one household on one date.
type HouseholdExample struct {
	Position
	Name        Text               `key:"name,required" doc:"Unique name."`
	On          Date               `key:"on,required" doc:"Date of the rules."`
	Registered  Text               `key:"registered_at" doc:"As in applications.csv."`
	Number      Text               `key:"register_number" doc:"As in applications.csv."`
	List        Text               `key:"list" doc:"List; default: the policy's."`
	Members     Text               `key:"members" doc:"MEMBERS: relation/sex/birth-date, separated by ;"`
	Districts   []Text             `key:"districts" doc:"Districts, most wanted first."`
	Attributes  []Named[Text]      `key:"attributes" doc:"Facts of the application."`
	MemberFacts []Named[FactSheet] `key:"member_attributes" doc:"Facts of members, by their number from 1."`
	Transfer    Text               `key:"transfer" doc:"Reason of the transfer, where a sitting tenant applies."`
	Grounds     []GrantedGround    `key:"grounds" doc:"Grounds that a decision granted."`
	Eligibility Text               `key:"eligibility" words:"YES NO UNDETERMINED" doc:"YES, NO or UNDETERMINED."`
	Reasons     *[]Text            `key:"reasons" doc:"All reason codes, in order."`
	Detail      Text               `key:"detail" doc:"English text of the first reason."`
	DetailLt    Text               `key:"detail_lt" doc:"Lithuanian text of the first reason."`
	Missing     *[]Text            `key:"missing" doc:"All missing facts, in order."`
	Need        Number             `key:"need" doc:"What the household needs."`
	Class       Text               `key:"need_class" doc:"Whom it competes with."`
	Groups      *[]Text            `key:"groups" doc:"Reserves it belongs to."`
	OutOfTurn   *Flag              `key:"out_of_turn" doc:"Whether it stands before the ordinary order."`
	NextDue     Date               `key:"next_due" doc:"Next date on which the answer can change by itself."`
	Before      []Text             `key:"before" doc:"Examples that it stands before in the legal order."`
}

func (e *HouseholdExample) at(pos Position) { e.Position = pos }

// FactSheet is facts by name.
type FactSheet []Named[Text]

// GrantedGround is a ground with its decision taken.
type GrantedGround struct {
	Code  Text `key:"code,required" doc:"Code of the ground."`
	From  Date `key:"from,required" doc:"First day of effect."`
	Until Date `key:"until" doc:"Last day of effect."`
}

// UnitExample is one home on one date.
type UnitExample struct {
	Position
	Name        Text                `key:"name,required" doc:"Unique name."`
	On          Date                `key:"on,required" doc:"Date of the rules."`
	Facts       []Named[Text]       `key:"unit" doc:"Columns of units.csv with their values."`
	Inspections []InspectionExample `key:"inspections" doc:"Inspections, in any order."`
	State       Text                `key:"state" words:"FIT FLAGGED UNASSESSED" doc:"FIT, FLAGGED or UNASSESSED."`
	Reasons     *[]Text             `key:"reasons" doc:"All reason codes, in order."`
	Detail      Text                `key:"detail" doc:"English text of the first reason."`
	Missing     *[]Text             `key:"missing" doc:"All missing facts, in order."`
}

func (e *UnitExample) at(pos Position) { e.Position = pos }

// InspectionExample is one inspection of a home.
type InspectionExample struct {
	On         Date          `key:"inspected_on,required" doc:"Day of the inspection."`
	Score      Number        `key:"score" doc:"Score from 0 to 100."`
	Hazards    []Text        `key:"hazards" doc:"Codes of hazards found."`
	Attributes []Named[Text] `key:"attributes" doc:"Facts of the inspection."`
}

// SuitabilityExample joins a household and a home.
type SuitabilityExample struct {
	Position
	Household Text    `key:"household,required" doc:"Name of a household above; its date is taken."`
	Unit      Text    `key:"unit,required" doc:"Name of a home above."`
	Suitable  Flag    `key:"suitable,required" doc:"Whether the home may be offered."`
	Reasons   *[]Text `key:"reasons" doc:"All reason codes, in order."`
	Detail    Text    `key:"detail" doc:"English text of the first reason."`
}

func (e *SuitabilityExample) at(pos Position) { e.Position = pos }
