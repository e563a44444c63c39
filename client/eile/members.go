package main

import (
	"time"

	"github.com/spf13/pflag"

	"github.com/eile-housing/eile/policy/day"
	"github.com/eile-housing/eile/policy/table"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// membersVar adds the flag that gives a household; an empty one is no household.
func membersVar(flags *pflag.FlagSet, to **eilev1.Household) {
	flags.Var(&value{kind: "members", read: func(text string) error {
		*to = nil
		if text == "" {
			return nil
		}
		members, err := parseMembers(text, day.Of(time.Now(), time.Local))
		if err != nil {
			return err
		}
		*to = &eilev1.Household{Members: members}
		return nil
	}}, "members", "household, `MEMBERS`: relation/sex/birth-date parted by semicolons, the applicant first")
}

// parseMembers reads MEMBERS; nobody is born after the given day.
func parseMembers(text string, today day.Day) ([]*eilev1.Member, error) {
	return table.ParseMembers(text, today)
}
