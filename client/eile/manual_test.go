package main

import (
	"io"
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
