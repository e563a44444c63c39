package evidence

import (
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"io"

	"golang.org/x/sync/errgroup"
	"google.golang.org/protobuf/proto"

	"github.com/eile-housing/eile/allocation"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/night/market"
)

// Kept is what a run records of its evidence.
type Kept struct {
	InstanceSHA256, OutcomeSHA256 string
	MaxSize                       int // homes that any assignment could fill
}

// Keep writes the files of a run and answers their hashes. The outcome is hashed
// as it would be written, while the instance is kept.
func Keep(change Change, run string, found *market.Result) (Kept, error) {
	return digests(found, func(instance io.Writer) error {
		for number, r := range found.Rounds {
			err := keepFile(change, run, instanceFile(number), func(w io.Writer) error {
				_, err := r.Instance.WriteTo(io.MultiWriter(instance, w))
				return err
			})
			if err == nil {
				err = keepRecord(change, run, roundFile(number), r.Record())
			}
			if err != nil {
				return err
			}
		}
		return keepMatches(change, run, found)
	})
}

// Foretell returns the hashes that Keep would. Of the files it writes only whom
// the run matches with what: the others nobody could ask for of a dry run.
func Foretell(change Change, run string, found *market.Result) (Kept, error) {
	return digests(found, func(instance io.Writer) error {
		for _, r := range found.Rounds {
			if _, err := r.Instance.WriteTo(instance); err != nil {
				return err
			}
		}
		return keepMatches(change, run, found)
	})
}

// digests hashes the outcomes while keep writes the instances, also to the hash
// that it is given.
func digests(found *market.Result, keep func(instance io.Writer) error) (Kept, error) {
	kept, instance := Kept{}, sha256.New()
	var group errgroup.Group
	group.Go(func() (err error) {
		kept.OutcomeSHA256, kept.MaxSize, err = certify(found)
		return err
	})
	group.Go(func() error { return keep(instance) })
	err := group.Wait()
	kept.InstanceSHA256 = digest(instance)
	return kept, err
}

func keepMatches(change Change, run string, found *market.Result) error {
	return keepRecord(change, run, matchesFile, &eilev1.RunMatches{Matches: found.Matches})
}

func keepRecord(change Change, run, file string, record proto.Message) error {
	bytes, err := proto.MarshalOptions{Deterministic: true}.Marshal(record)
	if err != nil {
		return err
	}
	return keepFile(change, run, file, func(w io.Writer) error {
		_, err := w.Write(bytes)
		return err
	})
}

// certify returns the hash of the outcomes, which are not kept, and what they say
// in sum.
func certify(found *market.Result) (sha string, maxSize int, err error) {
	sum := sha256.New()
	for _, r := range found.Rounds {
		outcome := allocation.Certify(r.Instance, r.Seats)
		maxSize += outcome.MaxSize
		if _, err := outcome.WriteTo(sum); err != nil {
			return "", 0, err
		}
	}
	return digest(sum), maxSize, nil
}

func digest(sum hash.Hash) string { return hex.EncodeToString(sum.Sum(nil)) }
