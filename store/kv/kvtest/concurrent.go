package kvtest

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/eile-housing/eile/store/kv"
)

var concurrentCases = []testCase{
	{"counter", testCounter},
	{"log in order of revisions", testLog},
	{"bank", testBank},
	{"write skew", testWriteSkew},
	{"refusals and panics leave the others alone", testRefusals},
}

func number(item kv.Item) uint64 {
	if len(item.Value) == 0 {
		return 0
	}
	return binary.BigEndian.Uint64(item.Value)
}

func testCounter(t *testing.T, db kv.DB) {
	const workers, rounds = 32, 15
	key := []byte("counter")
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for range rounds {
				var counted uint64
				revision := update(t, db, func(tx kv.Tx) error {
					item, _, err := tx.Get(key)
					if err != nil {
						return err
					}
					counted = number(item) + 1
					return tx.Put(key, binary.BigEndian.AppendUint64(nil, counted))
				})
				if kv.Revision(counted) != revision {
					t.Errorf("revision %d counted to %d", revision, counted)
				}
			}
		})
	}
	wg.Wait()
	view(t, db, func(r kv.Reader) error {
		item, _, err := r.Get(key)
		if number(item) != workers*rounds {
			t.Errorf("counted to %d, want %d", number(item), workers*rounds)
		}
		return err
	})
}

// testLog: each transaction appends to a log that it has read. The order of the
// log is the order of revisions, and each read the one before.
func testLog(t *testing.T, db kv.DB) {
	const workers, rounds = 16, 15
	key := []byte("log")
	var mu sync.Mutex
	order := make(map[kv.Revision]byte)
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for range rounds {
				var before kv.Revision
				revision := update(t, db, func(tx kv.Tx) error {
					item, _, err := tx.Get(key)
					if err != nil {
						return err
					}
					before = item.Revision
					return tx.Put(key, append(append([]byte{}, item.Value...), byte(w)))
				})
				if before+1 != revision {
					t.Errorf("revision %d read the log of %d", revision, before)
				}
				mu.Lock()
				order[revision] = byte(w)
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	view(t, db, func(r kv.Reader) error {
		item, _, err := r.Get(key)
		if len(item.Value) != workers*rounds {
			t.Errorf("log of %d entries, want %d", len(item.Value), workers*rounds)
		}
		for i, w := range item.Value {
			if order[kv.Revision(i+1)] != w {
				t.Errorf("entry %d is of worker %d, revision %d was of worker %d", i, w, i+1, order[kv.Revision(i+1)])
			}
		}
		return err
	})
}

var errPoor = errors.New("not enough money")

// testBank moves money between accounts, refusing what would overdraw one, while
// readers add all up.
func testBank(t *testing.T, db kv.DB) {
	const accounts, initial, workers, rounds = 6, 100, 16, 20
	account := func(i int) []byte { return fmt.Appendf(nil, "account %d", i) }
	update(t, db, func(tx kv.Tx) error {
		for i := range accounts {
			err := tx.Put(account(i), binary.BigEndian.AppendUint64(nil, initial))
			if err != nil {
				return err
			}
		}
		return nil
	})
	audit := func() error {
		return db.View(t.Context(), func(r kv.Reader) error {
			var sum uint64
			for item, err := range r.Scan(nil, nil) {
				if err != nil {
					return err
				}
				sum += number(item)
			}
			if sum != accounts*initial {
				return fmt.Errorf("revision %d: accounts add up to %d, want %d", r.Revision(), sum, accounts*initial)
			}
			return nil
		})
	}
	var working, auditing sync.WaitGroup
	var stop atomic.Bool
	auditing.Go(func() {
		for !stop.Load() {
			if err := audit(); err != nil {
				t.Error(err)
			}
		}
	})
	for w := range workers {
		working.Go(func() {
			random := rand.New(rand.NewPCG(uint64(w), 1))
			for range rounds {
				from := random.IntN(accounts)
				to := (from + 1 + random.IntN(accounts-1)) % accounts
				_, err := db.Update(t.Context(), transfer(account(from), account(to), random.Uint64N(120)))
				if err != nil && err != errPoor {
					t.Errorf("Update: %v", err)
				}
			}
		})
	}
	working.Wait()
	stop.Store(true)
	auditing.Wait()
	if err := audit(); err != nil {
		t.Error(err)
	}
}

// transfer takes first and looks afterwards, so that a refusal leaves something
// to be dropped.
func transfer(from, to []byte, amount uint64) func(kv.Tx) error {
	return func(tx kv.Tx) error {
		source, _, err := tx.Get(from)
		if err != nil {
			return err
		}
		target, _, err := tx.Get(to)
		if err != nil {
			return err
		}
		has, gets := number(source), number(target)
		err = tx.Put(to, binary.BigEndian.AppendUint64(nil, gets+amount))
		if err != nil {
			return err
		}
		if has < amount {
			return errPoor
		}
		return tx.Put(from, binary.BigEndian.AppendUint64(nil, has-amount))
	}
}

// testWriteSkew: of two doctors one stays on call, though each transaction
// writes only the key that the other one reads.
func testWriteSkew(t *testing.T, db kv.DB) {
	for range 40 {
		put(t, db, "0", "on")
		put(t, db, "1", "on")
		var left atomic.Int32
		var wg sync.WaitGroup
		for i := range 2 {
			wg.Go(func() {
				_, err := db.Update(t.Context(), func(tx kv.Tx) error {
					other, _, err := tx.Get(fmt.Append(nil, 1-i))
					if err != nil {
						return err
					}
					if string(other.Value) != "on" {
						return errRefused
					}
					return tx.Put(fmt.Append(nil, i), []byte("off"))
				})
				if err == nil {
					left.Add(1)
				} else if err != errRefused {
					t.Errorf("Update: %v", err)
				}
			})
		}
		wg.Wait()
		if left.Load() != 1 {
			t.Fatalf("%d of two left, want one", left.Load())
		}
	}
}

func testRefusals(t *testing.T, db kv.DB) {
	const workers, rounds = 30, 10
	var runs [workers]atomic.Int32
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			own := fmt.Errorf("refused by %d", w)
			for i := range rounds {
				fn := func(tx kv.Tx) error {
					runs[w].Add(1)
					err := errors.Join(tx.Put(fmt.Appendf(nil, "%d of %d", i, w), nil), tx.Put([]byte("shared"), fmt.Append(nil, w)))
					switch {
					case err != nil || w%3 == 0:
						return err
					case w%3 == 1:
						return own
					}
					panic(own)
				}
				var err error
				p := panics(func() { _, err = db.Update(t.Context(), fn) })
				if (err == own) != (w%3 == 1) || (p == own) != (w%3 == 2) {
					t.Errorf("worker %d gets error %v, panic %v", w, err, p)
				}
			}
		})
	}
	wg.Wait()
	all := contents(t, db)
	if len(all) != workers/3*rounds+1 || db.Revision() != workers/3*rounds {
		t.Errorf("%d keys at revision %d, want those of the %d that did not refuse", len(all), db.Revision(), workers/3*rounds)
	}
	for w := range runs {
		if n := runs[w].Load(); n < rounds || n > 2*rounds {
			t.Errorf("closures of worker %d ran %d times for %d Updates", w, n, rounds)
		}
	}
}
