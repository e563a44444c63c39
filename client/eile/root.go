package main

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/eile-housing/eile/client/flag"
	"github.com/eile-housing/eile/internal/build"
)

// defaultServer is the address where none is given.
const defaultServer = "127.0.0.1:7400"

// The groups under which help names the commands.
const (
	groupList    = "list"
	groupHomes   = "homes"
	groupNight   = "night"
	groupRules   = "rules"
	groupService = "service"
)

func newRoot(s *session) *cobra.Command {
	// Help names commands in the order of their use, not of the alphabet.
	cobra.EnableCommandSorting = false
	root := &cobra.Command{
		Use:   "eile",
		Short: "Keep a social-housing waiting list and let homes by it",
		Long:  "eile keeps a social-housing waiting list, matches households to vacant homes every night, and shows why.",
		Args:  noSuchCommand,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
		// Errors are printed once, in one line, by session.status.
		SilenceErrors: true, SilenceUsage: true,
		Version: build.Read().Line("eile"),
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error {
			if err := languageOfEnvironment(cmd); err != nil {
				return err
			}
			return flagsFit(cmd)
		},
	}
	root.Flags().BoolP("version", "v", false, "show which eile this is")
	root.SetVersionTemplate("{{.Version}}\n")
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return fmt.Errorf("%w; see %s --help", err, cmd.CommandPath())
	})
	root.SetGlobalNormalizationFunc(dashes)
	root.SetUsageTemplate(usageTemplate)
	addGlobalFlags(s, root.PersistentFlags())
	root.AddGroup(
		&cobra.Group{ID: groupList, Title: "The list:"},
		&cobra.Group{ID: groupHomes, Title: "Homes:"},
		&cobra.Group{ID: groupNight, Title: "The night and what follows:"},
		&cobra.Group{ID: groupRules, Title: "Rules and proofs:"},
		&cobra.Group{ID: groupService, Title: "The service and this program:"},
	)
	addTo(root, groupList, newApplication(s), newPosition(s), newQueue(s), newImport(s), newDecision(s), newDuplicate(s))
	addTo(root, groupHomes, newUnit(s), newFlag(s), newDecommission(s), newProgramme(s), newLease(s), newRent(s))
	addTo(root, groupNight, newRun(s), newOffer(s), newTenancy(s))
	addTo(root, groupRules, newPolicy(s), newNeed(s), newSolve(s), newVerify(s), newConvert(s))
	addTo(root, groupService, newStats(s), newAudit(s), newBackup(s), newVersion(s))
	root.AddCommand(newTopics()...)
	root.SetHelpCommand(newHelp())
	root.SetCompletionCommandGroupID(groupService)
	completeValues(s, root)
	addExamples(root)
	addAbout(root)
	return root
}

func addGlobalFlags(s *session, flags *pflag.FlagSet) {
	flags.StringVar(&s.server.Address, "server", defaultServer, "`ADDRESS` of the server, host:port; also EILE_SERVER")
	if address := os.Getenv("EILE_SERVER"); address != "" {
		s.server.Address = address
	}
	flag.FormatVar(flags, &s.out.Format, "output", "o", "`FORMAT` of the answer")
	flags.BoolVar(&s.out.NoHeaders, "no-headers", false, "leave out the names of the columns, in tables and in CSV")
	flag.LanguageVar(flags, &s.server.Language, "lang", "`LANGUAGE` of what is told, also EILE_LANG")
	flag.RequestIDVar(flags, &s.server.RequestID, "request-id", "`UUID` that makes a change safe to repeat; a new one unless given")
	flags.StringVar(&s.server.As, "as", "", "`NAME` of the caller, where the server runs with --dev")
	flags.StringVar(&s.server.CA, "tls-ca", "", "PEM `FILE` of the authority that signed the server's certificate")
	flags.StringVar(&s.server.Cert, "tls-cert", "", "PEM `FILE` of the caller's certificate")
	flags.StringVar(&s.server.Key, "tls-key", "", "PEM `FILE` of the certificate's key")
}

// languageOfEnvironment takes the language that EILE_LANG names where no flag does.
func languageOfEnvironment(cmd *cobra.Command) error {
	given := os.Getenv("EILE_LANG")
	if given == "" || cmd.Flags().Changed("lang") {
		return nil
	}
	if err := cmd.Flags().Set("lang", given); err != nil {
		return fmt.Errorf("EILE_LANG %q: %w", given, errors.Unwrap(err))
	}
	return nil
}

func addTo(root *cobra.Command, group string, commands ...*cobra.Command) {
	for _, command := range commands {
		command.GroupID = group
		root.AddCommand(command)
	}
}

// group makes a command that only holds others.
func group(use, short string, commands ...*cobra.Command) *cobra.Command {
	var names []string
	for _, command := range commands {
		names = append(names, command.Name())
	}
	cmd := &cobra.Command{
		Use: use, Short: short, Args: noSuchCommand,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return badUsage("%s needs one of %s; see %s --help", cmd.CommandPath(), strings.Join(names, ", "), cmd.CommandPath())
		},
	}
	cmd.AddCommand(commands...)
	return cmd
}

// newHelp is the help command of cobra, but a command that is not there is bad usage.
func newHelp() *cobra.Command {
	return &cobra.Command{
		Use: "help [COMMAND]", Short: "Show what a command does and takes", GroupID: groupService,
		RunE: func(cmd *cobra.Command, args []string) error {
			about, rest, err := cmd.Root().Find(args)
			if err == nil && len(rest) > 0 {
				err = noSuchCommand(about, rest)
			}
			if err != nil {
				return err
			}
			about.InitDefaultHelpFlag()
			return about.Help()
		},
	}
}

// noSuchCommand refuses the words that follow a command which only holds others.
func noSuchCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	hint := ""
	cmd.SuggestionsMinimumDistance = 2
	if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
		hint = fmt.Sprintf(", perhaps %s", strings.Join(near, " or "))
	}
	return fmt.Errorf("%s has no command %q%s; see %s --help", cmd.CommandPath(), args[0], hint, cmd.CommandPath())
}

// exactly demands one argument for each word in capitals of a use line, such as "refuse OFFER".
func exactly(use string) cobra.PositionalArgs {
	names := strings.Fields(use)[1:]
	return func(cmd *cobra.Command, args []string) error {
		if len(args) == len(names) {
			return nil
		}
		wanted := "no argument"
		if len(names) > 0 {
			wanted = strings.Join(names, " ")
		}
		return fmt.Errorf("%s takes %s, not %d arguments; see %s --help", cmd.CommandPath(), wanted, len(args), cmd.CommandPath())
	}
}

// atLeastOne demands one argument or more.
func atLeastOne(name string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			return fmt.Errorf("%s takes at least one %s; see %s --help", cmd.CommandPath(), name, cmd.CommandPath())
		}
		return nil
	}
}

// referenceOr takes the reference from the argument, or else from the flag; both must not differ.
func referenceOr(given *string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		switch {
		case len(args) > 1:
			return fmt.Errorf("%s takes one REFERENCE, not %d; see %s --help", cmd.CommandPath(), len(args), cmd.CommandPath())
		case len(args) == 1 && *given != "" && *given != args[0]:
			return fmt.Errorf("%s: two references, %s and %s: give one", cmd.CommandPath(), args[0], *given)
		case len(args) == 1:
			*given = args[0]
		case *given == "":
			return fmt.Errorf("%s needs a reference; see %s --help", cmd.CommandPath(), cmd.CommandPath())
		}
		return nil
	}
}

// dashes lets a flag be written as the column of a file is: --registered_at is --registered-at.
func dashes(_ *pflag.FlagSet, name string) pflag.NormalizedName {
	return pflag.NormalizedName(strings.ReplaceAll(name, "_", "-"))
}

const usageTemplate = `Usage:
  {{if .HasAvailableSubCommands}}{{.CommandPath}} COMMAND{{else}}{{.UseLine}}{{end}}
{{- $all := .Commands}}
{{- range $group := .Groups}}

{{.Title}}
{{- range $all}}{{if and (eq .GroupID $group.ID) .IsAvailableCommand}}
  {{rpad .Name .NamePadding}} {{.Short}}{{end}}{{end}}
{{- end}}
{{- if and .HasAvailableSubCommands (not .Groups)}}

Commands:
{{- range $all}}{{if .IsAvailableCommand}}
  {{rpad .Name .NamePadding}} {{.Short}}{{end}}{{end}}
{{- end}}
{{- if .HasHelpSubCommands}}

Topics, by eile help TOPIC:
{{- range $all}}{{if .IsAdditionalHelpTopicCommand}}
  {{rpad .Name .NamePadding}} {{.Short}}{{end}}{{end}}
{{- end}}
{{- if .HasExample}}

Examples:
{{.Example}}
{{- end}}
{{- if .HasAvailableLocalFlags}}

Flags:
{{.LocalFlags.FlagUsages | trimTrailingWhitespaces}}
{{- end}}
{{- if .HasAvailableInheritedFlags}}

Global flags:
{{.InheritedFlags.FlagUsages | trimTrailingWhitespaces}}
{{- end}}
`
