package main

import (
	_ "embed"
	"strings"

	"github.com/spf13/cobra"
)

// examples are lines to type, in the order in which help shows them. A test parses each.
//
//go:embed examples.txt
var examples string

// addExamples gives each line of examples to the command that it calls.
func addExamples(root *cobra.Command) {
	for line := range strings.Lines(examples) {
		line = strings.TrimSpace(line)
		cmd, _, err := root.Find(strings.Fields(line)[1:])
		if err != nil {
			continue // the test says which
		}
		if cmd.Example != "" {
			cmd.Example += "\n"
		}
		cmd.Example += "  " + line
	}
}
