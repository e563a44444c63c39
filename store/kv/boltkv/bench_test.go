package boltkv_test

import (
	"encoding/binary"
	"fmt"
	"path/filepath"
	"runtime"
	"sync/atomic"
	"testing"

	"go.etcd.io/bbolt"

	"github.com/eile-housing/eile/store/kv"
	"github.com/eile-housing/eile/store/kv/boltkv"
)

// The same writes by both: one new key of 16 bytes, scattered, and a value that
// takes 300 bytes in the file.
const (
	benchValue  = 300
	boltkvTakes = 12 // of a value, before it
)

func benchKey(n uint64) []byte {
	key := binary.BigEndian.AppendUint64(nil, n*0x9E3779B97F4A7C15)
	return binary.BigEndian.AppendUint64(key, n)
}

// clients runs op on n goroutines at once.
func clients(b *testing.B, n int, op func(key []byte) error) {
	var next atomic.Uint64
	b.SetParallelism(max(1, n/runtime.GOMAXPROCS(0)))
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			err := op(benchKey(next.Add(1)))
			if err != nil {
				b.Error(err)
				return
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "commits/s")
}

func benchUpdate(b *testing.B, n int) {
	db := open(b, filepath.Join(b.TempDir(), "store"))
	value := make([]byte, benchValue-boltkvTakes)
	clients(b, n, func(key []byte) error {
		_, err := db.Update(b.Context(), func(tx kv.Tx) error { return tx.Put(key, value) })
		return err
	})
	err := db.Close()
	if err != nil {
		b.Fatal(err)
	}
}

func BenchmarkUpdate256(b *testing.B) { benchUpdate(b, 256) }

func BenchmarkUpdate64(b *testing.B) { benchUpdate(b, 64) }

// BenchmarkUpdate1 is one client alone: its latency.
func BenchmarkUpdate1(b *testing.B) {
	db := open(b, filepath.Join(b.TempDir(), "store"))
	value := make([]byte, benchValue-boltkvTakes)
	n := uint64(0)
	for b.Loop() {
		n++
		_, err := db.Update(b.Context(), func(tx kv.Tx) error { return tx.Put(benchKey(n), value) })
		if err != nil {
			b.Fatal(err)
		}
	}
	err := db.Close()
	if err != nil {
		b.Fatal(err)
	}
}

// BenchmarkRawBatch256 is what the file can do: bbolt.Batch as it comes, and
// with a batch that starts as soon as all clients are in it.
func BenchmarkRawBatch256(b *testing.B) {
	for _, size := range []int{1000, 256, 128} {
		b.Run(fmt.Sprintf("batch=%d", size), func(b *testing.B) { benchRawBatch(b, 256, size) })
	}
}

func benchRawBatch(b *testing.B, n, size int) {
	bolt, err := bbolt.Open(filepath.Join(b.TempDir(), "store"), 0o600, &bbolt.Options{FreelistType: bbolt.FreelistMapType})
	if err != nil {
		b.Fatal(err)
	}
	bolt.MaxBatchSize = size
	bucket := []byte("data")
	err = bolt.Update(func(tx *bbolt.Tx) error {
		_, err := tx.CreateBucket(bucket)
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	value := make([]byte, benchValue)
	clients(b, n, func(key []byte) error {
		return bolt.Batch(func(tx *bbolt.Tx) error { return tx.Bucket(bucket).Put(key, value) })
	})
	err = bolt.Close()
	if err != nil {
		b.Fatal(err)
	}
}

func BenchmarkView(b *testing.B) {
	db, err := boltkv.Open(filepath.Join(b.TempDir(), "store"), boltkv.Options{NoSync: true})
	if err != nil {
		b.Fatal(err)
	}
	const n, perCommit = 100_000, 100
	value := make([]byte, benchValue-boltkvTakes)
	for i := uint64(0); i < n; i += perCommit {
		_, err = db.Update(b.Context(), func(tx kv.Tx) error {
			for j := range uint64(perCommit) {
				err := tx.Put(benchKey(i+j), value)
				if err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	b.Run("get", func(b *testing.B) {
		i := uint64(0)
		for b.Loop() {
			i = (i + 7919) % n
			err := db.View(b.Context(), func(r kv.Reader) error { _, _, err := r.Get(benchKey(i)); return err })
			if err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("scan 100000", func(b *testing.B) {
		for b.Loop() {
			err := db.View(b.Context(), func(r kv.Reader) error {
				for _, err := range r.Scan(nil, nil) {
					if err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				b.Fatal(err)
			}
		}
	})
	err = db.Close()
	if err != nil {
		b.Fatal(err)
	}
}
