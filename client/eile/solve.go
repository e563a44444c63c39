package main

import (
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/eile-housing/eile/allocation"
)

func newSolve(s *session) *cobra.Command {
	const use = "solve INSTANCE"
	return &cobra.Command{
		Use: use, Short: "Let the engine match a written instance; no server", Args: exactly(use),
		Long: "Reads an instance (eile/instance/v1), matches it and prints the outcome (eile/outcome/v1) as JSON, whatever -o says.",
		RunE: s.offline(func(args []string) error {
			data, err := os.ReadFile(args[0])
			if err != nil {
				return err
			}
			instance, err := allocation.ParseInstance(data)
			if err != nil {
				return fmt.Errorf("%s: %w", args[0], err)
			}
			outcome := allocation.Solve(instance).Marshal()
			return s.out.Write(func(w io.Writer) error {
				_, err := w.Write(outcome)
				return err
			})
		}),
	}
}
