package history

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"google.golang.org/genproto/googleapis/type/date"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"
	"pgregory.net/rapid"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store/history/layer"
	"github.com/eile-housing/eile/store/kv"
	"github.com/eile-housing/eile/store/kv/memkv"
	"github.com/eile-housing/eile/store/layout"
	"github.com/eile-housing/eile/store/past"
	"github.com/eile-housing/eile/store/waitlist"
)

const (
	waiting  = eilev1.ApplicationStatus_APPLICATION_STATUS_WAITING
	archived = eilev1.ApplicationStatus_APPLICATION_STATUS_WITHDRAWN
	onHold   = eilev1.ApplicationStatus_APPLICATION_STATUS_ON_HOLD
	housed   = eilev1.ApplicationStatus_APPLICATION_STATUS_HOUSED
)

// The end of a file of a layer: how long it is, and where in it the version stands.
const (
	endLen    = 26
	versionAt = 9
)

type failer interface {
	Helper()
	Fatalf(format string, args ...any)
}

// book is a register of which there is nothing but its history and its audit.
type book struct {
	number  int64
	db      kv.DB
	now     time.Time
	moments []time.Time
	imports map[string][]string // the references that each undecided import brings
	entries int
	begun   int // imports
	open    []*eilev1.Offer
}

// books numbers the registers of the tests, so that no two share an entry.
var books atomic.Int64

func newBook(t failer) *book {
	b := &book{number: books.Add(1), db: memkv.New(memkv.Options{}), now: time.Date(2026, 1, 29, 8, 0, 0, 0, time.UTC), imports: map[string][]string{}}
	b.write(t, map[string]proto.Message{layout.Register: &eilev1.Register{Schema: 2}})
	return b
}

// write commits records with an entry of the audit.
func (b *book) write(t failer, records map[string]proto.Message) {
	t.Helper()
	b.entries++
	entry := &eilev1.AuditEntry{Id: fmt.Sprintf("%d-%d", b.number, b.entries)}
	for key, record := range records {
		value, err := layout.Encode(record)
		if err != nil {
			t.Fatalf("encode: %v", err)
		}
		sum := sha256.Sum256(value)
		entry.Changes = append(entry.Changes, &eilev1.AuditEntry_Change{Key: key, After: sum[:]})
	}
	records[string(layout.TimeKey(layout.Audit, b.now, "id"))] = entry
	_, err := b.db.Update(context.Background(), func(tx kv.Tx) error {
		for key, record := range records {
			value, err := layout.Encode(record)
			if err := errors.Join(err, tx.Put([]byte(key), value)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatalf("Update: %v", err)
	}
	b.moments = append(b.moments, b.now)
	b.now = b.now.Add(time.Microsecond)
}

func (b *book) place(t failer, importID string, placements ...*eilev1.Placement) {
	t.Helper()
	change := &eilev1.PlacementChange{Placements: placements, Cause: "settle", Import: importID}
	b.write(t, map[string]proto.Message{string(layout.TimeKey(layout.PlacementChange, b.now, "id")): change})
}

func (b *book) turn(t failer, states ...*eilev1.UnitChange_UnitState) {
	t.Helper()
	b.write(t, map[string]proto.Message{string(layout.TimeKey(layout.UnitChange, b.now, "id")): &eilev1.UnitChange{States: states}})
}

func (b *book) decide(t failer, id string) {
	t.Helper()
	record := &eilev1.ImportRecord{State: eilev1.ImportState_IMPORT_STATE_DECIDED, At: timestamppb.New(b.now)}
	b.write(t, map[string]proto.Message{layout.Import + id: record})
	delete(b.imports, id)
}

// offer makes an offer.
func (b *book) offer(t failer) {
	t.Helper()
	offer := &eilev1.Offer{Id: fmt.Sprintf("o-%d", b.entries), Status: eilev1.OfferStatus_OFFER_STATUS_OPEN, CreatedAt: timestamppb.New(b.now)}
	b.open = append(b.open, offer)
	b.write(t, map[string]proto.Message{layout.Offer + offer.GetId(): offer})
}

// answer closes the oldest open offer, which was answered some days before, and
// writes it once more.
func (b *book) answer(t failer, status eilev1.OfferStatus, reason string) {
	t.Helper()
	offer := b.open[0]
	b.open = b.open[1:]
	offer.Status, offer.ClosedAt, offer.RefusalReason = status, timestamppb.New(b.now), reason
	if status != eilev1.OfferStatus_OFFER_STATUS_EXPIRED {
		offer.AnsweredOn = &date.Date{Year: 2026, Month: int32(1 + b.entries%12), Day: int32(1 + b.entries%28)}
	}
	b.write(t, map[string]proto.Message{layout.Offer + offer.GetId(): offer})
	b.write(t, map[string]proto.Message{layout.Offer + offer.GetId(): offer})
}

// abort deletes what an import brought, but for the audit.
func (b *book) abort(t failer, id string) {
	t.Helper()
	var keys [][]byte
	b.read(t, func(reader kv.Reader) error {
		for item, err := range layout.All(reader, layout.PlacementChange) {
			if err != nil {
				return err
			}
			if layout.Text(item.Value, 4) == id {
				keys = append(keys, slices.Clone(item.Key))
			}
		}
		return nil
	})
	for some := range slices.Chunk(keys, kv.MaxOps) {
		_, err := b.db.Update(context.Background(), func(tx kv.Tx) error {
			for _, key := range some {
				if err := tx.Delete(key); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatalf("Update: %v", err)
		}
	}
	delete(b.imports, id)
}

func (b *book) read(t failer, fn func(kv.Reader) error) {
	t.Helper()
	if err := b.db.View(context.Background(), fn); err != nil {
		t.Fatalf("View: %v", err)
	}
}

// drawn is any placement.
func drawn(t *rapid.T, reference string) *eilev1.Placement {
	p := &eilev1.Placement{
		Reference: reference, List: rapid.SampledFrom([]string{"general", "young", ""}).Draw(t, "list"),
		NeedClass: rapid.SampledFrom([]string{"1", "2", ""}).Draw(t, "class"),
		OrderKey:  []byte(rapid.SampledFrom([]string{"", "a", "a\x00", "b", "bb", "c\xff"}).Draw(t, "key")),
		Status:    rapid.SampledFrom([]eilev1.ApplicationStatus{waiting, waiting, waiting, archived, housed, onHold}).Draw(t, "status"),
		OutOfTurn: rapid.Bool().Draw(t, "out of turn"), Placed: rapid.Bool().Draw(t, "placed"),
		Suitability: rapid.SliceOfN(rapid.Byte(), 0, 3).Draw(t, "suitability"),
	}
	if p.GetStatus() == housed {
		p.HousedOn = rapid.Int32Range(20_000, 20_010).Draw(t, "housed on")
	}
	return p
}

// live lets anything happen for a while.
func (b *book) live(t *rapid.T) {
	reference := rapid.Custom(func(t *rapid.T) string { return fmt.Sprintf("A-%d", rapid.IntRange(0, 300).Draw(t, "reference")) })
	t.Repeat(map[string]func(*rapid.T){
		"place": func(t *rapid.T) { b.place(t, "", drawn(t, reference.Draw(t, "who"))) },
		"many": func(t *rapid.T) {
			var many []*eilev1.Placement
			step := rapid.IntRange(1, 7).Draw(t, "step")
			for i := 0; i < 300; i += step {
				p := drawn(t, fmt.Sprintf("A-%d", i))
				many = append(many, p)
			}
			b.place(t, "", many...)
		},
		"home": func(t *rapid.T) {
			b.turn(t, &eilev1.UnitChange_UnitState{
				Reference: fmt.Sprintf("U-%d", rapid.IntRange(0, 9).Draw(t, "home")), Status: eilev1.UnitStatus(rapid.IntRange(1, 4).Draw(t, "status")),
				Condition: eilev1.ConditionState(rapid.IntRange(0, 3).Draw(t, "condition")), LeftStock: rapid.Bool().Draw(t, "left"),
			})
		},
		"import": func(t *rapid.T) {
			id := fmt.Sprintf("im-%d", b.begun)
			if b.imports[id] == nil {
				b.begun++
				id = fmt.Sprintf("im-%d", b.begun)
				b.write(t, map[string]proto.Message{layout.Import + id: &eilev1.ImportRecord{State: eilev1.ImportState_IMPORT_STATE_STAGING}})
			}
			var rows []*eilev1.Placement
			for range rapid.IntRange(1, 40).Draw(t, "rows") {
				name := fmt.Sprintf("B-%d-%d", b.begun, len(b.imports[id]))
				b.imports[id] = append(b.imports[id], name)
				rows = append(rows, drawn(t, name))
			}
			b.place(t, id, rows...)
		},
		"decide": func(t *rapid.T) {
			for _, id := range slices.Sorted(maps.Keys(b.imports)) {
				b.decide(t, id)
				return
			}
		},
		"abort": func(t *rapid.T) {
			for _, id := range slices.Sorted(maps.Keys(b.imports)) {
				b.abort(t, id)
				return
			}
		},
		"offer": func(*rapid.T) { b.offer(t) },
		"close": func(t *rapid.T) {
			if len(b.open) > 0 {
				b.answer(t, rapid.SampledFrom([]eilev1.OfferStatus{2, 3, 4, 5, 6}).Draw(t, "became"), rapid.SampledFrom([]string{"", "location", "size"}).Draw(t, "why"))
			}
		},
		"wait": func(t *rapid.T) {
			b.now = b.now.Add(time.Duration(rapid.IntRange(1, 40*24*60).Draw(t, "minutes")) * time.Minute)
		},
		"": func(*rapid.T) {},
	})
}

// replayed is what a full replay shows of a moment: the oracle.
type replayed struct {
	places map[string]*eilev1.Placement
	placed map[string]layer.Placed
	index  *waitlist.Index
	homes  map[string]past.UnitMoved
	sums   layer.Sums
	offers layer.Sums
}

func replay(t failer, reader kv.Reader, at time.Time) replayed {
	t.Helper()
	r := replayed{places: map[string]*eilev1.Placement{}, placed: map[string]layer.Placed{}, index: waitlist.NewIndex(), homes: map[string]past.UnitMoved{}, sums: layer.Sums{}}
	for moved, err := range past.Placements(reader, at) {
		if err != nil {
			t.Fatalf("replay: %v", err)
		}
		before := r.places[moved.After.GetReference()]
		r.flow(before, moved.After)
		r.places[moved.After.GetReference()] = moved.After
		r.placed[moved.After.GetReference()] = layer.PlacedOf(moved.After, moved.Entry)
	}
	for _, p := range r.places {
		r.sums[layer.Sum{Kind: layer.InStatus, Number: int32(p.GetStatus())}]++
		if p.GetStatus() == waiting {
			r.sums[layer.Sum{Kind: layer.Waiting, List: p.GetList(), Class: p.GetNeedClass()}]++
		}
		if p.GetHousedOn() != 0 {
			r.sums[layer.Sum{Kind: layer.Housed, List: p.GetList(), Class: p.GetNeedClass(), Number: p.GetHousedOn()}]++
		}
	}
	for moved, err := range past.UnitStates(reader, at) {
		if err != nil {
			t.Fatalf("replay: %v", err)
		}
		r.turn(moved)
	}
	r.offers = made(t, reader, at)
	err := r.index.Build(1, func(yield func(waitlist.Placement) bool) {
		for reference, p := range r.places {
			if p.GetStatus() == waiting && !yield(waitlist.Placement{
				Reference: reference, List: p.GetList(), Class: p.GetNeedClass(), Key: string(p.GetOrderKey()) + "\x00" + reference,
				Status: uint8(p.GetStatus()), OutOfTurn: p.GetOutOfTurn(),
			}) {
				return
			}
		}
	})
	if err != nil {
		t.Fatalf("replay: %v", err)
	}
	return r
}

// made counts offers until a moment, each by what its record says.
func made(t failer, reader kv.Reader, at time.Time) layer.Sums {
	t.Helper()
	sums := layer.Sums{}
	for item, err := range layout.All(reader, layout.Offer) {
		var offer *eilev1.Offer
		if err == nil {
			offer, err = layout.Decode[eilev1.Offer]("offer", item)
		}
		if err != nil {
			t.Fatalf("replay: %v", err)
		}
		if !offer.GetCreatedAt().AsTime().After(at) {
			sums[layer.Sum{Kind: layer.Offered}]++
		}
		if offer.GetClosedAt() == nil || offer.GetClosedAt().AsTime().After(at) || offer.GetAnsweredOn() == nil {
			continue
		}
		on := int32(time.Date(2026, time.Month(offer.GetAnsweredOn().GetMonth()), int(offer.GetAnsweredOn().GetDay()), 0, 0, 0, 0, time.UTC).Unix() / 86400)
		switch offer.GetStatus() {
		case eilev1.OfferStatus_OFFER_STATUS_REFUSED:
			sums[layer.Sum{Kind: layer.Refused, Class: offer.GetRefusalReason(), Number: on}]++
		case eilev1.OfferStatus_OFFER_STATUS_NO_SHOW:
			sums[layer.Sum{Kind: layer.Missed, Number: on}]++
		default:
		}
	}
	return sums
}

func (r *replayed) flow(before, after *eilev1.Placement) {
	was, is := before.GetStatus() == waiting, after.GetStatus() == waiting
	switch {
	case was && is && before.GetList() != after.GetList():
		r.sums[layer.Sum{Kind: layer.Left, List: before.GetList(), Number: layer.FromList}]++
		r.sums[layer.Sum{Kind: layer.Came, List: after.GetList(), Number: layer.FromList}]++
	case is && before == nil:
		r.sums[layer.Sum{Kind: layer.Came, List: after.GetList(), Number: layer.FromNone}]++
	case is && !was:
		r.sums[layer.Sum{Kind: layer.Came, List: after.GetList(), Number: int32(before.GetStatus())}]++
	case was && !is:
		r.sums[layer.Sum{Kind: layer.Left, List: before.GetList(), Number: int32(after.GetStatus())}]++
	}
}

func (r *replayed) turn(moved past.UnitMoved) {
	counted := func(state *eilev1.UnitChange_UnitState) bool {
		return state.GetStatus() != eilev1.UnitStatus_UNIT_STATUS_DECOMMISSIONED && !state.GetLeftStock()
	}
	before, known := r.homes[moved.After.GetReference()]
	r.homes[moved.After.GetReference()] = moved
	was, is := known && counted(before.After), counted(moved.After)
	if was && before.After.GetStatus() == eilev1.UnitStatus_UNIT_STATUS_VACANT {
		vacant := layer.Sum{Kind: layer.VacantFor}
		if r.sums[vacant] += moved.At.Sub(before.At).Microseconds(); r.sums[vacant] == 0 {
			delete(r.sums, vacant)
		}
	}
	switch {
	case is && !was:
		goesOn := int32(0)
		if before.After.GetLeftStock() {
			goesOn = 1
		}
		r.sums[layer.Sum{Kind: layer.HomesCame, Number: goesOn}]++
	case was && !is && moved.After.GetLeftStock():
		r.sums[layer.Sum{Kind: layer.HomesLeft, Number: layer.LeaseOver}]++
	case was && !is:
		r.sums[layer.Sum{Kind: layer.HomesLeft, Number: int32(moved.After.GetStatus())}]++
	}
}

// agree holds what an archive says of a moment against the replay.
func agree(t failer, a *Archive, reader kv.Reader, at time.Time) {
	t.Helper()
	want := replay(t, reader, at)
	err := a.At(reader, at, func(p *Past) error {
		if !maps.Equal(p.Sums(), want.sums) {
			t.Fatalf("%s: sums %v, want %v", at, p.Sums(), want.sums)
		}
		if !slices.Equal(p.Lists(), want.index.Lists()) {
			t.Fatalf("%s: lists %q, want %q", at, p.Lists(), want.index.Lists())
		}
		offers, err := p.Offers()
		if err != nil {
			return err
		}
		if !maps.Equal(offers, want.offers) {
			t.Fatalf("%s: offers %v, want %v", at, offers, want.offers)
		}
		return errors.Join(agreeSeniors(t, p, want), agreePlaces(t, p, want), agreeQueues(t, p, want), agreeHomes(t, p, want))
	})
	if err != nil {
		t.Fatalf("%s: %v", at, err)
	}
}

func agreePlaces(t failer, p *Past, want replayed) error {
	t.Helper()
	for reference, placement := range want.places {
		found, ok, err := p.Find(reference)
		if err != nil {
			return err
		}
		if !ok || found != want.placed[reference] {
			t.Fatalf("%s is %v, %t, want %v", reference, found, ok, placement)
		}
		whole, ok, err := p.Placement(reference)
		if err != nil {
			return err
		}
		if !ok || !proto.Equal(whole, placement) {
			t.Fatalf("%s is %v, %t, want %v", reference, whole, ok, placement)
		}
		position, err := p.Position(found)
		if err != nil {
			return err
		}
		if stands, ok := want.index.Position(reference); ok {
			stands.Revision = 0
			if position != stands {
				t.Fatalf("%s stands %+v, want %+v", reference, position, stands)
			}
		} else if position.Ahead != 0 || position.ClassAhead != 0 || position.AheadOutOfTurn != 0 {
			t.Fatalf("%s does not stand: %+v", reference, position)
		}
	}
	_, ok, err := p.Find("A-30x")
	if ok {
		t.Fatalf("somebody unknown is found")
	}
	return err
}

// agreeSeniors asks who stood before some, for a run and for a manual offer.
func agreeSeniors(t failer, p *Past, want replayed) error {
	t.Helper()
	order := func(of string) func(string) int {
		return func(list string) int { return strings.Compare(list, of) }
	}
	for _, reference := range slices.Sorted(maps.Keys(want.places))[:min(3, len(want.places))] {
		of := PlaceOf(want.places[reference])
		for _, kept := range []bool{true, false} {
			var before []string
			for other, placement := range want.places {
				place := PlaceOf(placement)
				stands := placement.GetStatus() == waiting || kept && placement.GetStatus() == onHold && placement.GetPlaced()
				if stands && cmp.Or(strings.Compare(place.List, of.List), strings.Compare(place.Key, of.Key)) < 0 {
					before = append(before, other)
				}
			}
			all, count, err := p.Seniors(of, order(of.List), kept, 1<<20)
			if err != nil {
				return err
			}
			var found []string
			for _, senior := range all {
				found = append(found, senior.Reference)
				if senior != PlaceOf(want.places[senior.Reference]) {
					t.Fatalf("%+v is %+v", senior, want.places[senior.Reference])
				}
			}
			slices.Sort(before)
			slices.Sort(found)
			if count != len(before) || !slices.Equal(found, before) {
				t.Fatalf("before %s, kept %t: %q, %d, want %q", reference, kept, found, count, before)
			}
			one, count, err := p.Seniors(of, order(of.List), kept, 1)
			if err != nil {
				return err
			}
			if count != len(before) || (len(one) > 0) != (len(before) > 0) {
				t.Fatalf("before %s, kept %t: %q of %d, want %d", reference, kept, one, count, len(before))
			}
		}
	}
	return nil
}

func agreeQueues(t failer, p *Past, want replayed) error {
	t.Helper()
	for _, list := range append(p.Lists(), "nothing") {
		all := want.index.QueueAfter(list, "", 1<<20).Placements
		for _, from := range []int{0, len(all) / 3, len(all) - 1} {
			after, rest := "", all
			if from > 0 {
				after, rest = all[from-1].Key, all[from:]
			}
			for row, err := range p.Queue(list, after) {
				if err != nil {
					return err
				}
				if len(rest) == 0 {
					t.Fatalf("%s after %q has more than the replay", list, after)
				}
				stands, _ := want.index.Position(rest[0].Reference)
				stands.Revision = 0
				if row.Reference != rest[0].Reference || row.Key != rest[0].Key || row.Position != stands {
					t.Fatalf("%s after %q: %+v, want %s %+v", list, after, row, rest[0].Reference, stands)
				}
				rest = rest[1:]
			}
			if len(rest) > 0 {
				t.Fatalf("%s after %q lacks %d", list, after, len(rest))
			}
		}
	}
	return nil
}

func agreeHomes(t failer, p *Past, want replayed) error {
	t.Helper()
	count := 0
	for home, err := range p.Homes() {
		if err != nil {
			return err
		}
		count++
		moved := want.homes[home.Reference]
		if home.Status != moved.After.GetStatus() || home.Condition != moved.After.GetCondition() || home.LeftStock != moved.After.GetLeftStock() || !home.Since.Equal(moved.At) {
			t.Fatalf("home %+v, want %v", home, moved)
		}
	}
	if count != len(want.homes) {
		t.Fatalf("%d homes, want %d", count, len(want.homes))
	}
	return nil
}

// small is an archive that builds a layer every few changes.
func small(t failer, folder string) *Archive {
	t.Helper()
	a := New()
	if folder != "" {
		if err := a.KeepIn(folder); err != nil {
			t.Fatalf("KeepIn: %v", err)
		}
	}
	a.least, a.portion = 8, 60
	return a
}

func (b *book) build(t failer, a *Archive) {
	t.Helper()
	b.read(t, func(reader kv.Reader) error { return a.Build(context.Background(), reader) })
}

// TestAgree: whatever happened, and whenever layers were built, every moment is
// shown as a full replay shows it.
func TestAgree(t *testing.T) {
	built := 0
	rapid.Check(t, func(t *rapid.T) {
		b, a := newBook(t), small(t, "")
		for range rapid.IntRange(1, 2).Draw(t, "times") {
			b.live(t)
			b.build(t, a)
			for range 2 {
				at := rapid.SampledFrom(b.moments).Draw(t, "at").Add(time.Duration(rapid.IntRange(-1, 1).Draw(t, "off")) * time.Microsecond)
				b.read(t, func(reader kv.Reader) error { agree(t, a, reader, at); return nil })
			}
			if n := len(a.kept); n > 0 {
				kept := a.kept[rapid.IntRange(0, n-1).Draw(t, "layer")].moment
				b.read(t, func(reader kv.Reader) error { agree(t, a, reader, kept); return nil })
			}
			b.read(t, func(reader kv.Reader) error { agree(t, a, reader, farAhead); return nil })
		}
		built += len(a.kept)
	})
	if built == 0 {
		t.Error("no layer was ever built")
	}
}

// TestHarmed: a folder that is harmed in any way never leads to a wrong answer, and
// is mended by the next Build.
func TestHarmed(t *testing.T) {
	foreign := t.TempDir()
	other := newBook(t)
	fill(t, other, "B")
	other.build(t, small(t, foreign))
	for name, harm := range map[string]func(t *testing.T, path string){
		"truncated": func(t *testing.T, path string) { change(t, path, func(all []byte) []byte { return all[:len(all)/2] }) },
		"emptied":   func(t *testing.T, path string) { change(t, path, func([]byte) []byte { return nil }) },
		"flipped in the middle": func(t *testing.T, path string) {
			change(t, path, func(all []byte) []byte { all[len(all)/3] ^= 4; return all })
		},
		"flipped at the beginning": func(t *testing.T, path string) { change(t, path, func(all []byte) []byte { all[1] ^= 1; return all }) },
		"flipped in the index": func(t *testing.T, path string) {
			change(t, path, func(all []byte) []byte { all[len(all)-endLen-3] ^= 64; return all })
		},
		"of another version": func(t *testing.T, path string) {
			change(t, path, func(all []byte) []byte { all[len(all)-endLen+versionAt]++; return all })
		},
		"deleted": func(t *testing.T, path string) {
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
		},
		"of another moment": func(t *testing.T, path string) {
			files := layers(t, filepath.Dir(path))
			all, err := os.ReadFile(files[(slices.Index(files, path)+1)%len(files)])
			if err != nil {
				t.Fatal(err)
			}
			change(t, path, func([]byte) []byte { return all })
		},
		"foreign": func(t *testing.T, path string) {
			files := layers(t, foreign)
			all, err := os.ReadFile(files[len(files)-1])
			if err != nil {
				t.Fatal(err)
			}
			change(t, path, func([]byte) []byte { return all })
		},
	} {
		for _, opened := range []string{"closed", "open", "read"} {
			t.Run(name+" while "+opened, func(t *testing.T) {
				t.Parallel()
				folder := t.TempDir()
				b, a := newBook(t), small(t, folder)
				fill(t, b, "A")
				b.build(t, a)
				files := layers(t, folder)
				if len(files) < 3 {
					t.Fatalf("layers are %q", files)
				}
				b.read(t, func(reader kv.Reader) error {
					for i, path := range []string{files[0], files[len(files)/2], files[len(files)-1]} {
						if opened == "read" {
							agree(t, a, reader, farAhead)
						}
						if opened == "closed" {
							a = small(t, folder)
						}
						harm(t, path)
						a.recent = nil
						for _, at := range []time.Time{b.moments[len(b.moments)/2], b.moments[7], farAhead} {
							agree(t, a, reader, at)
						}
						if err := a.Build(t.Context(), reader); err != nil {
							t.Fatal(err)
						}
						if again := layers(t, folder); !slices.Equal(again, files) {
							t.Fatalf("after file %d layers are %q, were %q", i, again, files)
						}
						agree(t, small(t, folder), reader, farAhead)
					}
					return nil
				})
			})
		}
	}
}

func change(t *testing.T, path string, fn func([]byte) []byte) {
	t.Helper()
	all, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, fn(all), 0o600); err != nil {
		t.Fatal(err)
	}
}

func layers(t *testing.T, folder string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*"+ending))
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// fill is a history of some months.
func fill(t failer, b *book, prefix string) {
	t.Helper()
	for i := range 60 {
		p := &eilev1.Placement{
			Reference: fmt.Sprintf("%s-%d", prefix, i%40), List: "general", NeedClass: fmt.Sprint(i % 3), OrderKey: fmt.Append(nil, i*7%31),
			Status: waiting,
		}
		b.place(t, "", p)
		b.turn(t, &eilev1.UnitChange_UnitState{Reference: fmt.Sprintf("U-%d", i%9), Status: eilev1.UnitStatus(1 + i%3)})
		b.now = b.now.Add(34 * time.Hour)
	}
}

// TestHarmedBeforeBuild: what was harmed since it was last looked at is found out by
// the Build that lays something over it, though nobody has read it meanwhile.
func TestHarmedBeforeBuild(t *testing.T) {
	folder := t.TempDir()
	b, a := newBook(t), small(t, folder)
	fill(t, b, "A")
	b.build(t, a)
	b.read(t, func(reader kv.Reader) error { agree(t, a, reader, farAhead); return nil })
	files := layers(t, folder)
	change(t, files[len(files)-1], func([]byte) []byte { return []byte("something else") })
	fill(t, b, "C")
	b.build(t, a)
	if again := layers(t, folder); len(again) <= len(files) {
		t.Errorf("layers are %q, were %q", again, files)
	}
	b.read(t, func(reader kv.Reader) error { agree(t, small(t, folder), reader, farAhead); return nil })
}

// TestImportIsALayer: a large import ends a layer at the moment of its decision, so
// that what happens in the minute after it is not replayed with it.
func TestImportIsALayer(t *testing.T) {
	b, a := newBook(t), small(t, "")
	b.write(t, map[string]proto.Message{layout.Import + "im-1": &eilev1.ImportRecord{State: eilev1.ImportState_IMPORT_STATE_STAGING}})
	for i := range 100 {
		b.place(t, "im-1", &eilev1.Placement{Reference: fmt.Sprintf("A-%d", i), List: "general", OrderKey: []byte("k"), Status: waiting})
	}
	decided := b.now
	b.decide(t, "im-1")
	for i := range 3 {
		b.place(t, "", &eilev1.Placement{Reference: fmt.Sprintf("B-%d", i), List: "general", OrderKey: []byte("k"), Status: waiting})
	}
	b.build(t, a)
	if at := a.newest(farAhead); !at.Equal(decided) {
		t.Errorf("the last layer ends at %v, the import was decided at %v", at, decided)
	}
	b.read(t, func(reader kv.Reader) error {
		for _, at := range b.moments[len(b.moments)-5:] {
			agree(t, a, reader, at)
		}
		return nil
	})
}

// TestFolder: the files are private, hold no name that was not theirs to hold, and
// what a process that was killed left is removed.
func TestFolder(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "history")
	b, a := newBook(t), small(t, folder)
	fill(t, b, "A")
	b.build(t, a)
	info, err := os.Stat(folder)
	if err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("%v, %v", info, err)
	}
	for _, path := range layers(t, folder) {
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%v, %v", info, err)
		}
	}
	left := filepath.Join(folder, beginning+"123")
	if err := os.WriteFile(left, []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	again := small(t, folder)
	if _, err := os.Stat(left); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("what was left is there: %v", err)
	}
	if len(again.kept) != len(a.kept) || len(a.kept) == 0 {
		t.Errorf("%d layers, %d after opening again", len(a.kept), len(again.kept))
	}
	if err := New().KeepIn(filepath.Join(left, "below")); err != nil {
		t.Errorf("a folder in a folder: %v", err)
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := New().KeepIn(file); err == nil || !strings.Contains(err.Error(), "folder of the history") {
		t.Errorf("a file for a folder: %v", err)
	}
}

// TestTwo: two processes that build in one folder do not harm each other.
func TestTwo(t *testing.T) {
	folder := t.TempDir()
	b := newBook(t)
	fill(t, b, "A")
	one, other := small(t, folder), small(t, folder)
	done := make(chan error)
	for _, a := range []*Archive{one, other} {
		go func() {
			done <- b.db.View(context.Background(), func(reader kv.Reader) error { return a.Build(context.Background(), reader) })
		}()
	}
	if err := errors.Join(<-done, <-done); err != nil {
		t.Fatal(err)
	}
	for _, a := range []*Archive{one, other, small(t, folder)} {
		b.read(t, func(reader kv.Reader) error { agree(t, a, reader, farAhead); return nil })
	}
}

// TestRestored: a register that was restored and took another course does not take
// what was kept of the first.
func TestRestored(t *testing.T) {
	folder := t.TempDir()
	b := newBook(t)
	fill(t, b, "A")
	b.build(t, small(t, folder))
	other := newBook(t)
	fill(t, other, "B") // at the same moments
	a := small(t, folder)
	other.read(t, func(reader kv.Reader) error {
		agree(t, a, reader, farAhead)
		agree(t, a, reader, other.moments[50])
		return a.Build(t.Context(), reader)
	})
	if len(layers(t, folder)) != len(a.kept) || len(a.kept) == 0 {
		t.Errorf("layers are %q, known are %d", layers(t, folder), len(a.kept))
	}
	other.read(t, func(reader kv.Reader) error { agree(t, a, reader, farAhead); return nil })
}

// TestFork: a scratch reads the layers that were there, builds none, and does not
// take those that the register builds afterwards.
func TestFork(t *testing.T) {
	b, a := newBook(t), small(t, "")
	fill(t, b, "A")
	b.build(t, a)
	fork := a.Fork()
	held := len(fork.kept)
	b.read(t, func(reader kv.Reader) error {
		fill(t, b, "C")
		b.build(t, a)
		if len(a.kept) <= held || len(fork.kept) != held || held == 0 {
			t.Errorf("%d layers, the fork had %d and has %d", len(a.kept), held, len(fork.kept))
		}
		agree(t, fork, reader, farAhead)
		return fork.Build(t.Context(), reader)
	})
	if len(fork.kept) != held {
		t.Error("the fork built")
	}
}

// TestTurns: no more read the past at a time than there are turns; who waits can
// give up.
func TestTurns(t *testing.T) {
	a := New()
	var ends []func()
	for range cap(a.turns) {
		end, err := a.Turn(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		ends = append(ends, end)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := a.Turn(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("there was one more turn: %v", err)
	}
	ends[0]()
	if _, err := a.Turn(t.Context()); err != nil {
		t.Error(err)
	}
}
