package store

import (
	"context"
	"fmt"
	"slices"

	"google.golang.org/protobuf/proto"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store/kv"
)

// Up to schema 1 the record of a run repeated the matches that could not become
// offers, which its batches keep one by one. It could outgrow a transaction.

// clearSkips takes them out of each run whose batches say the same.
func clearSkips(ctx context.Context, m *migration) error {
	var portions [][]string
	err := m.reg.View(ctx, func(v *View) (err error) {
		portions, err = runsWithSkips(v)
		return err
	})
	if err != nil {
		return err
	}
	for _, ids := range portions {
		err := m.change(ctx, ids[0], func(tx *Tx) error {
			for _, id := range ids {
				run, err := Runs.Get(tx, id)
				if err != nil {
					return err
				}
				run.Skipped = nil
				if err := Runs.rewrite(tx, id, run); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return fmt.Errorf("run %s and those after it: %w", ids[0], err)
		}
	}
	return nil
}

const (
	// runsPortion and runsBytes bound what one transaction writes of runs.
	runsPortion = kv.MaxOps / 2
	runsBytes   = kv.MaxTxBytes / 2
)

// runsWithSkips reads which runs have skips in their record, in portions for one
// transaction each.
func runsWithSkips(v *View) (portions [][]string, err error) {
	size := 0
	for entry, err := range Runs.All(v, "", "") {
		if err != nil {
			return nil, err
		}
		skipped := entry.Record.GetSkipped()
		if len(skipped) == 0 {
			continue
		}
		if err := keptInBatches(v, entry.ID, skipped); err != nil {
			return nil, err
		}
		entry.Record.Skipped = nil
		weight := proto.Size(entry.Record)
		if last := len(portions) - 1; last < 0 || len(portions[last]) == runsPortion || size+weight > runsBytes {
			portions, size = append(portions, nil), 0
		}
		portions[len(portions)-1] = append(portions[len(portions)-1], entry.ID)
		size += weight
	}
	return portions, nil
}

// keptInBatches refuses to forget what nothing else keeps.
func keptInBatches(v *View, run string, skipped []*eilev1.Run_Skip) error {
	batches, err := v.Batches(run)
	if err != nil {
		return err
	}
	var kept []*eilev1.Run_Skip
	for _, batch := range batches {
		kept = append(kept, batch.GetSkipped()...)
	}
	if !slices.EqualFunc(skipped, kept, func(a, b *eilev1.Run_Skip) bool { return proto.Equal(a, b) }) {
		return fmt.Errorf("run %s: %w: its record names %d matches that became no offer, its batches name %d or others: restore a backup",
			run, kv.ErrCorrupt, len(skipped), len(kept))
	}
	return nil
}
