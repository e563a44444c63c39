package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/eile-housing/eile/client"
)

func newBackup(s *session) *cobra.Command {
	const use = "backup FILE"
	return &cobra.Command{
		Use: use, Short: "Write a consistent copy of the register while it serves", Args: exactly(use),
		RunE: s.online(func(ctx context.Context, c *client.Client, args []string) error {
			f, err := newFile(args[0])
			if err != nil {
				return err
			}
			defer f.drop()
			bar := s.newBar("backup")
			defer bar.end()
			_, err = watch(bar, func() (int64, error) { return c.Backup(ctx, f) })
			if err != nil {
				return err
			}
			err = f.keep()
			if err != nil {
				return err
			}
			return printFiles(&s.out, []written{{args[0], f.size}})
		}),
	}
}
