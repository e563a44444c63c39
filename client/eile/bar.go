package main

import (
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// bar shows how far a long work is, on a terminal only: a nil bar shows nothing.
type bar struct{ *progressbar.ProgressBar }

// newBar starts a bar on standard error, of a size that is not known yet.
func (s *session) newBar(what string) *bar {
	file, ok := s.stderr.(*os.File)
	if !ok || !term.IsTerminal(int(file.Fd())) {
		return nil
	}
	return &bar{progressbar.NewOptions64(-1,
		progressbar.OptionSetWriter(file),
		progressbar.OptionSetDescription(what),
		progressbar.OptionClearOnFinish(),
		progressbar.OptionShowCount(),
		progressbar.OptionFullWidth(),
		// The spinner turns when we turn it: its own goroutine would race with ours.
		progressbar.OptionSetSpinnerChangeInterval(0),
	)}
}

// show sets what is done, how much of it, and of how much; 0 of 0 is not known yet.
func (b *bar) show(what string, done, of int64) {
	if b == nil {
		return
	}
	b.Describe(what)
	if of > 0 {
		b.ChangeMax64(of)
	}
	_ = b.Set64(done)
}

// turn moves a bar of unknown size.
func (b *bar) turn() {
	if b != nil {
		_ = b.Add(1)
	}
}

// end takes the bar off the terminal.
func (b *bar) end() {
	if b != nil {
		_ = b.Finish()
		_ = b.Clear()
	}
}

// clear makes room for a line on the terminal; the bar comes back with the next answer.
func (b *bar) clear() {
	if b != nil {
		_ = b.Clear()
	}
}

// watch turns the bar while a call that tells nothing is on its way.
func watch[T any](b *bar, call func() (T, error)) (T, error) {
	if b == nil {
		return call()
	}
	done := make(chan struct{})
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		tick := time.NewTicker(100 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-done:
				return
			case <-tick.C:
				b.turn()
			}
		}
	}()
	defer func() {
		close(done)
		<-stopped
	}()
	return call()
}
