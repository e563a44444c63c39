package main

import (
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/eile-housing/eile/allocation"
	"github.com/eile-housing/eile/allocation/verify"
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
			return s.write(func(w io.Writer) error {
				_, err := w.Write(outcome)
				return err
			})
		}),
	}
}

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
				fmt.Fprintln(s.stderr, printable(violation))
			}
			err = s.printValue(verdict{Verified: len(violations) == 0, Violations: append([]string{}, violations...)})
			if err != nil || len(violations) == 0 {
				return err
			}
			return errReported
		}),
	}
}
