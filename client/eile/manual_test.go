package main

import (
	"io"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"github.com/eile-housing/eile/client/render"
	"github.com/eile-housing/eile/internal/manual"
)

func newTestRoot(t *testing.T) *cobra.Command {
	t.Helper()
	t.Setenv("EILE_SERVER", "")
	t.Setenv("EILE_LANG", "")
	return newRoot(&session{out: render.Printer{To: io.Discard}, stderr: io.Discard})
}

func TestManuals(t *testing.T) {
	manual.Write(t, newTestRoot(t))
}

// Each longer text is of a command, and is what its manual says.
func TestTextsAreOfCommands(t *testing.T) {
	root := newTestRoot(t)
	texts := aboutCommands()
	if len(texts) < 7 {
		t.Errorf("%d texts are embedded", len(texts))
	}
	for name, text := range texts {
		cmd, rest, err := root.Find(strings.Fields(name))
		if err != nil || len(rest) > 0 || cmd.Long != text || text == "" {
			t.Errorf("%q: %v, rest %v, %q", name, err, rest, cmd.CommandPath())
		}
	}
}

func TestExamplesCanBeTyped(t *testing.T) {
	manual.CheckExamples(t, func() *cobra.Command { return newTestRoot(t) })
	for line := range strings.Lines(examples) {
		if cmd, _, err := newTestRoot(t).Find(strings.Fields(line)[1:]); err != nil || cmd.HasSubCommands() {
			t.Errorf("%s: %v", line, err)
		}
	}
}
