// Package manual writes the manuals of a program from its commands: pages of Markdown, which are
// committed, and pages for man, which are made where they are installed.
//
// It promises the same bytes for the same commands. It imports cobra's writers of both and the
// standard library.
package manual

import (
	"cmp"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
)

// Write writes the pages of a program into the folders that EILE_DOCS and EILE_MAN name, as make
// docs does; without them into a folder of the test, which shows that every command has its page.
func Write(t *testing.T, root *cobra.Command) {
	t.Helper()
	root.DisableAutoGenTag = true
	pages, man := cmp.Or(os.Getenv("EILE_DOCS"), t.TempDir()), cmp.Or(os.Getenv("EILE_MAN"), t.TempDir())
	for _, dir := range []string{pages, man} {
		if err := os.MkdirAll(dir, 0o750); err != nil { //nolint:gosec // who runs it names the folder
			t.Fatal(err)
		}
	}
	if err := doc.GenMarkdownTree(root, pages); err != nil {
		t.Fatal(err)
	}
	// A page has no date: it is as old as the program.
	header := &doc.GenManHeader{Section: "1", Source: root.Name(), Manual: root.Name(), Date: &time.Time{}}
	if err := doc.GenManTree(root, header, man); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(pages, root.Name()+".md")); err != nil { //nolint:gosec // who runs it names the folder
		t.Error(err)
	}
}
