package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/eile-housing/eile/internal/build"
)

func newVersion(s *session) *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "Show which eile this is", Args: exactly("version"),
		RunE: s.offline(func([]string) error {
			info := build.Read()
			if !s.out.ForPeople() {
				const columns = "version commit go built"
				return s.out.Rows(info, columns, [][]string{{info.Version, info.Commit, info.Go, info.Built}})
			}
			return s.out.Write(func(w io.Writer) error {
				_, err := fmt.Fprintln(w, info.Line("eile"))
				return err
			})
		}),
	}
}
