package main

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"google.golang.org/protobuf/proto"

	"github.com/eile-housing/eile/client"
	"github.com/eile-housing/eile/client/flag"
	"github.com/eile-housing/eile/client/render"
	"github.com/eile-housing/eile/policy/source"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

var policyView = render.View{
	Table: "name version in_force_from:from in_force_until:until active title",
	CSV:   "name version title in_force_from in_force_until active activated_at activated_by seed policy.sha256:sha256",
}

// activatedView tells a rehearsal's effect beside what every policy shows.
var activatedView = render.View{
	CSV: policyView.CSV + " effect.applications:evaluated effect.gained:gain_a_place effect.lost:lose_it effect.up:move_up effect.down:move_down",
}

func newPolicy(s *session) *cobra.Command {
	return group("policy", "Activate, list and get policies; check and try them without a server",
		newPolicyActivate(s),
		newPolicyList(s),
		s.look("get NAME", "Show one policy; its text is in the JSON", policyView,
			func(ctx context.Context, c *client.Client, args []string) (proto.Message, error) {
				return c.Policies.GetPolicy(ctx, &eilev1.GetPolicyRequest{Name: args[0]})
			}),
		newPolicyCheck(s),
		newPolicyTry(s),
		newPolicySchema(s),
	)
}

func newPolicyList(s *session) *cobra.Command {
	req := &eilev1.ListPoliciesRequest{}
	cmd := listCommand(s, "list", "List the policies that were activated, newest first, or the shipped ones", policyView, req,
		func(c *client.Client) client.List[*eilev1.ListPoliciesRequest, *eilev1.ListPoliciesResponse] {
			return c.Policies.ListPolicies
		}, (*eilev1.ListPoliciesResponse).GetPolicies)
	cmd.Flags().BoolVar(&req.Shipped, "shipped", false, "list the policies that come with eile")
	cmd.Flags().StringVar(&req.Name, "name", "", "only the versions of the policy `NAME`")
	flag.OrderVar(cmd.Flags(), &req.OrderBy, "activated_at desc", "name")
	return cmd
}

func newPolicyActivate(s *session) *cobra.Command {
	req := &eilev1.ActivatePolicyRequest{}
	cmd := s.ask("activate FILE", "Put a policy in force; FILE may be the name of a shipped one", activatedView,
		func(ctx context.Context, c *client.Client, args []string) (proto.Message, error) {
			var err error
			req.Source, err = policySource(args[0])
			if err != nil {
				return nil, err
			}
			if req.GetSource() == "" {
				req.Name = args[0]
			}
			bar := s.newBar("ordering the list by the policy")
			defer bar.end()
			return watch(bar, func() (*eilev1.Policy, error) { return c.Policies.ActivatePolicy(ctx, req) })
		})
	cmd.Flags().StringVar(&req.Seed, "seed", "", "`SEED` of the draw, to be published; drawn unless given")
	cmd.Flags().BoolVar(&req.DryRun, "dry-run", false, "say what would be, and change nothing")
	return cmd
}

// policySource is the text of a policy file; it is empty where the word is the name of a shipped
// policy. A file that is there is meant; a word that looks like no file and is none is a name.
func policySource(word string) (string, error) {
	text, err := os.ReadFile(word)
	looksLikeFile := strings.ContainsRune(word, filepath.Separator) || filepath.Ext(word) == ".yaml" || filepath.Ext(word) == ".yml"
	if errors.Is(err, fs.ErrNotExist) && !looksLikeFile {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	if len(text) == 0 {
		return "", errors.New(word + ": the file is empty")
	}
	return string(text), nil
}

func newPolicySchema(s *session) *cobra.Command {
	return &cobra.Command{
		Use: "schema", Short: "Print the JSON Schema of a policy file, for editors; no server", Args: cobra.NoArgs,
		RunE: s.offline(func([]string) error {
			return s.out.Write(func(w io.Writer) error {
				_, err := w.Write(append(source.JSONSchema(), '\n'))
				return err
			})
		}),
	}
}
