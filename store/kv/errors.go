package kv

import "errors"

// What a closure did wrong. The transaction is lost, the store is well.
var (
	// ErrTooManyOps: more than MaxOps distinct keys read or written.
	ErrTooManyOps = errors.New("too many keys in one transaction")

	// ErrTxTooLarge: more than MaxTxBytes.
	ErrTxTooLarge = errors.New("transaction too large")

	// ErrBadKey: an empty key, or one over MaxKeyBytes.
	ErrBadKey = errors.New("key not allowed")

	// ErrEnded: a Reader or Tx used after its closure returned.
	ErrEnded = errors.New("transaction has ended")
)

// What can be wrong with the store itself. Drivers wrap them with the path and
// the cause.
var (
	// ErrClosed: the DB was closed.
	ErrClosed = errors.New("store is closed")

	// ErrInUse: another process, or another DB of this one, has it open.
	ErrInUse = errors.New("store is in use by another process")

	// ErrCorrupt: the bytes are not what was written.
	ErrCorrupt = errors.New("store is corrupt")

	// ErrFormat: a sound file, but not of this program or of another version.
	ErrFormat = errors.New("store has a format that this program does not know")

	// ErrNoSpace: the disk, a quota or a file size limit is full. The
	// transaction is not in the store; a later one may succeed.
	ErrNoSpace = errors.New("no space left for the store")

	// ErrReadOnly: the file, its directory or the disk cannot be written.
	ErrReadOnly = errors.New("store cannot be written")

	// ErrUncertain: a commit failed so late that only reopening tells whether
	// it is there. The store refuses all work until then.
	ErrUncertain = errors.New("store must be reopened after a failed commit")
)
