package client

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/proto/spell"
)

// Between two questions about a run: a short night is answered at once, a long one is not asked
// about for ever.
const (
	firstPoll = 20 * time.Millisecond
	lastPoll  = 200 * time.Millisecond
)

// WaitRun asks for a run until it moves no more without a person: it is matched and waits for
// approval, or it is committed, a dry run, failed or cancelled. Each answer, the given one first,
// goes to seen, which may be nil.
func (c *Client) WaitRun(ctx context.Context, run *eilev1.Run, seen func(*eilev1.Run)) (*eilev1.Run, error) {
	pause := firstPoll
	for {
		if seen != nil {
			seen(run)
		}
		if !Moving(run) {
			return run, nil
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("run %s is %s and goes on: %w", run.GetId(), spell.Name(run.GetState()), context.Cause(ctx))
		case <-time.After(pause):
		}
		pause = min(2*pause, lastPoll)
		next, err := c.Runs.GetRun(ctx, &eilev1.GetRunRequest{Id: run.GetId()})
		if err != nil {
			return nil, fmt.Errorf("run %s: %w", run.GetId(), err)
		}
		run = next
	}
}

// RunMatches returns whom a run matched with what, and which of these matches could not become
// offers. Of a dry run they stand in its answer already.
func (c *Client) RunMatches(ctx context.Context, run *eilev1.Run) (matches []*eilev1.Run_Match, skipped []*eilev1.Run_Skip, err error) {
	if run.GetState() == eilev1.RunState_RUN_STATE_DRY_RUN {
		return run.GetMatches(), run.GetSkipped(), nil
	}
	for match, err := range c.AllRunMatches(ctx, &eilev1.ListRunMatchesRequest{Run: run.GetId()}) {
		if err != nil {
			return nil, nil, fmt.Errorf("matches of run %s: %w", run.GetId(), err)
		}
		matches = append(matches, &eilev1.Run_Match{Application: match.GetApplication(), Unit: match.GetUnit(), Released: match.GetReleased()})
		if match.GetSkipped() != nil {
			skipped = append(skipped, &eilev1.Run_Skip{Application: match.GetApplication(), Unit: match.GetUnit(), Reason: match.GetSkipped()})
		}
	}
	return matches, skipped, nil
}

// Moving tells whether a run goes on by itself. One that is matched does so only where its decision
// is already made.
func Moving(run *eilev1.Run) bool {
	switch run.GetState() {
	case eilev1.RunState_RUN_STATE_PREPARING, eilev1.RunState_RUN_STATE_APPROVED:
		return true
	case eilev1.RunState_RUN_STATE_MATCHED:
		decision := run.GetDecision()
		return decision.GetAutomatic() || decision.GetState() == eilev1.DecisionState_DECISION_STATE_DECIDED
	default:
		return false
	}
}

// Evidence fetches the files of a run. For each one create is called with its name, and what it
// answers takes the bytes.
func (c *Client) Evidence(ctx context.Context, run string, create func(name string) (io.Writer, error)) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stream, err := c.Runs.GetEvidence(ctx, &eilev1.GetEvidenceRequest{Id: run})
	if err != nil {
		return err
	}
	var name string
	var file io.Writer
	for {
		piece, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if file == nil || piece.GetFile() != name {
			name = piece.GetFile()
			file, err = create(name)
			if err != nil {
				return err
			}
		}
		_, err = file.Write(piece.GetData())
		if err != nil {
			return err
		}
	}
}

// Backup writes a consistent copy of the register and answers its size in bytes. After an error
// what was written is worth nothing.
func (c *Client) Backup(ctx context.Context, to io.Writer) (int64, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stream, err := c.Admin.Backup(ctx, &eilev1.BackupRequest{})
	if err != nil {
		return 0, err
	}
	var size int64
	for {
		piece, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return size, nil
		}
		if err != nil {
			return size, err
		}
		n, err := to.Write(piece.GetData())
		size += int64(n)
		if err != nil {
			return size, err
		}
	}
}
