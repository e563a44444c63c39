package main

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/eile-housing/eile/client/render"
	"github.com/eile-housing/eile/policy"
	"github.com/eile-housing/eile/policy/example"
	"github.com/eile-housing/eile/policy/source"
)

// checked is a policy that passed.
type checked struct {
	File    string `json:"file"`
	Name    string `json:"name"`
	Version string `json:"version"`
	SHA256  string `json:"sha256"`
}

func newPolicyCheck(s *session) *cobra.Command {
	return &cobra.Command{
		Use: "check FILE...", Short: "Type-check policies and run the examples inside; no server",
		Long: `Parses and type-checks policies and runs the examples inside. A FILE may be the name of a shipped policy. Each fault and each
example that fails is a line FILE:LINE:COLUMN: on standard error; exit 1 if there is any.`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return fmt.Errorf("%s takes FILE...; see %s --help", cmd.CommandPath(), cmd.CommandPath())
			}
			return nil
		},
		RunE: s.offline(func(files []string) error {
			var good []checked
			for _, file := range files {
				p, err := loadPolicy(file)
				if err == nil {
					err = example.Check(p)
				}
				if err != nil {
					s.report(err)
					continue
				}
				good = append(good, checked{file, p.Name, p.Version, p.SHA256})
			}
			if len(good) < len(files) {
				return errReported
			}
			return printChecked(&s.out, good)
		}),
	}
}

// loadPolicy loads a file or a shipped policy. The error joins every fault of the text.
func loadPolicy(word string) (*policy.Policy, error) {
	source, err := policySource(word)
	if err != nil {
		return nil, err
	}
	if source != "" {
		return policy.Load(word, []byte(source))
	}
	shipped, ok := policy.ShippedSource(word)
	if !ok {
		return nil, fmt.Errorf("open %s: %w, and no policy of that name is shipped: there are %s", word, os.ErrNotExist, strings.Join(policy.Shipped(), ", "))
	}
	return policy.Load(word, shipped)
}

// report writes every fault of a policy in a line of its own, which begins with the file.
func (s *session) report(err error) {
	var many interface{ Unwrap() []error }
	if errors.As(err, &many) {
		for _, one := range many.Unwrap() {
			s.report(one)
		}
		return
	}
	if _, ok := errors.AsType[*source.Fault](err); !ok {
		s.say(err)
		return
	}
	fmt.Fprintln(s.stderr, render.Printable(err.Error()))
}

func printChecked(out *render.Printer, good []checked) error {
	var rows [][]string
	for _, c := range good {
		rows = append(rows, []string{c.File, c.Name, c.Version, c.SHA256})
	}
	return out.Rows(map[string][]checked{"policies": good}, "file name version sha256", rows)
}
