package main

import (
	"context"

	"github.com/spf13/cobra"
	"google.golang.org/protobuf/proto"

	"github.com/eile-housing/eile/client"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

func newApplicationHistory(s *session) *cobra.Command {
	const use = "history REFERENCE"
	return &cobra.Command{
		Use: use, Short: "Show what happened to an application, oldest first", Args: exactly(use),
		RunE: s.online(func(ctx context.Context, c *client.Client, args []string) error {
			history, err := c.Applications.ListHistory(ctx, &eilev1.ListHistoryRequest{Reference: args[0]})
			if err != nil {
				return err
			}
			return printList(s, auditView, history.GetEntries(), history)
		}),
	}
}

var codeView = view{csv: "reference access_code"}

func newApplicationCode(s *session) *cobra.Command {
	return s.ask("code REFERENCE", "Make a new access code; the former one ends", codeView,
		func(ctx context.Context, c *client.Client, args []string) (proto.Message, error) {
			return c.Applications.IssueAccessCode(ctx, &eilev1.IssueAccessCodeRequest{Reference: args[0]})
		})
}
