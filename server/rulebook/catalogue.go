package rulebook

import (
	"context"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store"
)

// Active tells whether a policy is the one in force.
func (b *Book) Active(policy *eilev1.PolicyName) bool { return b.inForce.Load().is(policy) }

// Find returns a policy by its name, with its text: the version in force, else
// the one that was activated last, else the one that the program ships.
func (b *Book) Find(ctx context.Context, name string) (*eilev1.Policy, error) {
	if in := b.inForce.Load(); in != nil && in.record.GetName() == name {
		record := in.shown()
		record.Source = in.record.GetSource()
		return record, nil
	}
	var latest *eilev1.Policy
	err := b.register.View(ctx, func(v *store.View) error {
		for entry, err := range store.Policies.All(v, name+"/", "") {
			if err != nil {
				return err
			}
			if latest == nil || entry.Record.GetActivatedAt().AsTime().After(latest.GetActivatedAt().AsTime()) {
				latest = entry.Record
			}
		}
		return nil
	})
	if err != nil || latest != nil {
		return latest, err
	}
	return Shipped(name)
}
