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

func TestExamplesCanBeTyped(t *testing.T) {
	manual.CheckExamples(t, func() *cobra.Command { return newTestRoot(t) })
	for line := range strings.Lines(examples) {
		if cmd, _, err := newTestRoot(t).Find(strings.Fields(line)[1:]); err != nil || cmd.HasSubCommands() {
			t.Errorf("%s: %v", line, err)
		}
	}
}
