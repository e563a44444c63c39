package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store/kv"
	"github.com/eile-housing/eile/store/kv/memkv"
	"github.com/eile-housing/eile/store/layout"
)

// stored is a copy of a store for somebody to tamper with.
type stored struct {
	bytes []byte
	items []kv.Item
}

func (o *office) stored() stored {
	o.Helper()
	var s stored
	var copied bytes.Buffer
	if err := o.db.Backup(o.Context(), &copied); err != nil {
		o.Fatal(err)
	}
	s.bytes = copied.Bytes()
	err := o.db.View(o.Context(), func(reader kv.Reader) error {
		for item, err := range reader.Scan(nil, nil) {
			if err != nil {
				return err
			}
			s.items = append(s.items, kv.Item{Key: bytes.Clone(item.Key), Value: bytes.Clone(item.Value), Revision: item.Revision})
		}
		return nil
	})
	if err != nil {
		o.Fatal(err)
	}
	return s
}

// tampered is what is told after somebody has written to the store: by Open, or
// else by Check.
func (s stored) tampered(t *testing.T, tamper func(kv.Tx) error) []string {
	t.Helper()
	db, err := memkv.Restore(bytes.NewReader(s.bytes), memkv.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Update(t.Context(), tamper); err != nil {
		t.Fatal(err)
	}
	register, err := Open(t.Context(), db, seed)
	if err != nil {
		return []string{err.Error()}
	}
	return (&office{tester: t}).faults(register)
}

// TestCheckTellsOfEveryMissingKey: whatever is deleted by another program is
// missed, but for what nothing rests on.
func TestCheckTellsOfEveryMissingKey(t *testing.T) {
	s := peopled(t).stored()
	for _, item := range s.items {
		key := string(item.Key)
		faults := s.tampered(t, func(tx kv.Tx) error { return tx.Delete(item.Key) })
		free := slices.ContainsFunc([]string{"r/", "bc/", "pa/", "m/night"}, func(prefix string) bool { return strings.HasPrefix(key, prefix) }) ||
			key == "s/00000003" // that it was written, only who has seen it can tell
		if told := len(faults) > 0; told == free {
			t.Errorf("key %q is deleted: told %t, %q", key, told, faults)
		}
	}
}

// TestCheckTellsOfEveryChangedRecord: a byte more is a change.
func TestCheckTellsOfEveryChangedRecord(t *testing.T) {
	s := peopled(t).stored()
	more := protowire.AppendVarint(protowire.AppendTag(nil, 5000, protowire.VarintType), 1)
	for _, item := range s.items {
		key := string(item.Key)
		if !slices.ContainsFunc(append([]string{"e/", "s/"}, layout.Audited...), func(prefix string) bool { return strings.HasPrefix(key, prefix) }) {
			continue
		}
		faults := s.tampered(t, func(tx kv.Tx) error { return tx.Put(item.Key, append(bytes.Clone(item.Value), more...)) })
		last := slices.ContainsFunc(s.items, func(other kv.Item) bool { return other.Revision > item.Revision })
		if len(faults) == 0 && (last || !strings.HasPrefix(key, "e/")) && key != "s/00000003" {
			t.Errorf("record at key %q is changed and nobody tells", key)
		}
	}
}

// TestCheckTells: what is told of one fault each.
func TestCheckTells(t *testing.T) {
	s := peopled(t).stored()
	generation := "q/00000002/"
	for _, tc := range []struct {
		fault  string
		tamper func(kv.Tx) error
	}{
		{`application A-4: its record says that it is A-1`, edit("a/A-4", func(a *eilev1.Application) { a.Reference = "A-1" })},
		{`application A-4: it is APPLICATION_STATUS_ON_HOLD, its placement says APPLICATION_STATUS_WAITING`,
			edit("a/A-4", func(a *eilev1.Application) { a.Status = onHold })},
		{`application A-4: it is of list "other", class "2", its placement of "general", "2"`,
			edit("a/A-4", func(a *eilev1.Application) { a.List = "other" })},
		{`application A-4: its placement says open offer true, it has ""`,
			edit(generation+"A-4", func(p *eilev1.Placement) { p.OpenOffer = true })},
		{`application A-4: it was not housed, its placement says on day 7`,
			edit(generation+"A-4", func(p *eilev1.Placement) { p.HousedOn = 7 })},
		{`application A-4: its history ends with another place than it has`,
			edit(generation+"A-4", func(p *eilev1.Placement) { p.OrderKey = []byte("1") })},
		{`application A-4: its open offer o-U-1 is not an open offer to it`,
			edit("a/A-4", func(a *eilev1.Application) { a.OpenOffer = "o-U-1" })},
		{`application A-3: it is APPLICATION_STATUS_RESERVED and waits for the letting ""`,
			edit("a/A-3", func(a *eilev1.Application) { a.ReservedTenancy = "" })},
		{`application A-3: the letting t-1 that it waits for is not under way for it`,
			edit("t/t-1", func(tenancy *eilev1.Tenancy) { tenancy.Application = "A-1" })},
		{`unit U-1: it is UNIT_STATUS_VACANT and its open offer is "o-U-1"`, edit("u/U-1", func(u *eilev1.Unit) { u.Status = vacant })},
		{`unit U-1: its history ends with another state than it has`, edit("u/U-1", func(u *eilev1.Unit) { u.Status = vacant })},
		{`unit U-3: its tenancy t-1 is not in force for it`, edit("t/t-1", func(tenancy *eilev1.Tenancy) { tenancy.Unit = "U-1" })},
		{`unit U-3: it is reserved for no letting`, edit("u/U-3", func(u *eilev1.Unit) { u.Tenancy = "" })},
		{`offer o-U-1: it is open, unit U-1 does not say so`, edit("u/U-1", func(u *eilev1.Unit) { u.OpenOffer = "" })},
		{`offer o-U-2: it is open, application A-2 does not say so`,
			edit("o/o-U-2", func(o *eilev1.Offer) { o.Status = eilev1.OfferStatus_OFFER_STATUS_OPEN })},
		{`unit U-1: offers o-U-1 and o-U-2 are both open`,
			edit("o/o-U-2", func(o *eilev1.Offer) { o.Status, o.Unit = eilev1.OfferStatus_OFFER_STATUS_OPEN, "U-1" })},
		{`application A-1: offers o-U-1 and o-U-2 are both open`,
			edit("o/o-U-2", func(o *eilev1.Offer) { o.Status, o.Application = eilev1.OfferStatus_OFFER_STATUS_OPEN, "A-1" })},
		{`key "ob/A-2/U-2": offer o-U-2 does not bar unit U-2 from application A-2`,
			edit("o/o-U-2", func(o *eilev1.Offer) { o.Reopened = true })},
		{`key "oa/A-1/o-x": there is no such offer to application A-1`, put("oa/A-1/o-x", nil)},
		{`key "ou/U-1/o-x": there is no such offer of unit U-1`, put("ou/U-1/o-x", nil)},
		{`placement A-77: there is no such application`, put(generation+"A-77", &eilev1.Placement{Reference: "A-77", Status: onHold})},
		{`"q/00000002/A-4": store is corrupt: it is of application "A-2"`,
			edit(generation+"A-4", func(p *eilev1.Placement) { p.Reference = "A-2" })},
		{`record at key "d/d-2": no audit entry tells of it`, put("d/d-2", &eilev1.Decision{Id: "d-2"})},
		{`audit seal 2: it does not follow the seal before`, edit("s/00000002", func(s *eilev1.AuditSeal) { s.Previous = []byte("x") })},
		{`audit seals 2 to 2: they are missing`, func(tx kv.Tx) error { return tx.Delete([]byte("s/00000002")) }},
		{`which does not exist`, func(tx kv.Tx) error { return tx.Delete([]byte("b/im-1")) }},
	} {
		if faults := s.tampered(t, tc.tamper); !slices.ContainsFunc(faults, func(fault string) bool { return strings.Contains(fault, tc.fault) }) {
			t.Errorf("want %q, got\n%s", tc.fault, strings.Join(faults, "\n"))
		}
	}
}

// edit changes one record of a store.
func edit[T any, M layout.Message[T]](key string, change func(M)) func(kv.Tx) error {
	return func(tx kv.Tx) error {
		item, ok, err := tx.Get([]byte(key))
		if err != nil || !ok {
			return fmt.Errorf("no record at %s: %w", key, err)
		}
		record := M(new(T))
		if err := proto.Unmarshal(item.Value, record); err != nil {
			return err
		}
		change(record)
		return put(key, record)(tx)
	}
}

func put(key string, record proto.Message) func(kv.Tx) error {
	return func(tx kv.Tx) error {
		if record == nil {
			return tx.Put([]byte(key), nil)
		}
		value, err := layout.Encode(record)
		return errors.Join(err, tx.Put([]byte(key), value))
	}
}

// TestCheckOfLivingList: what only the process knows that wrote it.
func TestCheckOfLivingList(t *testing.T) {
	for fault, harm := range map[string]func(o *office){
		"list general: application A-5 waits in the store, in memory it does not": func(o *office) {
			gone := proto.CloneOf(o.placement("A-5"))
			gone.Status = onHold
			o.misled(gone)
		},
		"list general: application A-3 waits in memory, in the store it does not": func(o *office) { o.misled(place("A-3", "general", "2", "x")) },
		"application A-4 has another open offer or suits other homes than memory says": func(o *office) {
			other := proto.CloneOf(o.placement("A-4"))
			other.Suitability = []byte("other")
			o.misled(other)
		},
		"waiting list: in memory wait": func(o *office) {
			other := proto.CloneOf(o.placement("A-5"))
			other.OutOfTurn = true
			o.misled(other)
		},
		"lettings in memory are not": func(o *office) {
			other := proto.CloneOf(o.placement("A-3"))
			other.HousedOn = 3
			o.misled(other)
		},
		"states of 4 homes in memory":                 func(o *office) { o.told(Units.key("U-1"), &eilev1.Unit{Reference: "U-1"}) },
		"audit seal 3: it was written and is missing": func(o *office) { o.raw(func(tx kv.Tx) error { return tx.Delete(layout.SealKey(3)) }) },
	} {
		o := peopled(t)
		harm(o)
		if faults := o.faults(o.Register); !slices.ContainsFunc(faults, func(told string) bool { return strings.Contains(told, fault) }) {
			t.Errorf("want %q, got\n%s", fault, strings.Join(faults, "\n"))
		}
	}
}

func (o *office) placement(reference string) (p *eilev1.Placement) {
	o.Helper()
	o.look(func(v *View) (err error) {
		p, _, err = FindPlacement(v, reference)
		return err
	})
	return p
}

// misled lets the list take a placement that is not stored.
func (o *office) misled(p *eilev1.Placement) {
	o.Helper()
	o.told(layout.PlacementKey(2, p.GetReference()), p)
}

// told lets the process learn of a record that is not stored.
func (o *office) told(key []byte, record proto.Message) {
	o.Helper()
	value, err := layout.Encode(record)
	if err != nil {
		o.Fatal(err)
	}
	write := kv.Write{Key: key, Value: value}
	o.apply(kv.Commit{Revision: o.db.Revision() + 1, Writes: []kv.Write{write}})
	o.raw(func(tx kv.Tx) error { return tx.Put([]byte("z"), nil) })
}

// raw writes to the store beside the register.
func (o *office) raw(fn func(kv.Tx) error) {
	o.Helper()
	if _, err := o.db.Update(o.Context(), fn); err != nil {
		o.Fatal(err)
	}
}

// TestCheckWhileOthersWrite: a check in the middle of changes, imports and policy
// changes finds no fault that is not there.
func TestCheckWhileOthersWrite(t *testing.T) {
	const rounds = 40
	stores(t, func(t *testing.T, o *office) {
		var group sync.WaitGroup
		for w := range 4 {
			writer := &office{tester: o.tester, Register: o.Register, now: o.now, ids: 1000 * (w + 1)}
			group.Go(func() {
				for i := range 2 * rounds {
					_, _, err := o.Update(t.Context(), writer.stamp("settle"), func(tx *Tx) error {
						return settle(tx, place(fmt.Sprintf("A-%d", i%7), []string{"general", "other"}[i%2], "2", fmt.Sprintf("%d-%d", w, i)))
					})
					if err != nil && !errors.Is(err, ErrStaging) {
						t.Error(err)
					}
				}
			})
		}
		group.Go(func() {
			importer := &office{tester: o.tester, Register: o.Register, now: o.now, ids: 9000}
			for i := range rounds {
				if err := importer.upload(t.Context(), i); err != nil && !errors.Is(err, ErrStaging) {
					t.Error(err)
				}
			}
		})
		group.Go(func() {
			for range rounds {
				change, err := o.BeginPolicyChange(t.Context())
				if err == nil {
					err = errors.Join(change.Place(t.Context(), []*eilev1.Placement{place("A-1", "general", "2", "x")}), change.GiveUp(t.Context()))
				}
				_, failure := o.Seal(t.Context(), opening)
				if err := errors.Join(err, failure); err != nil {
					t.Error(err)
				}
			}
		})
		done := make(chan struct{})
		go func() {
			defer close(done)
			group.Wait()
		}()
		for more := true; more; {
			select {
			case <-done:
				more = false
			default:
			}
			o.sound(o.Register)
		}
		o.alike()
	})
}

// upload imports one application, and aborts every second import.
func (o *office) upload(ctx context.Context, i int) error {
	im, err := o.BeginImport(ctx, fmt.Sprintf("im-%d", i))
	if err != nil {
		return err
	}
	err = im.Write(ctx, o.stamp("import.write"), 0, o.imported(im, fmt.Sprintf("B-%d", i)))
	if err == nil && i%2 == 0 {
		_, err = im.Decide(ctx, o.stamp("import.decide"), nil)
	}
	return errors.Join(err, im.Abort(ctx))
}
