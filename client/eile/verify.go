package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/eile-housing/eile/allocation/verify"
	"github.com/eile-housing/eile/client/render"
)

// verdict is what verify prints.
type verdict struct {
	Verified   bool     `json:"verified"`
	Violations []string `json:"violations"`
}

func newVerify(s *session) *cobra.Command {
	const use = "verify INSTANCE OUTCOME"
	return &cobra.Command{
		Use: use, Short: "Check an outcome against its instance without the engine; no server", Args: exactly(use),
		Long: `Checks a written outcome against its instance without the code of the engine: only the outcome that the mode prescribes
passes. Exit 1 and a line for each violation on standard error, 2 for a file that cannot be read.`,
		RunE: s.offline(func(args []string) error {
			instance, err := os.ReadFile(args[0])
			if err != nil {
				return usageError{err}
			}
			outcome, err := os.ReadFile(args[1])
			if err != nil {
				return usageError{err}
			}
			violations, err := verify.Check(instance, outcome)
			if err != nil {
				return usageError{err}
			}
			for _, violation := range violations {
				fmt.Fprintln(s.stderr, render.Printable(violation))
			}
			err = s.out.Answer(verdict{Verified: len(violations) == 0, Violations: append([]string{}, violations...)})
			if err != nil || len(violations) == 0 {
				return err
			}
			return errReported
		}),
	}
}
