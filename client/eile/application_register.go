package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"google.golang.org/protobuf/proto"

	"github.com/eile-housing/eile/client"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// applicationFlags are the facts of an application, named as the columns of the file.
type applicationFlags struct {
	flags       *pflag.FlagSet
	application *eilev1.Application
	person      *eilev1.Person
	attributes  attributes
}

func addApplicationFlags(flags *pflag.FlagSet) *applicationFlags {
	f := &applicationFlags{flags: flags, application: &eilev1.Application{}, person: &eilev1.Person{}}
	registeredVar(flags, &f.application.RegisteredAt, "registered-at", "`TIME` of registration, or a date alone; now unless given")
	flags.StringVar(&f.application.RegisterNumber, "register-number", "", "`NUMBER` in the old register")
	flags.StringVar(&f.application.List, "list", "", "list of the policy, `NAME`; its default unless given")
	membersVar(flags, &f.application.Household)
	flags.Var(&value{kind: "list", read: func(text string) error {
		f.application.Districts = semicolons(text)
		return nil
	}}, "districts", "`DISTRICTS` parted by semicolons, most wanted first; none is anywhere")
	f.attributes = attributesVar(flags)
	personFlags(flags, f.person)
	return f
}

func newApplicationRegister(s *session) *cobra.Command {
	var reference string
	var f *applicationFlags
	cmd := s.ask("register", "Put an application into the register; prints the access code, once", registeredView,
		func(ctx context.Context, c *client.Client, _ []string) (proto.Message, error) {
			req := &eilev1.RegisterApplicationRequest{Application: f.application}
			req.Application.Reference = reference
			req.Application.Attributes = f.attributes.facts()
			if anyChanged(f.flags, personFlagNames...) {
				req.Person = f.person
			}
			return c.Applications.RegisterApplication(ctx, req)
		})
	cmd.Use = "register [REFERENCE]"
	cmd.Args = referenceOr(&reference)
	cmd.Flags().StringVar(&reference, "reference", "", "`REFERENCE`, unique: 1 to 64 of A-Z a-z 0-9 . _ -")
	f = addApplicationFlags(cmd.Flags())
	transferFlags(cmd, &f.application.Transfer)
	return cmd
}

// transferFlags adds what says that a sitting tenant applies; both go together.
func transferFlags(cmd *cobra.Command, to **eilev1.Transfer) {
	transfer := &eilev1.Transfer{}
	keep := func(field *string) func(string) error {
		return func(text string) error {
			*field, *to = text, transfer
			return nil
		}
	}
	cmd.Flags().Var(&value{kind: "reference", read: keep(&transfer.Unit)}, "transfer-unit", "`UNIT` that a sitting tenant lives in and frees")
	cmd.Flags().Var(&value{kind: "name", read: keep(&transfer.Reason)}, "transfer-reason",
		"`REASON` of a sitting tenant: HOME_GIVEN_UP ADAPTED_HOME BETTER_CONDITIONS LEASE_ENDING")
	cmd.MarkFlagsRequiredTogether("transfer-unit", "transfer-reason")
}

// referenceOr takes the reference from the argument, or else from the flag; both must not differ.
func referenceOr(flag *string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		switch {
		case len(args) > 1:
			return fmt.Errorf("%s takes one REFERENCE, not %d; see %s --help", cmd.CommandPath(), len(args), cmd.CommandPath())
		case len(args) == 1 && *flag != "" && *flag != args[0]:
			return fmt.Errorf("%s: two references, %s and %s: give one", cmd.CommandPath(), args[0], *flag)
		case len(args) == 1:
			*flag = args[0]
		case *flag == "":
			return fmt.Errorf("%s needs a reference; see %s --help", cmd.CommandPath(), cmd.CommandPath())
		}
		return nil
	}
}
