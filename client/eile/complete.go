package main

import (
	"context"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/eile-housing/eile/client"
	"github.com/eile-housing/eile/policy"
	"github.com/eile-housing/eile/policy/need"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// completeTime is how long a shell waits for the server before it offers nothing; completeMost is
// how many names it gets.
const (
	completeTime = time.Second
	completeMost = 200
)

// completer offers what a word may be.
type completer = func(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective)

// completeValues lets a shell complete the values of flags and the arguments of every command
// below: the texts that a flag lists, files by their ending, folders, and the names that the server
// knows.
func completeValues(s *session, cmd *cobra.Command) {
	complete := func(f *pflag.Flag) {
		if found := flagCompleter(s, f); found != nil {
			_ = cmd.RegisterFlagCompletionFunc(f.Name, found)
		}
	}
	cmd.LocalNonPersistentFlags().VisitAll(complete)
	cmd.PersistentFlags().VisitAll(complete)
	if cmd.HasParent() && cmd.ValidArgsFunction == nil && !cmd.HasSubCommands() {
		cmd.ValidArgsFunction = argumentCompleter(s, cmd)
	}
	for _, inner := range cmd.Commands() {
		completeValues(s, inner)
	}
}

// flagCompleter knows a flag by the texts that it lists, or else by the word in capitals that
// stands for its value.
func flagCompleter(s *session, f *pflag.Flag) completer {
	if listed, ok := f.Value.(interface{ Choices() []string }); ok && len(listed.Choices()) > 0 {
		return cobra.FixedCompletions(listed.Choices(), cobra.ShellCompDirectiveNoFileComp)
	}
	word, _ := pflag.UnquoteUsage(f)
	switch {
	case word == "DIR":
		return cobra.FixedCompletions(nil, cobra.ShellCompDirectiveFilterDirs)
	case word == "FILE" && strings.HasPrefix(f.Name, "tls-"):
		return cobra.FixedCompletions([]cobra.Completion{"pem", "crt", "key"}, cobra.ShellCompDirectiveFilterFileExt)
	case word == "FILE":
		return cobra.FixedCompletions([]cobra.Completion{"csv"}, cobra.ShellCompDirectiveFilterFileExt)
	case f.Name == "application", f.Name == "unit", f.Name == "run":
		return names(s, f.Name)
	case f.Name == "list" && word == "NAME":
		return names(s, "list")
	case f.Name == "reason" && word == "CODE":
		return names(s, "refusal")
	default:
		return cobra.NoFileCompletions
	}
}

// argumentCompleter knows an argument by its word in the use line and by the noun that the command
// is about.
func argumentCompleter(s *session, cmd *cobra.Command) completer {
	words := strings.Fields(cmd.Use)[1:]
	noun := cmd.Parent().Name()
	if len(words) == 0 {
		return cobra.NoFileCompletions
	}
	return func(cmd *cobra.Command, args []string, prefix string) ([]cobra.Completion, cobra.ShellCompDirective) {
		word := strings.Trim(words[min(len(args), len(words)-1)], "[].")
		if len(args) >= len(words) && !strings.Contains(words[len(words)-1], "...") {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return argumentOf(s, noun, word)(cmd, args, prefix)
	}
}

func argumentOf(s *session, noun, word string) completer {
	switch {
	case noun == "policy" && (word == "FILE" || word == "POLICY" || word == "NAME"):
		directive := cobra.ShellCompDirectiveDefault
		if word == "NAME" {
			directive = cobra.ShellCompDirectiveNoFileComp
		}
		return cobra.FixedCompletions(policy.Shipped(), directive)
	case word == "STANDARD":
		return cobra.FixedCompletions(need.Standards(), cobra.ShellCompDirectiveNoFileComp)
	case word == "APPLICATIONS", noun == "import", noun == "convert":
		return cobra.FixedCompletions([]cobra.Completion{"csv"}, cobra.ShellCompDirectiveFilterFileExt)
	case word == "INSTANCE", word == "OUTCOME":
		return cobra.FixedCompletions([]cobra.Completion{"json"}, cobra.ShellCompDirectiveFilterFileExt)
	case word == "FILE":
		return cobra.FixedCompletions(nil, cobra.ShellCompDirectiveDefault)
	case word == "REFERENCE" && noun == "unit":
		return names(s, "unit")
	case word == "REFERENCE":
		return names(s, "application")
	case word == "NAME" && noun == "programme":
		return names(s, "programme")
	default:
		return names(s, strings.ToLower(word))
	}
}

// names asks the server for what a thing may be called. Where it does not answer in time nothing is
// offered.
func names(s *session, thing string) completer {
	return func(cmd *cobra.Command, _ []string, prefix string) ([]cobra.Completion, cobra.ShellCompDirective) {
		ctx, cancel := context.WithTimeout(cmd.Context(), completeTime)
		defer cancel()
		c, err := client.Dial(s.server)
		if err != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		defer func() { _ = c.Close() }()
		seen := map[string]bool{}
		var offered []cobra.Completion
		for name := range namesOf(ctx, c, thing) {
			if strings.HasPrefix(name, prefix) && !seen[name] {
				seen[name] = true
				offered = append(offered, name)
			}
			if len(offered) == completeMost {
				break
			}
		}
		return offered, cobra.ShellCompDirectiveNoFileComp
	}
}

// namesOf are the names of all things of a kind; of one that cannot be listed there are none.
func namesOf(ctx context.Context, c *client.Client, thing string) iter.Seq[string] {
	switch thing {
	case "application":
		return each(c.AllApplications(ctx, &eilev1.ListApplicationsRequest{}), (*eilev1.Application).GetReference)
	case "list":
		return slices.Values(listsOf(inForce(ctx, c)))
	case "ground":
		return slices.Values(groundsOf(inForce(ctx, c)))
	case "refusal":
		return slices.Values(refusalsOf(inForce(ctx, c)))
	case "unit":
		return each(c.AllUnits(ctx, &eilev1.ListUnitsRequest{}), (*eilev1.Unit).GetReference)
	case "offer":
		return each(c.AllOffers(ctx, &eilev1.ListOffersRequest{}), (*eilev1.Offer).GetId)
	case "run":
		return each(c.AllRuns(ctx, &eilev1.ListRunsRequest{}), (*eilev1.Run).GetId)
	case "tenancy":
		return each(c.AllTenancies(ctx, &eilev1.ListTenanciesRequest{}), (*eilev1.Tenancy).GetId)
	case "programme":
		return each(c.AllProgrammes(ctx, &eilev1.ListProgrammesRequest{}), (*eilev1.Programme).GetName)
	case "group":
		return each(c.AllDuplicates(ctx, &eilev1.ListDuplicatesRequest{}), (*eilev1.DuplicateGroup).GetId)
	case "subject":
		return each(c.AllDecommissions(ctx, &eilev1.ListDecommissionsRequest{}), (*eilev1.Decommission).GetId)
	default:
		return func(func(string) bool) {}
	}
}

// each takes the name of every item until the first error.
func each[T any](items iter.Seq2[T, error], name func(T) string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for item, err := range items {
			if err != nil || !yield(name(item)) {
				return
			}
		}
	}
}
