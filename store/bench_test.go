package store

import (
	"context"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"go.etcd.io/bbolt"
	"golang.org/x/sync/errgroup"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store/kv"
	"github.com/eile-housing/eile/store/kv/boltkv"
	"github.com/eile-housing/eile/store/layout"
)

// realistic is a placement as the shipped policies make them: an order key of a
// date and time, a number and a draw.
func realistic(i int) *eilev1.Placement {
	key := make([]byte, 0, 64)
	key = append(key, 1, 0)
	key = binary.BigEndian.AppendUint64(key, uint64(i)*0x9E3779B97F4A7C15)
	key = binary.BigEndian.AppendUint32(key, uint32(i))
	key = append(key, make([]byte, 32)...)
	binary.BigEndian.PutUint64(key[14:], uint64(i)*0xD6E8FEB86659FD93)
	return &eilev1.Placement{
		Reference: fmt.Sprintf("BENCH-%07d", i), List: "general", NeedClass: fmt.Sprintf("%d rooms", i%5+1), OrderKey: key, Status: waiting,
		NextDue: 20_000 + int32(i%3000), Suitability: fmt.Appendf(nil, "digest of what suits: %04d", i%2000), OutOfTurn: i%50 == 0,
		Import: "0198a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b",
	}
}

// filled is the path of a store with so many placements.
func filled(b *testing.B, n int) string {
	b.Helper()
	path := filepath.Join(b.TempDir(), "register.db")
	db := openBolt(b, path)
	o := openOffice(b, db)
	im := o.begin(realistic(0).GetImport())
	group, ctx := errgroup.WithContext(b.Context())
	group.SetLimit(32)
	for from := 0; from < n; from += kv.MaxOps {
		group.Go(func() error {
			_, err := db.Update(ctx, func(tx kv.Tx) error {
				for i := from; i < min(n, from+kv.MaxOps); i++ {
					p := realistic(i)
					value, err := layout.Encode(p)
					if err != nil {
						return err
					}
					if err := tx.Put(layout.PlacementKey(1, p.GetReference()), value); err != nil {
						return err
					}
				}
				return nil
			})
			return err
		})
	}
	if err := group.Wait(); err != nil {
		b.Fatal(err)
	}
	o.decide(im)
	o.end()
	return path
}

// BenchmarkOpen1M opens a register of 1,000,000 placements (100,000 unless
// EILE_LONG is set): budget 5 s and 600 MB resident with all that a server has.
func BenchmarkOpen1M(b *testing.B) {
	n := 100_000
	if os.Getenv("EILE_LONG") != "" {
		n = 1_000_000
	}
	path := filled(b, n)
	var before, after runtime.MemStats
	for b.Loop() {
		b.StopTimer()
		runtime.GC()
		runtime.ReadMemStats(&before)
		b.StartTimer()
		db, err := boltkv.Open(path, boltkv.Options{NoSync: true})
		if err != nil {
			b.Fatal(err)
		}
		register, err := Open(b.Context(), db, seed)
		if err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		runtime.GC()
		runtime.ReadMemStats(&after)
		if got := len(register.List().Lists()); got != 1 {
			b.Fatalf("%d lists", got)
		}
		b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/1e6, "MB-heap")
		b.ReportMetric(float64(after.Sys)/1e6, "MB-sys")
		if err := db.Close(); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
	}
	b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "placements/s")
}

// BenchmarkScratch1M begins a scratch of a register of 1,000,000 placements
// (100,000 unless EILE_LONG is set) and ends it, and reports what one takes at
// once and after 5,000 changes: budget 100 ms.
func BenchmarkScratch1M(b *testing.B) {
	n := 100_000
	if os.Getenv("EILE_LONG") != "" {
		n = 1_000_000
	}
	o := openOffice(b, openBolt(b, filled(b, n)))
	defer o.end()
	for b.Loop() {
		if err := o.Scratch(b.Context(), func(*Register) error { return nil }); err != nil {
			b.Fatal(err)
		}
	}
	var memory runtime.MemStats
	heap := func() uint64 {
		runtime.GC()
		runtime.ReadMemStats(&memory)
		return memory.HeapAlloc
	}
	before := heap()
	err := o.Scratch(b.Context(), func(scratch *Register) error {
		b.ReportMetric(float64(heap()-before)/1e6, "MB")
		start := time.Now()
		for i := range uint64(5000) {
			if err := registration(scratch, opening, i*199%uint64(n)); err != nil {
				return err
			}
		}
		b.ReportMetric(float64(time.Since(start).Microseconds())/5000, "us/change")
		b.ReportMetric(float64(heap()-before)/1e6, "changed-MB")
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
}

// parallel runs op from so many goroutines at once.
func parallel(b *testing.B, clients int, op func(n uint64) error) {
	var next atomic.Uint64
	b.SetParallelism(max(1, clients/runtime.GOMAXPROCS(0)))
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if err := op(next.Add(1)); err != nil {
				b.Error(err)
				return
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "commits/s")
}

// registration is one application of some 300 bytes with its placement.
func registration(r *Register, base time.Time, n uint64) error {
	id := fmt.Sprintf("0198a1b2-c3d4-7e5f-%016x", n*0x9E3779B97F4A7C15)
	stamp := Stamp{Now: base.Add(time.Duration(n) * time.Microsecond), ID: id, Actor: "clerk", Action: "application.register", RequestID: id, RequestSum: make([]byte, 32)}
	_, _, err := r.Update(context.Background(), stamp, func(tx *Tx) error {
		p := realistic(int(n))
		p.Reference, p.Import = id, ""
		a := application(p)
		a.RegisterNumber = string(make([]byte, 200))
		tx.Subject(p.GetReference())
		tx.Result(p.GetReference())
		if err := Applications.Put(tx, p.GetReference(), a); err != nil {
			return err
		}
		return tx.Place(p)
	})
	return err
}

// BenchmarkUpdateApplication256 is 256 clients who register applications, beside
// raw bbolt.Batch of the very keys and bytes: budget 0.7 of it.
func BenchmarkUpdateApplication256(b *testing.B) {
	b.Run("register", func(b *testing.B) {
		db, err := boltkv.Open(filepath.Join(b.TempDir(), "register.db"), boltkv.Options{})
		if err != nil {
			b.Fatal(err)
		}
		register, err := Open(b.Context(), db, seed)
		if err != nil {
			b.Fatal(err)
		}
		b.ReportAllocs()
		parallel(b, 256, func(n uint64) error { return registration(register, opening, n) })
		if err := db.Close(); err != nil {
			b.Fatal(err)
		}
	})
	b.Run("raw", func(b *testing.B) {
		sample := writesOfRegistration(b)
		raw, err := bbolt.Open(filepath.Join(b.TempDir(), "raw.db"), 0o600, &bbolt.Options{FreelistType: bbolt.FreelistMapType})
		if err != nil {
			b.Fatal(err)
		}
		bucket := []byte("data")
		if err := raw.Update(func(tx *bbolt.Tx) error { _, err := tx.CreateBucket(bucket); return err }); err != nil {
			b.Fatal(err)
		}
		parallel(b, 256, func(n uint64) error {
			return raw.Batch(func(tx *bbolt.Tx) error {
				data := tx.Bucket(bucket)
				for _, write := range sample(n) {
					if err := data.Put(write.Key, write.Value); err != nil {
						return err
					}
				}
				return nil
			})
		})
		if err := raw.Close(); err != nil {
			b.Fatal(err)
		}
	})
}

// writesOfRegistration returns the writes of the registration of a number.
func writesOfRegistration(b *testing.B) func(n uint64) []kv.Write {
	b.Helper()
	db := newMemory()
	register, err := Open(b.Context(), db, seed)
	if err != nil {
		b.Fatal(err)
	}
	var last kv.Commit
	db.Follow(func(commit kv.Commit) { last = commit })
	if err := registration(register, opening, 1); err != nil {
		b.Fatal(err)
	}
	of := func(n uint64) string { return fmt.Sprintf("%016x", n*0x9E3779B97F4A7C15) }
	times := func(n uint64) string {
		return string(layout.AppendTime(nil, opening.Add(time.Duration(n)*time.Microsecond)))
	}
	first, began := of(1), string(keyTimeOf(last.Writes))
	return func(n uint64) []kv.Write {
		writes := make([]kv.Write, len(last.Writes))
		id, at := of(n), times(n)
		for i, write := range last.Writes {
			key := replaced(write.Key, first, id)
			writes[i] = kv.Write{Key: replaced(key, began, at), Value: write.Value}
		}
		return writes
	}
}

func keyTimeOf(writes []kv.Write) []byte {
	for _, write := range writes {
		if layout.Begins(write.Key, layout.Audit) {
			return write.Key[len(layout.Audit) : len(layout.Audit)+layout.TimeLen]
		}
	}
	return nil
}

// replaced is a key with one of its parts replaced by another of its length.
func replaced(key []byte, part, by string) []byte {
	next := append([]byte(nil), key...)
	for i := 0; i+len(part) <= len(next); i++ {
		if string(next[i:i+len(part)]) == part {
			copy(next[i:], by)
		}
	}
	return next
}
