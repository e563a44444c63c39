package night_test

import (
	"bytes"
	"compress/flate"
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

	"github.com/eile-housing/eile/internal/eiletest"
	"github.com/eile-housing/eile/internal/eiletest/nighttest"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/server/casework/offer"
	"github.com/eile-housing/eile/server/casework/state"
	"github.com/eile-housing/eile/server/night/evidence"
	"github.com/eile-housing/eile/server/night/explain"
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
func city(b *testing.B) *nighttest.Nights {
	b.Helper()
	waiting, homes := sizes()
	db, err := boltkv.Open(filepath.Join(b.TempDir(), "register.db"), boltkv.Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { db.Close() })
	text := eiletest.Shipped(b, "lt-vilnius")
	w := nighttest.Of(eiletest.Open(b, db, text, eiletest.Day(b, "2026-01-15")))
	w.Activate(text)
	random := rand.New(rand.NewPCG(1, 2))
	im, err := w.Register.BeginImport(w.Context(), "import")
	if err != nil {
		b.Fatal(err)
	}
	piece, number := im.Piece(), uint32(0)
	flush := func(records int) {
		if piece.Full(records) || records == 0 {
			if err := im.Write(w.Context(), w.Stamp("import"), number, piece); err != nil {
				b.Fatal(err)
			}
			piece, number = im.Piece(), number+1
		}
	}
	for i := range waiting {
		flush(3)
		application := citizen(w, random, i)
		place := state.Evaluate(w.InForce(), application)
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
		state.Complete(w.InForce(), unit)
		piece.AddUnit(unit)
	}
	flush(0)
	if _, err := im.Decide(w.Context(), w.Stamp("import"), nil); err != nil {
		b.Fatal(err)
	}
	return w
}

// citizen is an application as an import brings it.
func citizen(w *nighttest.Nights, random *rand.Rand, i int) *eilev1.Application {
	registered := fmt.Sprintf("20%02d-%02d-%02dT10:%02d:00Z", 10+random.IntN(15), 1+random.IntN(12), 1+random.IntN(28), random.IntN(60))
	household := &eilev1.Household{}
	for range 1 + random.IntN(5) {
		household.Members = append(household.Members, &eilev1.Member{BirthDate: &date.Date{Year: int32(1950 + random.IntN(70)), Month: 3, Day: 3}})
	}
	facts := []string{
		"declared_residence=Vilnius", "net_income_cents=300000", "assets_cents=0", "owns_home=false", "declared_year=2025",
		fmt.Sprintf("disability=%t", random.IntN(5) == 0), fmt.Sprintf("needs_adapted=%t", random.IntN(20) == 0),
	}
	for range random.IntN(3) {
		facts = append(facts, fmt.Sprintf("district=district %d", random.IntN(12)))
	}
	application := w.Applicant(fmt.Sprintf("A-%07d", i), facts...)
	application.Import, application.ReceivedAt = "import", timestamppb.New(w.Now())
	application.RegisteredAt, application.Household = registered, household
	return application
}

// freed takes the open offers back, so that the homes are vacant again.
func freed(w *nighttest.Nights) {
	w.Helper()
	for _, made := range eiletest.All(w.World, store.Offers) {
		if made.GetStatus() == eilev1.OfferStatus_OFFER_STATUS_OPEN {
			eiletest.MustOn(w.World, "offer.withdraw", store.Offers, made.GetId(), func(c casework.Change, o *eilev1.Offer) error {
				return offer.Withdraw(c, o, "benchmark")
			})
		}
	}
	w.Today++
}

// packed is a file of a run as it is kept.
func packed(w *nighttest.Nights, run, name string) (file []byte) {
	w.Helper()
	w.View(func(v *store.View) error {
		for number := 0; ; number++ {
			piece, last, ok, err := v.Evidence(run, name, number)
			if file = append(file, piece...); err != nil || !ok || last {
				return err
			}
		}
	})
	return file
}

func BenchmarkNight(b *testing.B) {
	w := city(b)
	var run *eilev1.Run
	b.Run("dry", func(b *testing.B) {
		for b.Loop() {
			dry, err := w.Night.DryRun(w.Context(), w.Today)
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
			freed(w)
			b.StartTimer()
			begun := time.Now()
			if run, err = w.Run(); err != nil {
				b.Fatal(err)
			}
			matching += time.Since(begun)
			if run, err = w.Complete(); err != nil {
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
			if err := evidence.Send(w.Context(), w.Register, run.GetId(), func(_ string, piece []byte) error { size += int64(len(piece)); return nil }); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(size), "bytes")
	})
	b.Run("kept", func(b *testing.B) {
		kept := 0
		for b.Loop() {
			kept = 0
			for _, name := range []string{"instance.json", "round", "matches"} {
				file := packed(w, run.GetId(), name)
				if _, err := io.Copy(io.Discard, flate.NewReader(bytes.NewReader(file))); err != nil {
					b.Fatal(err)
				}
				kept += len(file)
			}
		}
		b.ReportMetric(float64(kept), "bytes")
	})
	matches := w.Matches(run.GetId())
	last := matches[len(matches)-1]
	b.Run("explain unit", func(b *testing.B) {
		for b.Loop() {
			if _, err := explain.Unit(w.Context(), w.Register, run.GetId(), last.GetUnit()); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("explain application", func(b *testing.B) {
		for b.Loop() {
			if _, err := explain.Application(w.Context(), w.Register, run.GetId(), last.GetApplication()); err != nil {
				b.Fatal(err)
			}
		}
	})
}
