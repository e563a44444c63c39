package evidence

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
	"github.com/eile-housing/eile/policy/words"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	told "github.com/eile-housing/eile/server/words"
	"github.com/eile-housing/eile/store"
)

// Send sends the files that auditors get, piece by piece: the instance as it was
// kept, and the outcome, made again from it and the seats. It fails when they are
// not what the run recorded.
func Send(ctx context.Context, register *store.Register, id string, send func(file string, piece []byte) error) error {
	run, err := Run(ctx, register, id)
	if err != nil {
		return err
	}
	instances, outcomes := sha256.New(), sha256.New()
	for number := range int(run.GetRounds()) {
		var instance bytes.Buffer
		to := io.MultiWriter(&instance, sender{instanceFile(number), send}, instances)
		if _, err := io.Copy(to, openFile(ctx, register, id, instanceFile(number))); err != nil {
			return fmt.Errorf("evidence of run %s: %w", id, err)
		}
		round, err := readRound(ctx, register, id, number, instance.Bytes())
		if err != nil {
			return err
		}
		outcome := allocation.Certify(round.Instance, round.Seats)
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

// Run reads a run that has evidence: [store.ErrNotFound] before it has matched.
func Run(ctx context.Context, register *store.Register, id string) (*eilev1.Run, error) {
	run, err := stored(ctx, register, id)
	if err == nil && run.GetMatchedAt() == nil {
		err = told.Missing{What: words.Say("what.evidence", words.Text("run", id)), Why: words.Reason("NOT_FOUND.not_matched")}
	}
	return run, err
}

func stored(ctx context.Context, register *store.Register, id string) (*eilev1.Run, error) {
	var run *eilev1.Run
	err := register.View(ctx, func(v *store.View) (err error) {
		run, err = store.Runs.Get(v, id)
		return err
	})
	return run, err
}

// Round is one round of a run, read back.
type Round struct {
	Kept     *eilev1.RunRound
	Instance allocation.Instance
	Seats    []allocation.Seat // in legal order
}

// Rounds reads the rounds of a run that has evidence.
func Rounds(ctx context.Context, register *store.Register, run *eilev1.Run) ([]*Round, error) {
	var rounds []*Round
	for number := range int(run.GetRounds()) {
		instance, err := readFile(ctx, register, run.GetId(), instanceFile(number))
		if err != nil {
			return nil, err
		}
		round, err := readRound(ctx, register, run.GetId(), number, instance)
		if err != nil {
			return nil, err
		}
		rounds = append(rounds, round)
	}
	return rounds, nil
}

// readRound joins a round's instance, as it was written, with its record.
func readRound(ctx context.Context, register *store.Register, id string, number int, instance []byte) (*Round, error) {
	file, err := readFile(ctx, register, id, roundFile(number))
	if err != nil {
		return nil, fmt.Errorf("evidence of run %s: %w", id, err)
	}
	r := &Round{Kept: new(eilev1.RunRound)}
	if err := proto.Unmarshal(file, r.Kept); err != nil {
		return nil, fmt.Errorf("evidence of run %s: %w", id, err)
	}
	if r.Instance, err = allocation.ParseInstance(instance); err != nil {
		return nil, fmt.Errorf("evidence of run %s: %w", id, err)
	}
	for _, s := range r.Kept.GetSeats() {
		r.Seats = append(r.Seats, allocation.Seat{Household: s.GetHousehold(), Class: s.GetClass(), Slot: s.GetSlot()})
	}
	if !r.fits() {
		return nil, fmt.Errorf("evidence of run %s: the instance of round %d and its record do not belong together", id, number+1)
	}
	return r, nil
}

// fits tells whether the record speaks of what the instance has.
func (r *Round) fits() bool {
	households, classes, patterns := len(r.Instance.Households), len(r.Instance.Classes), len(r.Kept.GetPatterns())
	if households != len(r.Kept.GetRead()) || households != len(r.Kept.GetPattern()) || classes != len(r.Kept.GetClasses()) {
		return false
	}
	return !slices.ContainsFunc(r.Kept.GetPattern(), func(p int32) bool { return p < 0 || int(p) >= patterns }) &&
		!slices.ContainsFunc(r.Seats, func(s allocation.Seat) bool {
			return s.Household < 0 || int(s.Household) >= households || s.Class < 0 || int(s.Class) >= classes ||
				s.Slot < 0 || int(s.Slot) >= len(r.Instance.Classes[s.Class].Slots)
		})
}
