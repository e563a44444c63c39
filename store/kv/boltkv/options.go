package boltkv

import (
	"math"
	"os"
	"runtime"
	"time"

	"go.etcd.io/bbolt"
)

// Options of Open. The zero value is right for a server.
type Options struct {
	// LockTimeout is how long Open waits for another process to give the file
	// up before it returns kv.ErrInUse. Default 500 ms.
	LockTimeout time.Duration

	// MmapBytes is how much address space, not memory, is reserved for the
	// file. Up to this size a commit never waits for a long View or a Backup to
	// end. Default 8 GiB; 1 GiB on a 32-bit machine, nothing on Windows.
	MmapBytes int

	// NoSync leaves the syncing to the operating system: a crash of the machine
	// may then lose acknowledged commits or the whole file. For filling a store
	// in a test or benchmark.
	NoSync bool
}

const (
	defaultLockTimeout = 500 * time.Millisecond
	defaultMmapBytes   = min(8<<30, math.MaxInt/2+1)
)

// bolt translates the options; opened receives the file as soon as bbolt has
// opened it, since a bbolt.Open that panics gives nothing back.
func (o Options) bolt(opened **os.File) *bbolt.Options {
	if o.LockTimeout <= 0 {
		o.LockTimeout = defaultLockTimeout
	}
	if o.MmapBytes <= 0 && runtime.GOOS != "windows" { // there the file itself would get that size
		o.MmapBytes = defaultMmapBytes
	}
	return &bbolt.Options{
		Timeout:         o.LockTimeout,
		InitialMmapSize: o.MmapBytes,
		NoSync:          o.NoSync,
		NoGrowSync:      o.NoSync,
		FreelistType:    bbolt.FreelistMapType,
		NoStatistics:    true,
		OpenFile: func(name string, flag int, mode os.FileMode) (*os.File, error) {
			file, err := os.OpenFile(name, flag, mode)
			if err == nil {
				*opened = file
			}
			return file, err
		},
	}
}
