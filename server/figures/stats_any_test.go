package figures_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"
	"pgregory.net/rapid"

	"github.com/eile-housing/eile/policy/day"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/figures"
	"github.com/eile-housing/eile/store"
	"github.com/eile-housing/eile/store/kv/memkv"
)

// city is a register to which anything happens, with the folder of its layers.
type city struct {
	*rapid.T
	db       *memkv.DB
	register *store.Register
	folder   string
	began    time.Time
	now      time.Time
	ids      int
	open     []string // offers
	backups  []saved
	layers   int // the most that lay in the folder
}

// saved is a backup and what was so when it was taken.
type saved struct {
	content []byte
	now     time.Time
	open    []string
}

func newCity(t *rapid.T, folder string) *city {
	began := time.Date(2026, 1, 3, 8, 0, 0, 0, time.UTC)
	c := &city{T: t, folder: folder, began: began, now: began}
	c.on(memkv.New(memkv.Options{}))
	return c
}

// on opens the register of a store, with the layers that lie in the folder.
func (c *city) on(db *memkv.DB) {
	register, err := store.Open(c.Context(), db, make([]byte, 32))
	if err == nil {
		err = register.History().KeepIn(c.folder)
	}
	if err != nil {
		c.Fatal(err)
	}
	c.db, c.register = db, register
}

func (c *city) change(fn func(*store.Tx) error) {
	c.ids++
	c.now = c.now.Add(time.Second)
	_, _, err := c.register.Update(c.Context(), store.Stamp{Now: c.now, ID: fmt.Sprintf("id-%07d", c.ids), Actor: "clerk", Action: "test"}, fn)
	if err != nil {
		c.Fatal(err)
	}
}

func (c *city) view(fn func(*store.View) error) {
	if err := c.register.View(c.Context(), fn); err != nil {
		c.Fatal(err)
	}
}

var (
	anyStatus = []eilev1.ApplicationStatus{
		eilev1.ApplicationStatus_APPLICATION_STATUS_WAITING, eilev1.ApplicationStatus_APPLICATION_STATUS_WAITING,
		eilev1.ApplicationStatus_APPLICATION_STATUS_ON_HOLD, eilev1.ApplicationStatus_APPLICATION_STATUS_WITHDRAWN,
		eilev1.ApplicationStatus_APPLICATION_STATUS_HOUSED,
	}
	anyList = []string{"general", "young"}
)

// placed is a placement that differs from every one before.
func (c *city) placed(number, chance int) *eilev1.Placement {
	p := &eilev1.Placement{
		Reference: fmt.Sprintf("A-%03d", number), List: anyList[chance%2], NeedClass: fmt.Sprint(chance % 3),
		OrderKey: fmt.Appendf(nil, "%03d-%07d", chance%100, c.ids), Status: anyStatus[chance%len(anyStatus)],
	}
	if p.GetStatus() == eilev1.ApplicationStatus_APPLICATION_STATUS_HOUSED {
		p.HousedOn = int32(day.Of(c.now, time.UTC))
	}
	return p
}

// place writes many placements, enough that a month of them makes a layer.
func (c *city) place() {
	seed := rapid.IntRange(1, 1000).Draw(c.T, "seed")
	for from := 0; from < 560; from += 80 {
		c.change(func(tx *store.Tx) error {
			for i := from; i < from+80; i++ {
				if err := tx.Place(c.placed(i, i*seed)); err != nil {
					return err
				}
			}
			return nil
		})
	}
}

func (c *city) home() {
	unit := &eilev1.Unit{
		Reference: fmt.Sprintf("U-%d", rapid.IntRange(0, 5).Draw(c.T, "home")), Status: eilev1.UnitStatus(rapid.IntRange(1, 5).Draw(c.T, "status")),
		Condition: &eilev1.Condition{State: eilev1.ConditionState(rapid.IntRange(1, 3).Draw(c.T, "condition"))},
	}
	if rapid.IntRange(0, 3).Draw(c.T, "left") == 0 {
		unit.LeftStockOn = day.Of(c.now, time.UTC).Proto()
	}
	c.change(func(tx *store.Tx) error { return tx.PutUnit(unit) })
}

func (c *city) offer() {
	id := fmt.Sprintf("o-%07d", c.ids)
	c.open = append(c.open, id)
	c.change(func(tx *store.Tx) error {
		return tx.PutOffer(&eilev1.Offer{
			Id: id, Application: "A-001", Unit: "U-1", Status: eilev1.OfferStatus_OFFER_STATUS_OPEN, CreatedAt: timestamppb.New(tx.Now()),
		})
	})
}

// answer closes an offer that was answered some days before.
func (c *city) answer() {
	if len(c.open) == 0 {
		return
	}
	id := c.open[0]
	c.open = c.open[1:]
	status := eilev1.OfferStatus(rapid.IntRange(2, 6).Draw(c.T, "became"))
	reason := rapid.SampledFrom([]string{"", "location"}).Draw(c.T, "reason")
	on := day.Of(c.now, time.UTC).AddDays(-rapid.IntRange(0, 40).Draw(c.T, "ago"))
	c.change(func(tx *store.Tx) error {
		offer, err := store.Offers.Get(tx, id)
		if err != nil {
			return err
		}
		offer.Status, offer.ClosedAt, offer.AnsweredOn = status, timestamppb.New(tx.Now()), on.Proto()
		if status == eilev1.OfferStatus_OFFER_STATUS_REFUSED {
			offer.RefusalReason = reason
		}
		return tx.PutOffer(offer)
	})
}

func (c *city) backup() saved {
	var content bytes.Buffer
	if err := c.db.Backup(c.Context(), &content); err != nil {
		c.Fatal(err)
	}
	return saved{content.Bytes(), c.now, slices.Clone(c.open)}
}

// restore goes on from a backup, beside the layers of what happened after it.
func (c *city) restore(from saved) {
	db, err := memkv.Restore(bytes.NewReader(from.content), memkv.Options{})
	if err != nil {
		c.Fatal(err)
	}
	c.on(db)
	c.now, c.open = from.now, slices.Clone(from.open)
}

func (c *city) remember() {
	c.view(func(v *store.View) error { return v.Remember(c.Context()) })
	c.layers = max(c.layers, len(c.files()))
}

func (c *city) files() []string {
	files, err := filepath.Glob(filepath.Join(c.folder, "*"))
	if err != nil {
		c.Fatal(err)
	}
	return files
}

// harm deletes or shortens a layer.
func (c *city) harm() {
	files := c.files()
	if len(files) == 0 {
		return
	}
	file := rapid.SampledFrom(files).Draw(c.T, "file")
	err := os.Remove(file)
	if err == nil && rapid.Bool().Draw(c.T, "shortened") {
		err = os.WriteFile(file, []byte("not what was written"), 0o600)
	}
	if err != nil {
		c.Fatal(err)
	}
}

// agree holds the statistics of any period against those of a full replay.
func (c *city) agree() {
	last := int(c.now.Sub(c.began)/(24*time.Hour)) + 2
	from := rapid.IntRange(-2, last).Draw(c.T, "from")
	to := rapid.IntRange(from, last).Draw(c.T, "to")
	first, open := day.Of(c.began, time.UTC).AddDays(from), rapid.IntRange(0, 3).Draw(c.T, "open") == 0
	if open {
		first = 0
	}
	until := day.Of(c.began, time.UTC).AddDays(to)
	var got *eilev1.GetStatsResponse
	c.view(func(v *store.View) (err error) {
		got, err = figures.Stats(v, figures.NewPeriod(first, until, open, time.UTC), c.now)
		return err
	})
	r := replay{from: first, to: until, now: c.now, end: midnight(until + 1).Add(-time.Microsecond)}
	if !open {
		r.start = midnight(first)
	}
	if want := r.stats(c); !proto.Equal(got, want) {
		c.Fatalf("from %v to %v:\n%v\nwant\n%v", first, until, got, want)
	}
}

func midnight(on day.Day) time.Time {
	return time.Date(on.Year(), on.Month(), on.Day(), 0, 0, 0, 0, time.UTC)
}

// Whatever happened, whatever became of the layers and of the register, the
// statistics of any period are those of a full replay.
func TestStatsOfAnyPeriod(t *testing.T) {
	layers := 0
	rapid.Check(t, func(rt *rapid.T) {
		c := newCity(rt, t.TempDir())
		rt.Repeat(map[string]func(*rapid.T){
			"place":    func(*rapid.T) { c.place(); c.now = c.now.AddDate(0, 0, 25) },
			"home":     func(*rapid.T) { c.home() },
			"offer":    func(*rapid.T) { c.offer() },
			"answer":   func(*rapid.T) { c.answer() },
			"wait":     func(t *rapid.T) { c.now = c.now.AddDate(0, 0, rapid.IntRange(1, 40).Draw(t, "days")) },
			"remember": func(*rapid.T) { c.remember() },
			"kill":     func(*rapid.T) { c.restore(c.backup()) },
			"harm":     func(*rapid.T) { c.harm() },
			"backup":   func(*rapid.T) { c.backups = append(c.backups, c.backup()) },
			"restore": func(t *rapid.T) {
				if len(c.backups) > 0 {
					c.restore(rapid.SampledFrom(c.backups).Draw(t, "backup"))
				}
			},
			"agree": func(*rapid.T) { c.agree() },
		})
		c.remember()
		c.agree()
		layers += c.layers
	})
	if layers == 0 {
		t.Error("no layer was ever built")
	}
}
