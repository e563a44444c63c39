package history

import (
	"crypto/sha256"
	"fmt"
	"time"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store/history/layer"
	"github.com/eile-housing/eile/store/kv"
	"github.com/eile-housing/eile/store/layout"
)

// Every change of the history has an entry of the audit, at the moment at which it
// took effect, and moments ascend in the order of commits: a snapshot that has an
// entry of a moment has everything that took effect up to it, for ever.

// last is the moment of the last entry up to a moment, and its bytes; zero: there
// is none. The seam reads forwards only, so the time is halved.
func last(reader kv.Reader, until time.Time) (at time.Time, entry kv.Item, err error) {
	if until.Before(time.UnixMicro(0)) {
		return at, entry, nil
	}
	low, high := int64(0), until.UnixMicro()+1 // an entry at or after low, if any; none after high that counts
	end := layout.AppendMicro([]byte(layout.Audit), high)
	for low+1 < high {
		middle := low + (high-low)/2
		later, err := layout.Holds(reader, layout.AppendMicro([]byte(layout.Audit), middle), end)
		if err != nil {
			return at, entry, err
		}
		if later {
			low = middle
		} else {
			high = middle
		}
	}
	for item, err := range reader.Scan(layout.AppendMicro([]byte(layout.Audit), max(0, low)), end) {
		if err != nil {
			return at, entry, err
		}
		entry = item
	}
	if entry.Key != nil {
		at, _ = layout.TimeOf(layout.Audit, entry.Key)
	}
	return at, entry, nil
}

// momentOf is the moment of the last entry up to a revision; zero: there is none.
func momentOf(reader kv.Reader, revision kv.Revision) (at time.Time, err error) {
	low, high := int64(0), int64(1)<<62 // the first entry at or after low counts, if any; none at or after high
	end := kv.PrefixEnd([]byte(layout.Audit))
	for low+1 < high {
		middle := low + (high-low)/2
		counts := false
		for item, err := range reader.Scan(layout.AppendMicro([]byte(layout.Audit), middle), end) {
			if err != nil {
				return at, err
			}
			counts = layout.EntryRevision(item) <= uint64(revision)
			break
		}
		if counts {
			low = middle
		} else {
			high = middle
		}
	}
	return layer.Moment(low), nil
}

// sealOf tells the history up to a moment from that of another register, or of the
// same one that took another course after a backup was restored.
func sealOf(reader kv.Reader, until time.Time) (seal [32]byte, err error) {
	_, entry, err := last(reader, until)
	if err != nil {
		return seal, err
	}
	state, _, err := reader.Get([]byte(layout.Register))
	if err != nil {
		return seal, err
	}
	register, err := layout.Decode[eilev1.Register]("register", state)
	if err != nil {
		return seal, err
	}
	sum := sha256.New()
	sum.Write(entry.Key)
	sum.Write([]byte{0})
	sum.Write(entry.Value)
	_, err = fmt.Fprint(sum, register.GetSchema())
	return [32]byte(sum.Sum(nil)), err
}
