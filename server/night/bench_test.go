package night

import (
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"google.golang.org/genproto/googleapis/type/date"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/eile-housing/eile/policy"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/server/casework/offer"
	"github.com/eile-housing/eile/server/casework/state"
	"github.com/eile-housing/eile/store"
	"github.com/eile-housing/eile/store/kv/boltkv"
)

// sizes of a benchmark; EILE_WAITING and EILE_HOMES change them.
func sizes() (waiting, homes int) {
	number := func(name string, otherwise int) int {
		if n, err := strconv.Atoi(os.Getenv(name)); err == nil {
			return n
		}
		return otherwise
	}
	return number("EILE_WAITING", 100_000), number("EILE_HOMES", 500)
}

// city is a register on disk under lt-vilnius, with synthetic households and
// vacant homes.
func city(b *testing.B) *town {
	b.Helper()
	waiting, homes := sizes()
	db, err := boltkv.Open(filepath.Join(b.TempDir(), "register.db"), boltkv.Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { db.Close() })
	text, _ := policy.ShippedSource("lt-vilnius")
	w := openTown(b.Context(), b, db, string(text), mustDay(b, "2026-01-15"))
	w.activate(string(text))
	random := rand.New(rand.NewPCG(1, 2))
	im, err := w.reg.BeginImport(w.ctx, "import")
	if err != nil {
		b.Fatal(err)
	}
	piece, number := im.Piece(), uint32(0)
	flush := func(records int) {
		if piece.Full(records) || records == 0 {
			if err := im.Write(w.ctx, w.stamp("import"), number, piece); err != nil {
				b.Fatal(err)
			}
			piece, number = im.Piece(), number+1
		}
	}
	for i := range waiting {
		flush(2)
		application := w.citizen(random, i)
		place := state.Evaluate(w.rules(), application)
		store.Applications.AddTo(piece, application.GetReference(), application)
		piece.Place(place)
	}
	for i := range homes {
		flush(1)
		unit := &eilev1.Unit{
			Reference: fmt.Sprintf("U-%05d", i), Import: "import", District: fmt.Sprintf("district %d", random.IntN(12)), Rooms: new(int32(1 + random.IntN(4))),
			WearPercent: new(int32(random.IntN(50))), AreaSqm: &eilev1.Decimal{Units: int64(18 + random.IntN(60))}, Adapted: new(random.IntN(10) == 0),
			Amenities: &eilev1.Amenities{Present: []eilev1.Amenity{1, 2, 3, 4, 5, 6, 7, 8, 9}},
		}
		state.Complete(w.rules(), unit)
		piece.AddUnit(unit)
	}
	flush(0)
	if _, err := im.Decide(w.ctx, w.stamp("import"), nil); err != nil {
		b.Fatal(err)
	}
	return w
}

func (w *town) citizen(random *rand.Rand, i int) *eilev1.Application {
	application := &eilev1.Application{
		Reference: fmt.Sprintf("A-%07d", i), Import: "import", List: w.policy.DefaultList(), Attributes: map[string]*eilev1.Fact{}, ReceivedAt: timestamppb.New(w.Now()),
		RegisteredAt: fmt.Sprintf("20%02d-%02d-%02dT10:%02d:00Z", 10+random.IntN(15), 1+random.IntN(12), 1+random.IntN(28), random.IntN(60)), Household: &eilev1.Household{},
	}
	for range 1 + random.IntN(5) {
		application.Household.Members = append(application.Household.Members, &eilev1.Member{BirthDate: &date.Date{Year: int32(1950 + random.IntN(70)), Month: 3, Day: 3}})
	}
	for _, fact := range []string{
		"declared_residence=Vilnius", "net_income_cents=300000", "assets_cents=0", "owns_home=false", "declared_year=2025",
		fmt.Sprintf("disability=%t", random.IntN(5) == 0), fmt.Sprintf("needs_adapted=%t", random.IntN(20) == 0),
	} {
		w.fact(application, fact)
	}
	for range random.IntN(3) {
		w.fact(application, fmt.Sprintf("district=district %d", random.IntN(12)))
	}
	return application
}

// freed takes the open offers back, so that the homes are vacant again.
func (w *town) freed(b *testing.B) {
	b.Helper()
	for _, made := range all(w, store.Offers) {
		if made.GetStatus() == eilev1.OfferStatus_OFFER_STATUS_OPEN {
			w.onOffer(made.GetId(), func(c casework.Change, o *eilev1.Offer) error { return offer.Withdraw(c, o, "benchmark") })
		}
	}
	w.today++
}

func BenchmarkNight(b *testing.B) {
	w := city(b)
	var run *eilev1.Run
	b.Run("dry", func(b *testing.B) {
		for b.Loop() {
			dry, err := w.night.DryRun(w.ctx, w.rules())
			if err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(float64(dry.GetRead()), "read")
		}
	})
	b.Run("night", func(b *testing.B) {
		var err error
		var matching time.Duration
		for b.Loop() {
			b.StopTimer()
			w.freed(b)
			b.StartTimer()
			begun := time.Now()
			if run, err = w.run(); err != nil {
				b.Fatal(err)
			}
			matching += time.Since(begun)
			if run, err = w.complete(); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(run.GetOffersCreated()), "offers")
		b.ReportMetric(float64(matching.Milliseconds())/float64(b.N), "ms-until-matched")
	})
	size := int64(0)
	b.Run("evidence", func(b *testing.B) {
		for b.Loop() {
			size = 0
			if err := w.night.Evidence(w.ctx, run.GetId(), func(_ string, piece []byte) error { size += int64(len(piece)); return nil }); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(size), "bytes")
	})
	b.Run("kept", func(b *testing.B) {
		kept := 0
		for b.Loop() {
			kept = 0
			for _, name := range []string{instanceFile(0), roundFile(0), matchesFile} {
				reader := w.night.openFile(w.ctx, run.GetId(), name)
				if _, err := io.Copy(io.Discard, reader); err != nil {
					b.Fatal(err)
				}
			}
			w.view(func(v *store.View) error {
				for _, name := range []string{instanceFile(0), roundFile(0), matchesFile} {
					for number := 0; ; number++ {
						piece, last, ok, err := v.Evidence(run.GetId(), name, number)
						if err != nil || !ok {
							return err
						}
						kept += len(piece)
						if last {
							break
						}
					}
				}
				return nil
			})
		}
		b.ReportMetric(float64(kept), "bytes")
	})
	matches, err := w.night.Matches(w.ctx, run.GetId())
	if err != nil {
		b.Fatal(err)
	}
	last := matches.GetMatches()[len(matches.GetMatches())-1]
	b.Run("explain unit", func(b *testing.B) {
		for b.Loop() {
			w.explainUnit(run.GetId(), last.GetUnit())
		}
	})
	b.Run("explain application", func(b *testing.B) {
		for b.Loop() {
			w.explainApplication(run.GetId(), last.GetApplication())
		}
	})
}
