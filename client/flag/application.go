package flag

import (
	"slices"

	"github.com/spf13/pflag"
	"google.golang.org/protobuf/proto"

	"github.com/eile-housing/eile/policy/day"
	"github.com/eile-housing/eile/policy/table"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// Application is the facts of an application and the personal data of its applicant.
type Application struct {
	flags       *pflag.FlagSet
	application *eilev1.Application
	person      *eilev1.Person
	attributes  Attributes
}

// applicationPaths are the update_mask paths of the flags that amend.
var applicationPaths = map[string]string{
	"members": "household", "districts": "districts", "list": "list", "register-number": "register_number",
	"registered-at": "registered_at",
}

// personFields are the fields of the flags by which the applicant's personal data is given.
var personFields = map[string]string{
	"given-name": "given_name", "family-name": "family_name", "personal-code": "personal_code", "email": "email",
	"phone": "phone", "address": "address", "language": "language", "channel": "channel", "representative": "representative",
}

// NewApplication adds the flags of an application.
func NewApplication(flags *pflag.FlagSet) *Application {
	a := &Application{flags: flags, application: &eilev1.Application{}, person: &eilev1.Person{}}
	registeredVar(flags, &a.application.RegisteredAt, "registered-at",
		"`TIME` of registration, or a date alone; now unless given")
	flags.StringVar(&a.application.RegisterNumber, "register-number", "", "`NUMBER` in the old register")
	flags.StringVar(&a.application.List, "list", "", "list of the policy, `NAME`; its default unless given")
	membersVar(flags, &a.application.Household)
	ListVar(flags, &a.application.Districts, "districts",
		"`DISTRICTS` parted by semicolons, most wanted first; none is anywhere")
	a.attributes = NewAttributes(flags)
	personVar(flags, a.person)
	return a
}

// membersVar adds the flag that gives a household.
func membersVar(flags *pflag.FlagSet, to **eilev1.Household) {
	flags.Var(&value{kind: "members", read: unsettable(to, func(text string) (*eilev1.Household, error) {
		// Which births are still to come is known to the server: it knows what day it is where.
		members, err := table.ParseMembers(text, day.Max)
		return &eilev1.Household{Members: members}, err
	})}, "members", "household, `MEMBERS`: relation/sex/birth-date parted by semicolons, the applicant first")
}

func personVar(flags *pflag.FlagSet, person *eilev1.Person) {
	flags.StringVar(&person.GivenName, "given-name", "", "`NAME` of the applicant")
	flags.StringVar(&person.FamilyName, "family-name", "", "`NAME` of the applicant's family")
	flags.StringVar(&person.PersonalCode, "personal-code", "", "`NUMBER` in the register of residents")
	flags.StringVar(&person.Email, "email", "", "e-mail `ADDRESS`")
	flags.StringVar(&person.Phone, "phone", "", "phone `NUMBER`")
	flags.StringVar(&person.Address, "address", "", "`ADDRESS` for post")
	flags.StringVar(&person.Language, "language", "", "`LANGUAGE` of letters, such as lt or en")
	EnumVar(flags, &person.Channel, "channel", "`CHANNEL` by which to reach the applicant")
	flags.StringVar(&person.Representative, "representative", "", "`WHO` may act for the applicant, and on what ground")
}

// AddTransfer adds the flags which say that a sitting tenant applies; both go together.
func (a *Application) AddTransfer() {
	transfer := &eilev1.Transfer{}
	keep := func(field *string) func(string) error {
		return func(text string) error {
			*field, a.application.Transfer = text, transfer
			return nil
		}
	}
	a.flags.Var(&value{kind: "reference", read: keep(&transfer.Unit)}, "transfer-unit",
		"`UNIT` that a sitting tenant lives in and frees")
	a.flags.Var(&value{kind: "name", read: keep(&transfer.Reason)}, "transfer-reason",
		"`REASON` of a sitting tenant: HOME_GIVEN_UP ADAPTED_HOME BETTER_CONDITIONS LEASE_ENDING")
}

// Given is the application under a reference, without personal data.
func (a *Application) Given(reference string) *eilev1.Application {
	a.application.Reference, a.application.Attributes = reference, a.attributes.Facts()
	return a.application
}

// PersonGiven tells whether any personal data was.
func (a *Application) PersonGiven() bool { return len(changed(a.flags, personFields)) > 0 }

// PersonOver is the personal data on record, nil where there is none, with what was given in its
// place.
func (a *Application) PersonOver(recorded *eilev1.Person) *eilev1.Person {
	person := &eilev1.Person{}
	proto.Merge(person, recorded)
	lay(changed(a.flags, personFields), a.person, person)
	return person
}

// Paths of the facts that were given, in order: the server answers faults in the same order every
// time.
func (a *Application) Paths() []string {
	paths := append(a.attributes.paths(), changed(a.flags, applicationPaths)...)
	if a.PersonGiven() {
		paths = append(paths, "person")
	}
	slices.Sort(paths)
	return paths
}
