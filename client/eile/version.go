package main

import (
	"fmt"
	"io"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

func newVersion(s *session) *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "Show which eile this is", Args: exactly("version"),
		RunE: s.offline(func([]string) error {
			return s.out.Write(func(w io.Writer) error {
				_, err := fmt.Fprintf(w, "eile %s %s %s/%s\n", version(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
				return err
			})
		}),
	}
}

// version is the one that the Go command put into the program.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" {
		return "(devel)"
	}
	return info.Main.Version
}
