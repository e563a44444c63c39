package manual

import (
	"encoding/csv"
	"fmt"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// CheckExamples holds every command that does something to have an example, and every line of it to
// be one that the command takes: its flags are there, with values that they accept, and the
// arguments are as many. Nothing is run. Each line is parsed by a root of its own, since a flag
// keeps what it was given.
func CheckExamples(t *testing.T, newRoot func() *cobra.Command) {
	t.Helper()
	for _, cmd := range commandsBelow(newRoot()) {
		if cmd.Example == "" {
			t.Errorf("%s has no example", cmd.CommandPath())
		}
		for line := range strings.Lines(cmd.Example) {
			if err := parse(newRoot(), strings.TrimSpace(line), cmd.CommandPath()); err != nil {
				t.Errorf("%s\n%s: %v", cmd.CommandPath(), strings.TrimSpace(line), err)
			}
		}
	}
}

// commandsBelow are the commands that do something and hold no others.
func commandsBelow(cmd *cobra.Command) (all []*cobra.Command) {
	if cmd.Runnable() && !cmd.HasSubCommands() {
		return []*cobra.Command{cmd}
	}
	for _, inner := range cmd.Commands() {
		all = append(all, commandsBelow(inner)...)
	}
	return all
}

// parse reads a line as a shell and cobra do; an argument with spaces stands between double quotes.
func parse(root *cobra.Command, line, path string) error {
	words := csv.NewReader(strings.NewReader(line))
	words.Comma = ' '
	args, err := words.Read()
	if err != nil {
		return err
	}
	cmd, rest, err := root.Find(args[1:])
	if err != nil {
		return err
	}
	if err := cmd.ParseFlags(rest); err != nil {
		return err
	}
	if cmd.CommandPath() != path || args[0] != root.Name() {
		return fmt.Errorf("it calls %s", cmd.CommandPath())
	}
	if err := cmd.ValidateRequiredFlags(); err != nil {
		return err
	}
	return cmd.ValidateArgs(cmd.Flags().Args())
}
