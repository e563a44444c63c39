package boltkv

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

// Relax lets go of the memory in which the file's pages are mapped. They stay in
// the cache of the system and are mapped again when they are read. It is for the
// moment after a scan of the whole store: the kernel maps sixteen pages for each
// that is touched, so that the process would seem as large as the file.
func (db *DB) Relax() error {
	path, err := filepath.EvalSymlinks(db.path)
	if err != nil {
		return err
	}
	if path, err = filepath.Abs(path); err != nil {
		return err
	}
	maps, err := os.Open("/proc/self/maps")
	if err != nil {
		return err
	}
	defer maps.Close() //nolint:errcheck // it is only read
	lines := bufio.NewScanner(maps)
	for lines.Scan() {
		fields := strings.Fields(lines.Text())
		if len(fields) < 6 || strings.Join(fields[5:], " ") != path {
			continue
		}
		var start, end uintptr
		if _, err := fmt.Sscanf(fields[0], "%x-%x", &start, &end); err != nil {
			return fmt.Errorf("memory map of %s: %w", path, err)
		}
		if _, _, errno := unix.Syscall(unix.SYS_MADVISE, start, end-start, unix.MADV_DONTNEED); errno != 0 {
			return fmt.Errorf("memory map of %s: %w", path, errno)
		}
	}
	return lines.Err()
}
