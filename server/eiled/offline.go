package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/eile-housing/eile/store"
	"github.com/eile-housing/eile/store/audit"
	"github.com/eile-housing/eile/store/check"
	"github.com/eile-housing/eile/store/kv"
	"github.com/eile-housing/eile/store/kv/boltkv"
)

func checkCommand() *cobra.Command {
	var dir string
	command := &cobra.Command{
		Use: "check --data DIR", Short: "verify everything that is derived, and the audit chain", Args: cobra.NoArgs,
		Example: "  eiled check --data /var/lib/eile",
		RunE: func(command *cobra.Command, _ []string) (err error) {
			if dir == "" {
				return usage{errors.New("--data DIR is needed")}
			}
			if _, err := os.Stat(filepath.Join(dir, registerFile)); err != nil {
				return fmt.Errorf("no register: %w", err)
			}
			db, err := boltkv.Open(filepath.Join(dir, registerFile), boltkv.Options{})
			if errors.Is(err, kv.ErrInUse) {
				return fmt.Errorf("%w: stop the service first, or check what eiled restore makes of an eile backup", err)
			}
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, db.Close()) }()
			return examine(command.Context(), db, command.OutOrStdout(), command.ErrOrStderr())
		},
	}
	command.Flags().StringVar(&dir, "data", "", "data directory (required)")
	return command
}

// examine writes down each fault of a register, which it leaves as it is: one of an
// older schema is checked as this program would bring it to its own.
func examine(ctx context.Context, db *boltkv.DB, to, notes io.Writer) error {
	return store.Examine(ctx, db, randomBytes(audit.SaltBytes), func(register *store.Register) error {
		faults := 0
		report := func(fault string) bool {
			faults++
			fmt.Fprintln(to, fault)
			return true
		}
		for fault := range db.Check(ctx) {
			report(fault.Error())
		}
		if err := check.Register(ctx, register, report); err != nil {
			return err
		}
		if faults > 0 {
			return fmt.Errorf("%d faults", faults)
		}
		return register.View(ctx, func(v *store.View) error { return cite(v, notes) })
	})
}

// cite says which chain of the audit was there before the form of entries was fixed:
// a copy of it can be compared by this only.
func cite(v *store.View, to io.Writer) error {
	former, err := v.Former()
	if err == nil && former != nil {
		fmt.Fprintf(to, "audit: %d entries were brought into their present form; the chain before ended with seal %d, SHA-256 %x\n",
			former.GetEntries(), former.GetSeal(), former.GetSha256())
	}
	return err
}

func restoreCommand() *cobra.Command {
	var dir string
	command := &cobra.Command{
		Use: "restore FILE --data DIR", Short: "make a data directory from a backup", Args: cobra.ExactArgs(1),
		Example: "  eiled restore register-2026-12-01.db --data /var/lib/eile",
		RunE: func(command *cobra.Command, args []string) error {
			if dir == "" {
				return usage{errors.New("--data DIR is needed")}
			}
			return restore(command.Context(), args[0], dir, command.ErrOrStderr())
		},
	}
	command.Flags().StringVar(&dir, "data", "", "data directory, which must hold no register (required)")
	return command
}

// restore copies a backup into a directory that holds no register, and reads all
// of it once, so that a broken backup is found now and not in the morning.
func restore(ctx context.Context, file, dir string, notes io.Writer) (err error) {
	target := filepath.Join(dir, registerFile)
	if _, err := os.Stat(target); err == nil {
		return fmt.Errorf("restore: %s exists: choose an empty directory", target)
	}
	from, err := os.Open(file)
	if err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	defer from.Close() //nolint:errcheck // it is only read
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	partial := target + ".partial"
	if err := copyFile(from, partial); err != nil {
		return errors.Join(fmt.Errorf("restore: %w", err), os.Remove(partial))
	}
	if err := readable(ctx, partial); err != nil {
		return errors.Join(fmt.Errorf("restore: %s is no backup: %w", file, err), os.Remove(partial))
	}
	if err := os.Rename(partial, target); err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	if _, err := os.Stat(filepath.Join(dir, keyFile)); err != nil {
		fmt.Fprintf(notes, "restored; copy %s from the old data directory, or the access codes end\n", keyFile)
	}
	return nil
}

// readable tells what is wrong with a copy. An empty file would become a new
// store.
func readable(ctx context.Context, path string) error {
	if info, err := os.Stat(path); err != nil {
		return err
	} else if info.Size() == 0 {
		return errors.New("it is empty")
	}
	db, err := boltkv.Open(path, boltkv.Options{})
	if err != nil {
		return err
	}
	var first error
	for first = range db.Check(ctx) {
		break
	}
	return errors.Join(first, db.Close())
}

func copyFile(from io.Reader, path string) error {
	to, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(to, from)
	return errors.Join(err, to.Sync(), to.Close())
}
