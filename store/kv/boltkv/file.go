package boltkv

import (
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"os"

	"go.etcd.io/bbolt"

	"github.com/eile-housing/eile/store/kv"
)

// The file has two buckets. "data" holds the items; its bbolt sequence is the
// revision, so that it lies in a page that every commit writes anyway. "meta"
// holds the format of this file, which is not the schema of what lies in it.
var (
	metaBucket = []byte("meta")
	dataBucket = []byte("data")
	formatKey  = []byte("format")
)

const format = "eile/kv/1"

// Layout of a bbolt meta page: a page header, then the fields of which the
// first 56 bytes are covered by the checksum that follows them.
const (
	pageHeaderSize = 16
	metaSummed     = 56
	metaSize       = metaSummed + 8
	boltMagic      = 0xED0CDAED
	pageCountAt    = 40 // number of pages in use, from the start of the fields
)

// checkMeta verifies what bbolt lets pass. It opens a file of which one meta
// page is damaged with the other one, which is the commit before: right after a
// torn write, but here the newest acknowledged commit may be the one that is
// lost, and disks do not tear the 80 bytes that matter. And it opens a file that
// is shorter than its pages, to fault on the first one missing.
func checkMeta(file *os.File, pageSize int) error {
	info, err := file.Stat()
	if err != nil {
		return err
	}
	for page := range 2 {
		var meta [metaSize]byte
		_, err = file.ReadAt(meta[:], int64(page*pageSize)+pageHeaderSize)
		if err != nil {
			return fmt.Errorf("%w: read meta page %d: %w", kv.ErrCorrupt, page, err)
		}
		sum := fnv.New64a()
		_, _ = sum.Write(meta[:metaSummed])
		if binary.NativeEndian.Uint32(meta[:]) != boltMagic || binary.NativeEndian.Uint64(meta[metaSummed:]) != sum.Sum64() {
			return fmt.Errorf("%w: meta page %d is damaged, the last commit may be lost; restore a backup", kv.ErrCorrupt, page)
		}
		pages := binary.NativeEndian.Uint64(meta[pageCountAt:])
		if pages > uint64(info.Size())/uint64(pageSize) {
			return fmt.Errorf("%w: %d bytes where %d pages of %d are in use, the file was cut; restore a backup",
				kv.ErrCorrupt, info.Size(), pages, pageSize)
		}
	}
	return nil
}

// checkFormat refuses a bbolt file that is not ours and makes a new one ours.
func checkFormat(db *bbolt.DB) (created bool, err error) {
	err = db.View(func(tx *bbolt.Tx) error {
		meta, data := tx.Bucket(metaBucket), tx.Bucket(dataBucket)
		if meta == nil && data == nil {
			first, _ := tx.Cursor().First()
			if first != nil {
				return fmt.Errorf("%w: a bbolt file of another program, with a bucket %q", kv.ErrFormat, first)
			}
			created = true
			return nil
		}
		if meta == nil || data == nil {
			return fmt.Errorf("%w: one of its buckets %q and %q is missing", kv.ErrFormat, metaBucket, dataBucket)
		}
		if found := meta.Get(formatKey); string(found) != format {
			return fmt.Errorf("%w: it is %q, this program knows %q; use the program that wrote it", kv.ErrFormat, found, format)
		}
		return nil
	})
	if err != nil || !created {
		return created, err
	}
	return true, db.Update(func(tx *bbolt.Tx) error {
		_, err := tx.CreateBucket(dataBucket)
		if err != nil {
			return err
		}
		meta, err := tx.CreateBucket(metaBucket)
		if err != nil {
			return err
		}
		return meta.Put(formatKey, []byte(format))
	})
}
