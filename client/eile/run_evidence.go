package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/eile-housing/eile/client"
)

func newRunEvidence(s *session) *cobra.Command {
	var dir string
	const use = "evidence RUN"
	cmd := &cobra.Command{
		Use: use, Short: "Write the instance and the outcome of a run as files, for auditors", Args: exactly(use),
		RunE: s.online(func(ctx context.Context, c *client.Client, args []string) error {
			files, err := writeEvidence(ctx, c, args[0], dir)
			if err != nil {
				return err
			}
			return printFiles(&s.out, files)
		}),
	}
	cmd.Flags().StringVar(&dir, "dir", "", "`DIR` to write to; made where it is not there")
	_ = cmd.MarkFlagRequired("dir")
	return cmd
}

// writeEvidence writes every file of a run into a directory. None takes its name before all are
// complete.
func writeEvidence(ctx context.Context, c *client.Client, run, dir string) ([]written, error) {
	err := os.MkdirAll(dir, 0o700)
	if err != nil {
		return nil, err
	}
	var files []*file
	defer func() {
		for _, f := range files {
			f.drop()
		}
	}()
	err = c.Evidence(ctx, run, func(name string) (io.Writer, error) {
		if name != filepath.Base(name) || !filepath.IsLocal(name) {
			return nil, fmt.Errorf("the server names a file %q, which is no plain name", name)
		}
		f, err := newFile(filepath.Join(dir, name))
		if err != nil {
			return nil, err
		}
		files = append(files, f)
		return f, nil
	})
	if err != nil {
		return nil, err
	}
	return keepAll(files)
}
