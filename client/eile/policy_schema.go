package main

import (
	"github.com/spf13/cobra"

	"github.com/eile-housing/eile/policy"
)

func newPolicySchema(s *session) *cobra.Command {
	return &cobra.Command{
		Use: "schema", Short: "Print the JSON Schema of a policy file, for editors; no server", Args: cobra.NoArgs,
		RunE: s.offline(func([]string) error {
			_, err := s.stdout.Write(append(policy.JSONSchema(), '\n'))
			return err
		}),
	}
}
