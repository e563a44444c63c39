package rulebook

import (
	"context"
	"slices"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/eile-housing/eile/policy/day"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store"
)

// schedule keeps a policy whose first day is to come. The first run of that day
// or later puts it in force, before anything else of the night.
func schedule(ctx context.Context, register *store.Register, stamp store.Stamp, record *eilev1.Policy) (*eilev1.Policy, error) {
	record.Scheduled, record.ActivatedAt = true, nil
	shown := proto.CloneOf(record)
	shown.Source = ""
	stamp.Action = "policy.schedule"
	_, _, err := register.Update(ctx, stamp, func(tx *store.Tx) error {
		id := recordID(record)
		tx.Result(id)
		if former, ok, err := store.Policies.Find(tx, id); err != nil || ok && former.GetScheduled() {
			return err
		}
		tx.Subject(record.GetName())
		return store.Policies.Put(tx, id, record)
	})
	return shown, err
}

// Scheduled returns the policies that wait to be put in force by the run of a
// day, in the order of their first days.
func (b *Book) Scheduled(ctx context.Context, on day.Day) ([]*eilev1.Policy, error) {
	var due []*eilev1.Policy
	err := b.register.View(ctx, func(v *store.View) error {
		for entry, err := range store.Policies.All(v, "", "") {
			if err != nil {
				return err
			}
			if from, ok, err := day.FromProto(entry.Record.GetInForceFrom()); err == nil && ok && entry.Record.GetScheduled() && from <= on {
				due = append(due, entry.Record)
			}
		}
		return nil
	})
	slices.SortStableFunc(due, func(a, b *eilev1.Policy) int {
		first, _, _ := day.FromProto(a.GetInForceFrom())
		second, _, _ := day.FromProto(b.GetInForceFrom())
		return int(first - second)
	})
	return due, err
}

// Enact puts the scheduled policies in force whose first day has come, in the
// order of their first days. The actor is who began the run of the day.
func (b *Book) Enact(ctx context.Context, actor string, on day.Day) error {
	ctx = context.WithoutCancel(ctx) // half of a switch would leave the service without rules
	due, err := b.Scheduled(ctx, on)
	if err != nil {
		return err
	}
	for _, record := range due {
		record.Scheduled, record.ActivatedAt = false, timestamppb.New(b.Now())
		next, err := makeEdition(record)
		if err != nil {
			return err
		}
		if err := b.enact(ctx, actor, next, on); err != nil {
			return err
		}
		if err := b.Settle(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (b *Book) enact(ctx context.Context, actor string, next *edition, on day.Day) error {
	b.holding.Lock()
	defer b.holding.Unlock()
	return b.switchTo(ctx, store.Stamp{ID: b.NewID(), Actor: actor}, next, on)
}
