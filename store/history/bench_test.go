package history

import (
	"context"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store/kv"
	"github.com/eile-housing/eile/store/kv/boltkv"
	"github.com/eile-housing/eile/store/layout"
)

// BenchmarkPage reads a page of a past list of 1,000,000 waiting (100,000 unless
// EILE_LONG is set) at a moment that was not asked before, and reports beside it
// what the same page costs again, a full replay, and the layers. Budget: 50 ms.
func BenchmarkPage(b *testing.B) {
	n := 100_000
	if os.Getenv("EILE_LONG") != "" {
		n = 1_000_000
	}
	db, err := boltkv.Open(filepath.Join(b.TempDir(), "register.db"), boltkv.Options{NoSync: true})
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	register := &book{db: db, now: time.Date(2020, 1, 1, 8, 0, 0, 0, time.UTC), imports: map[string][]string{}}
	register.write(b, map[string]proto.Message{layout.Register: &eilev1.Register{Schema: 2}})
	for from := 0; from < n; from += 1000 {
		many := make([]*eilev1.Placement, 0, 1000)
		for i := from; i < from+1000; i++ {
			many = append(many, realistic(i, 0))
		}
		register.place(b, "", many...)
	}
	for i := range n / 10 { // five years in which every tenth changes
		register.now = register.now.Add(5 * 365 * 24 * time.Hour / time.Duration(n/10))
		register.place(b, "", realistic(i*7919%n, i+1))
	}
	folder := b.TempDir()
	a := New()
	if err := a.KeepIn(folder); err != nil {
		b.Fatal(err)
	}
	register.read(b, func(reader kv.Reader) error {
		began := time.Now()
		if err := a.Build(context.Background(), reader); err != nil {
			return err
		}
		built := time.Since(began)
		fresh, asked := New(), 0
		page := func(a *Archive, at time.Time) time.Duration {
			began := time.Now()
			err := a.At(reader, at, func(p *Past) error {
				count := 0
				for _, err := range p.Queue("general", "") {
					if count++; err != nil || count == 100 {
						return err
					}
				}
				return nil
			})
			if err != nil {
				b.Fatal(err)
			}
			return time.Since(began)
		}
		at := register.moments[len(register.moments)/2]
		replayed := page(fresh, at)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		var first time.Duration
		for b.Loop() {
			asked++
			first += page(a, register.moments[n/1000+asked*7919%(n/10)])
		}
		runtime.ReadMemStats(&after)
		b.ReportMetric(float64(first.Microseconds())/1000/float64(asked), "ms/page")
		b.ReportMetric(float64(after.TotalAlloc-before.TotalAlloc)/1e6/float64(asked), "MB/page")
		b.ReportMetric(built.Seconds(), "s/build")
		b.ReportMetric(float64(len(a.kept)), "layers")
		b.ReportMetric(float64(folderBytes(b, folder))/1e6, "MB/layers")
		b.ReportMetric(float64(replayed.Microseconds())/1000, "ms/replay")
		page(a, at)
		b.ReportMetric(float64(page(a, at).Microseconds())/1000, "ms/again")
		return nil
	})
}

func folderBytes(b *testing.B, folder string) (sum int64) {
	b.Helper()
	files, err := os.ReadDir(folder)
	if err != nil {
		b.Fatal(err)
	}
	for _, file := range files {
		info, err := file.Info()
		if err != nil {
			b.Fatal(err)
		}
		sum += info.Size()
	}
	return sum
}

// realistic is a placement as the shipped policies make them: an order key of a
// date and time, a number and a draw.
func realistic(i, change int) *eilev1.Placement {
	key := binary.BigEndian.AppendUint64([]byte{1, 0}, uint64(i+change)*0x9E3779B97F4A7C15)
	key = binary.BigEndian.AppendUint32(key, uint32(i))
	for part := range uint64(4) {
		key = binary.BigEndian.AppendUint64(key, (uint64(i)+part)*0xD6E8FEB86659FD93)
	}
	return &eilev1.Placement{
		Reference: fmt.Sprintf("BENCH-%07d", i), List: "general", NeedClass: fmt.Sprintf("%d rooms", i%5+1), OrderKey: key, Status: waiting,
		Suitability: fmt.Appendf(nil, "digest of what suits: %04d", i%2000), OutOfTurn: i%50 == 0,
	}
}
