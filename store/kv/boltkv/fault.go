package boltkv

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"syscall"

	berrors "go.etcd.io/bbolt/errors"

	"github.com/eile-housing/eile/store/kv"
)

// guard, deferred, wraps the error of a call into bbolt and makes a panic of it
// an error. bbolt panics on pages that make no sense; under
// debug.SetPanicOnFault, memory that cannot be read is such a panic too. Closures
// and loop bodies of callers must never run below it.
func (db *DB) guard(doing string, err *error) {
	switch p := recover().(type) {
	case nil:
	case runtime.Error:
		// What the runtime says of the page that could not be read speaks of this program, not of
		// the file.
		*err = fmt.Errorf("%w: a page of it cannot be read: the file was cut off or is damaged", kv.ErrCorrupt)
	default:
		*err = fmt.Errorf("%w: %v", kv.ErrCorrupt, p)
	}
	if *err != nil {
		*err = db.explain(doing, *err)
	}
}

// kinds maps what bbolt and the system say to the errors of kv.
var kinds = []struct {
	kind   error
	causes []error
}{
	{kv.ErrClosed, []error{berrors.ErrDatabaseNotOpen}},
	{kv.ErrCorrupt, []error{berrors.ErrInvalid, berrors.ErrChecksum, berrors.ErrVersionMismatch}},
	{kv.ErrNoSpace, []error{syscall.ENOSPC, syscall.EDQUOT, syscall.EFBIG}},
	{kv.ErrReadOnly, []error{syscall.EROFS, syscall.EACCES, syscall.EPERM}},
}

// explain wraps err with what was done, the path and the kind of error. Where
// bbolt passes on the text of a system error only, the text tells.
func (db *DB) explain(doing string, err error) error {
	if errors.Is(err, berrors.ErrTimeout) { // its text says nothing that ErrInUse does not
		return fmt.Errorf("%s store %s: %w", doing, db.path, kv.ErrInUse)
	}
	for _, k := range kinds {
		if errors.Is(err, k.kind) {
			return fmt.Errorf("%s store %s: %w", doing, db.path, err)
		}
		for _, cause := range k.causes {
			var errno syscall.Errno
			if errors.Is(err, cause) || errors.As(cause, &errno) && strings.HasSuffix(err.Error(), ": "+errno.Error()) {
				return fmt.Errorf("%s store %s: %w: %w", doing, db.path, k.kind, err)
			}
		}
	}
	return fmt.Errorf("%s store %s: %w", doing, db.path, err)
}
