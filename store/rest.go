package store

import (
	"bytes"
	"fmt"
	"strings"

	"google.golang.org/protobuf/proto"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store/audit"
	"github.com/eile-housing/eile/store/kv"
	"github.com/eile-housing/eile/store/layout"
)

// was is a record that a change replaces or deletes, with the revision that wrote
// it.
type was struct {
	key      string
	revision kv.Revision
}

// replaces notes what the change is about to replace, unless the change itself wrote it.
func (tx *Tx) replaces(key []byte, item kv.Item) {
	if item.Revision > 0 {
		tx.replaced = append(tx.replaced, was{string(key), item.Revision})
	}
}

// resting are the kinds of record on which a proposal rests: those that say what a
// household or a home is. Persons are there without what they hold.
var resting = []struct {
	prefix, noun string
	record       func() proto.Message // nil: personal data
}{
	{layout.Application, Applications.Noun, func() proto.Message { return &eilev1.Application{} }},
	{layout.Person, Persons.Noun, nil},
	{layout.Unit, Units.Noun, func() proto.Message { return &eilev1.Unit{} }},
	{layout.Offer, Offers.Noun, func() proto.Message { return &eilev1.Offer{} }},
	{layout.Tenancy, Tenancies.Noun, func() proto.Message { return &eilev1.Tenancy{} }},
	{layout.Run, Runs.Noun, func() proto.Message { return &eilev1.Run{} }},
	{layout.Decommission, Decommissions.Noun, func() proto.Message { return &eilev1.Decommission{} }},
}

// Rests returns the records that the change has replaced so far, as references for
// KeepRests: what it would do rests on them.
func (tx *Tx) Rests() (rests []*eilev1.Proposal_Rest) {
	for _, former := range tx.replaced {
		for _, kind := range resting {
			if strings.HasPrefix(former.key, kind.prefix) {
				rests = append(rests, &eilev1.Proposal_Rest{Key: former.key, Revision: uint64(former.revision)})
			}
		}
	}
	return rests
}

// KeepRests fills in the records as they are, for somebody who is to see later what has
// changed; false where one is no longer that of its revision. Of households only the
// subject's is kept: the proposal ends when that one is erased.
func (tx *Tx) KeepRests(rests []*eilev1.Proposal_Rest, subject string) (bool, error) {
	for _, rest := range rests {
		item, ok, err := tx.get([]byte(rest.GetKey()))
		if err != nil || !ok || uint64(item.Revision) != rest.GetRevision() {
			return false, err
		}
		_, household := audit.Salted(rest.GetKey())
		if !household || rest.GetKey() == string(Applications.key(subject)) {
			rest.Record = bytes.Clone(item.Value)
		}
	}
	return true, nil
}

// Changed is a record that is no longer as it was. Before and Now are nil where it was not
// kept; Now is nil where it is gone.
type Changed struct {
	Noun, ID    string
	Before, Now proto.Message
}

// ChangedSince returns those of the rests that were written since.
func ChangedSince(from Source, rests []*eilev1.Proposal_Rest) (changed []Changed, err error) {
	for _, rest := range rests {
		item, ok, err := from.get([]byte(rest.GetKey()))
		if err != nil {
			return nil, err
		}
		if ok && uint64(item.Revision) == rest.GetRevision() {
			continue
		}
		one, err := describe(rest, item.Value, ok)
		if err != nil {
			return nil, err
		}
		changed = append(changed, one)
	}
	return changed, nil
}

func describe(rest *eilev1.Proposal_Rest, now []byte, exists bool) (Changed, error) {
	for _, kind := range resting {
		id, of := strings.CutPrefix(rest.GetKey(), kind.prefix)
		if !of {
			continue
		}
		one := Changed{Noun: kind.noun, ID: id}
		if len(rest.GetRecord()) == 0 {
			return one, nil
		}
		one.Before = kind.record()
		if err := proto.Unmarshal(rest.GetRecord(), one.Before); err != nil {
			return one, fmt.Errorf("%s %s, as it was when a decision was proposed: %w: %w", kind.noun, id, kv.ErrCorrupt, err)
		}
		if exists {
			one.Now = kind.record()
			if err := proto.Unmarshal(now, one.Now); err != nil {
				return one, fmt.Errorf("%s %s: %w: %w", kind.noun, id, kv.ErrCorrupt, err)
			}
		}
		return one, nil
	}
	return Changed{}, fmt.Errorf("a decision rests on %q, which is no record that it can rest on: %w", rest.GetKey(), kv.ErrCorrupt)
}
