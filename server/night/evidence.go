package night

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"hash"
	"io"
	"slices"

	"google.golang.org/protobuf/proto"

	"github.com/eile-housing/eile/allocation"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store"
)

// Evidence sends the files that auditors get, piece by piece: the instance as it
// was kept, and the outcome, made again from it and the seats. It fails when they
// are not what the run recorded.
func (n *Night) Evidence(ctx context.Context, id string, send func(file string, piece []byte) error) error {
	run, err := n.matchedRun(ctx, id)
	if err != nil {
		return err
	}
	instances, outcomes := sha256.New(), sha256.New()
	for number := range int(run.GetRounds()) {
		var instance bytes.Buffer
		to := io.MultiWriter(&instance, sender{instanceFile(number), send}, instances)
		if _, err := io.Copy(to, n.openFile(ctx, id, instanceFile(number))); err != nil {
			return fmt.Errorf("evidence of run %s: %w", id, err)
		}
		played, err := n.readRound(ctx, id, number, instance.Bytes())
		if err != nil {
			return err
		}
		outcome := allocation.Certify(played.instance, played.seats)
		if _, err := outcome.WriteTo(io.MultiWriter(sender{outcomeFile(number), send}, outcomes)); err != nil {
			return err
		}
	}
	for _, file := range []struct {
		name, recorded string
		sum            hash.Hash
	}{{"instance", run.GetInstanceSha256(), instances}, {"outcome", run.GetOutcomeSha256(), outcomes}} {
		if found := digest(file.sum); found != file.recorded {
			return fmt.Errorf("evidence of run %s: the %s has the hash %s, the run recorded %s", id, file.name, found, file.recorded)
		}
	}
	return nil
}

// sender sends what is written as pieces of one file.
type sender struct {
	file string
	send func(file string, piece []byte) error
}

func (s sender) Write(piece []byte) (int, error) { return len(piece), s.send(s.file, piece) }

// matchedRun reads a run that has evidence.
func (n *Night) matchedRun(ctx context.Context, id string) (*eilev1.Run, error) {
	run, err := n.get(ctx, id)
	if err == nil && run.GetMatchedAt() == nil {
		err = fmt.Errorf("evidence of run %s: %w: the run has not matched", id, store.ErrNotFound)
	}
	return run, err
}

// playedRound is one round of a run, read back.
type playedRound struct {
	kept     *eilev1.RunRound
	instance allocation.Instance
	seats    []seat
}

// readRound joins a round's instance, as it was written, with its record.
func (n *Night) readRound(ctx context.Context, id string, number int, instance []byte) (*playedRound, error) {
	file, err := n.readFile(ctx, id, roundFile(number))
	if err != nil {
		return nil, fmt.Errorf("evidence of run %s: %w", id, err)
	}
	r := &playedRound{kept: new(eilev1.RunRound)}
	if err := proto.Unmarshal(file, r.kept); err != nil {
		return nil, fmt.Errorf("evidence of run %s: %w", id, err)
	}
	if r.instance, err = allocation.ParseInstance(instance); err != nil {
		return nil, fmt.Errorf("evidence of run %s: %w", id, err)
	}
	for _, s := range r.kept.GetSeats() {
		r.seats = append(r.seats, seat{Household: s.GetHousehold(), Class: s.GetClass(), Slot: s.GetSlot()})
	}
	if !r.fits() {
		return nil, fmt.Errorf("evidence of run %s: the instance of round %d and its record do not belong together", id, number+1)
	}
	return r, nil
}

// fits tells whether the record speaks of what the instance has.
func (r *playedRound) fits() bool {
	households, classes, patterns := len(r.instance.Households), len(r.instance.Classes), len(r.kept.GetPatterns())
	if households != len(r.kept.GetRead()) || households != len(r.kept.GetPattern()) || classes != len(r.kept.GetClasses()) {
		return false
	}
	return !slices.ContainsFunc(r.kept.GetPattern(), func(p int32) bool { return p < 0 || int(p) >= patterns }) &&
		!slices.ContainsFunc(r.seats, func(s seat) bool {
			return s.Household < 0 || int(s.Household) >= households || s.Class < 0 || int(s.Class) >= classes ||
				s.Slot < 0 || int(s.Slot) >= len(r.instance.Classes[s.Class].Slots)
		})
}
