package night

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"github.com/rs/zerolog"
)

// Between two tries of a run that something keeps from going on: a policy that is
// being put in force is over in a moment, a full disk is not.
const (
	firstPause = 100 * time.Millisecond
	lastPause  = 30 * time.Second
)

// worker carries the unfinished run on in the background, one step at a time.
type worker struct {
	runs *runs
	log  zerolog.Logger

	carrying sync.Mutex // held while a run is carried on

	mu      sync.Mutex // guards what follows
	going   bool       // a goroutine is at work
	woken   bool       // there may be more to carry on than it has seen
	closed  bool
	last    try           // what came of carrying a run on
	tried   chan struct{} // closed after the next try
	nudge   chan struct{} // ends a pause
	closing chan struct{} // closed by close
	work    sync.WaitGroup
}

// try is what came of carrying a run on. why keeps it from going on, for the time
// being; nil: nothing.
type try struct {
	run string
	why error
}

// hinders tells whether something keeps a run from going on: one that could not
// even be found is any.
func (t try) hinders(run string) bool { return t.why != nil && (t.run == run || t.run == "") }

func newWorker(r *runs, log zerolog.Logger) *worker {
	return &worker{runs: r, log: log, tried: make(chan struct{}), nudge: make(chan struct{}, 1), closing: make(chan struct{})}
}

// seen returns what came of the last try, and what is closed after the next one.
func (w *worker) seen() (last try, next <-chan struct{}) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.last, w.tried
}

// close waits for the step that is under way.
func (w *worker) close() {
	w.mu.Lock()
	if !w.closed {
		w.closed = true
		close(w.closing)
	}
	w.mu.Unlock()
	w.work.Wait()
}

// wake has the unfinished run carried on, now.
func (w *worker) wake() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.woken = true
	select {
	case w.nudge <- struct{}{}:
	default:
	}
	if w.going || w.closed {
		return
	}
	w.going = true
	w.work.Go(w.atWork)
}

// atWork carries on what is unfinished and tries again, with longer and longer
// pauses, what may pass.
func (w *worker) atWork() {
	for pause := firstPause; w.more(); {
		run, err := w.carryOn(context.Background())
		w.note(try{run, err})
		if err == nil {
			pause = firstPause
			continue
		}
		w.log.Error().Err(err).Str("run", run).Dur("pause", pause).Msg("the run does not go on; it is tried again")
		select {
		case <-w.closing:
		case <-w.nudge:
		case <-time.After(pause):
		}
		pause = min(2*pause, lastPause)
	}
}

// more tells whether there may be something to carry on; if not, the work is over.
func (w *worker) more() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.going = !w.closed && (w.woken || w.last.why != nil)
	w.woken = false
	select {
	case <-w.nudge:
	default:
	}
	return w.going
}

// note tells those who wait what came of a try.
func (w *worker) note(last try) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.last = last
	close(w.tried)
	w.tried = make(chan struct{})
}

// carryOn carries the unfinished run on until it rests or the service closes. The
// error is what keeps it from going on; one that failed rests.
func (w *worker) carryOn(ctx context.Context) (id string, err error) {
	w.carrying.Lock()
	defer w.carrying.Unlock()
	id, _, err = w.runs.unfinished(ctx)
	for moved := id != "" && err == nil; moved; {
		if w.isClosing() {
			return id, nil
		}
		moved, err = w.step(ctx, id)
	}
	if err == nil {
		return id, nil
	}
	if left, _, lost := w.runs.unfinished(ctx); lost != nil || left == id {
		return id, err
	}
	w.log.Error().Err(err).Str("run", id).Msg("the run failed")
	return id, nil
}

// step carries a run on by one state. A panic there is told like any error that
// may pass: it is a fault of this run, and the service answers other calls.
func (w *worker) step(ctx context.Context, id string) (moved bool, err error) {
	defer func() {
		if p := recover(); p != nil {
			moved, err = false, fmt.Errorf("run %s: panic: %v\n%s", id, p, debug.Stack())
		}
	}()
	moved, err = w.runs.step(ctx, id)
	return moved, err
}

func (w *worker) isClosing() bool {
	select {
	case <-w.closing:
		return true
	default:
		return false
	}
}
