package main

import (
	"github.com/spf13/pflag"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// personFlagNames are the flags by which the applicant's personal data is given, named as the columns of the file.
var personFlagNames = []string{
	"given-name", "family-name", "personal-code", "email", "phone", "address", "language", "channel", "representative",
}

func personFlags(flags *pflag.FlagSet, person *eilev1.Person) {
	flags.StringVar(&person.GivenName, "given-name", "", "`NAME` of the applicant")
	flags.StringVar(&person.FamilyName, "family-name", "", "`NAME` of the applicant's family")
	flags.StringVar(&person.PersonalCode, "personal-code", "", "`NUMBER` in the register of residents")
	flags.StringVar(&person.Email, "email", "", "e-mail `ADDRESS`")
	flags.StringVar(&person.Phone, "phone", "", "phone `NUMBER`")
	flags.StringVar(&person.Address, "address", "", "`ADDRESS` for post")
	flags.StringVar(&person.Language, "language", "", "`LANGUAGE` of letters, such as lt or en")
	enumVar(flags, &person.Channel, "channel", "`CHANNEL` by which to reach the applicant")
	flags.StringVar(&person.Representative, "representative", "", "`WHO` may act for the applicant, and on what ground")
}

// anyChanged tells whether one of the flags was given.
func anyChanged(flags *pflag.FlagSet, names ...string) bool {
	for _, name := range names {
		if flags.Changed(name) {
			return true
		}
	}
	return false
}
