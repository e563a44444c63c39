package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// The notes in which cobra keeps how flags go together. It names only the first of them to others;
// where it should rename one, its own words are said in place of ours.
const (
	noteRequired  = cobra.BashCompOneRequiredFlag
	noteOneOf     = "cobra_annotation_one_required"
	noteExclusive = "cobra_annotation_mutually_exclusive"
	noteTogether  = "cobra_annotation_required_if_others_set"
)

// flagsFit refuses flags that are missing or do not go together, in words for who typed them.
func flagsFit(cmd *cobra.Command) error {
	path := cmd.CommandPath()
	var missing []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if len(f.Annotations[noteRequired]) > 0 && !f.Changed {
			missing = append(missing, "--"+f.Name)
		}
	})
	if len(missing) > 0 {
		return fmt.Errorf("%s needs %s; see %s --help", path, strings.Join(missing, " and "), path)
	}
	for _, note := range []string{noteOneOf, noteExclusive, noteTogether} {
		for _, flags := range groupsOf(cmd, note) {
			given := changedOf(cmd, flags)
			switch {
			case note == noteOneOf && given == 0:
				return fmt.Errorf("%s needs %s; see %s --help", path, strings.Join(flags, " or "), path)
			case note == noteExclusive && given > 1:
				return fmt.Errorf("%s takes %s, not both; see %s --help", path, strings.Join(flags, " or "), path)
			case note == noteTogether && given > 0 && given < len(flags):
				return fmt.Errorf("%s takes %s together; see %s --help", path, strings.Join(flags, " and "), path)
			}
		}
	}
	return nil
}

// groupsOf are the flags of a command that a note binds together, with their dashes.
func groupsOf(cmd *cobra.Command, note string) (groups [][]string) {
	var seen []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		for _, names := range f.Annotations[note] {
			if slices.Contains(seen, names) {
				continue
			}
			seen = append(seen, names)
			var flags []string
			for name := range strings.FieldsSeq(names) {
				flags = append(flags, "--"+name)
			}
			groups = append(groups, flags)
		}
	})
	return groups
}

func changedOf(cmd *cobra.Command, flags []string) (given int) {
	for _, flag := range flags {
		if cmd.Flags().Changed(strings.TrimPrefix(flag, "--")) {
			given++
		}
	}
	return given
}
