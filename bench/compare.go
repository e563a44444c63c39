package main

import (
	"context"
	"errors"
	"io"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// load runs op from many clients until the time is over, or op says io.EOF, and
// answers how many were done a second.
func load(ctx context.Context, clients int, length time.Duration, op func(ctx context.Context, client, n int) error) (float64, error) {
	ctx, cancel := context.WithTimeout(ctx, length+time.Minute)
	defer cancel()
	var done atomic.Int64
	var failure error
	var once sync.Once
	var group sync.WaitGroup
	began := time.Now()
	for client := range clients {
		group.Go(func() {
			for n := 0; time.Since(began) < length; n++ {
				err := op(ctx, client, n)
				if errors.Is(err, io.EOF) {
					return
				}
				if err != nil {
					once.Do(func() { failure = err })
					return
				}
				done.Add(1)
			}
		})
	}
	group.Wait()
	return float64(done.Load()) / time.Since(began).Seconds(), failure
}

// compare runs figure and baseline in turn, so that both meet the same noise,
// and answers the medians and the median of the ratios.
func (b *bench) compare(ctx context.Context, clients int, figure, baseline func(context.Context, int, int) error) (of, base, ratio float64, err error) {
	var figures, baselines, ratios []float64
	for range b.rounds {
		one, err := load(ctx, clients, b.round, figure)
		if err != nil {
			return 0, 0, 0, err
		}
		other, err := load(ctx, clients, b.round, baseline)
		if err != nil {
			return 0, 0, 0, err
		}
		figures, baselines, ratios = append(figures, one), append(baselines, other), append(ratios, one/other)
	}
	return median(figures), median(baselines), median(ratios), nil
}

func median(values []float64) float64 {
	slices.Sort(values)
	return values[len(values)/2]
}
