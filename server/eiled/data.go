package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"

	"github.com/eile-housing/eile/store"
	"github.com/eile-housing/eile/store/audit"
	"github.com/eile-housing/eile/store/kv/boltkv"
)

const (
	registerFile = "register.db"
	keyFile      = "server.key"
	historyDir   = "history"
	keyBytes     = 32
)

// data is an open data directory.
type data struct {
	db       *boltkv.DB
	register *store.Register
	key      []byte
}

// openData opens a data directory and makes what is not there yet.
func openData(ctx context.Context, dir string) (*data, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("data directory: %w", err)
	}
	opened, err := openRegister(ctx, dir)
	if err != nil {
		return nil, err
	}
	opened.key, err = readKey(filepath.Join(dir, keyFile))
	if err == nil {
		err = opened.register.History().KeepIn(filepath.Join(dir, historyDir))
	}
	if err != nil {
		return nil, errors.Join(err, opened.db.Close())
	}
	return opened, nil
}

// openRegister opens the register of a data directory, without the key.
func openRegister(ctx context.Context, dir string) (*data, error) {
	db, err := boltkv.Open(filepath.Join(dir, registerFile), boltkv.Options{})
	if err != nil {
		return nil, err
	}
	register, err := store.Open(ctx, db, randomBytes(audit.SaltBytes))
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	// The start-up scan touched every placement; what it left is let go, so that
	// the service is as large as what it keeps.
	debug.FreeOSMemory()
	if err := db.Relax(); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return &data{db: db, register: register}, nil
}

// readKey reads the key from which access codes and pseudonyms are derived; the
// first time it is drawn. Losing it ends every access code.
func readKey(path string) ([]byte, error) {
	key, err := os.ReadFile(path)
	if err == nil {
		if len(key) != keyBytes {
			return nil, fmt.Errorf("server key %s: it has %d bytes, not %d: restore it from a backup", path, len(key), keyBytes)
		}
		return key, nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("server key: %w", err)
	}
	key = randomBytes(keyBytes)
	if err := writeWhole(path, key); err != nil {
		return nil, fmt.Errorf("server key: %w", err)
	}
	return key, nil
}

func randomBytes(n int) []byte {
	random := make([]byte, n)
	_, _ = rand.Read(random) // never fails, see crypto/rand
	return random
}

// writeWhole writes a private file so that it is there whole or not at all.
func writeWhole(path string, content []byte) error {
	file, err := os.CreateTemp(filepath.Dir(path), ".new-*")
	if err != nil {
		return err
	}
	_, err = file.Write(content)
	err = errors.Join(err, file.Chmod(0o600), file.Sync(), file.Close())
	if err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(file.Name()))
	}
	return nil
}
