package boltkv

import (
	"context"
	"encoding/binary"
	"fmt"
	"runtime/debug"
	"slices"

	"go.etcd.io/bbolt"

	"github.com/eile-housing/eile/store/kv"
)

// checkPages verifies that each page in use is laid out as bbolt writes it: a
// header, a table of elements of 16 bytes, and right behind it, in order and
// without gaps, the key and value of each element. bbolt has no checksum of a
// page; a changed count, for one, would hide records without a trace.
func (db *DB) checkPages(ctx context.Context, tx *bbolt.Tx, report func(error) bool) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	size := int64(db.bolt.Info().PageSize)
	var content []byte
	for id := int64(0); id < tx.Size()/size; id++ {
		if ctx.Err() != nil {
			report(ctx.Err())
			return
		}
		kind, more, err := db.pageKind(tx, id)
		if id+more >= tx.Size()/size {
			more, err = 0, fmt.Errorf("%w: page %d claims %d more", kv.ErrCorrupt, id, more)
		}
		if err == nil && kind != "" {
			content = slices.Grow(content[:0], int((1+more)*size))[:(1+more)*size]
			_, err = db.file.ReadAt(content, id*size)
		}
		if err == nil && kind != "" && !intact(kind, content) {
			err = fmt.Errorf("%w: %s page %d is not as it was written", kv.ErrCorrupt, kind, id)
		}
		if err != nil && !report(db.explain("check", err)) {
			return
		}
		id += more
	}
}

// pageKind returns "leaf", "branch" or, for a page without elements, nothing;
// and the number of further pages that continue it.
func (db *DB) pageKind(tx *bbolt.Tx, id int64) (kind string, more int64, err error) {
	defer db.guard("check", &err)
	info, err := tx.Page(int(id))
	if err != nil || info == nil || info.Type != "leaf" && info.Type != "branch" {
		return "", 0, err
	}
	return info.Type, int64(info.OverflowCount), nil
}

func intact(kind string, page []byte) bool {
	const elementSize = 16
	count := int(binary.NativeEndian.Uint16(page[10:]))
	elements := page[pageHeaderSize:]
	if len(elements) < count*elementSize {
		return false
	}
	if count == 0 && [elementSize]byte(elements) != [elementSize]byte{} {
		return false // it had elements
	}
	end := count * elementSize
	for i := range count {
		element := elements[i*elementSize:]
		var offset, length int
		if kind == "leaf" { // flags, offset, key size, value size
			offset = int(binary.NativeEndian.Uint32(element[4:]))
			length = int(binary.NativeEndian.Uint32(element[8:])) + int(binary.NativeEndian.Uint32(element[12:]))
		} else { // offset, key size, child
			offset = int(binary.NativeEndian.Uint32(element))
			length = int(binary.NativeEndian.Uint32(element[4:]))
		}
		if i*elementSize+offset != end || end+length > len(elements) {
			return false
		}
		end += length
	}
	return true
}
