package waitlist

import (
	"math"
	"math/bits"
)

// sharedLen is the length of the longest common prefix.
func sharedLen(a, b []byte) int {
	n := min(len(a), len(b))
	for i := range n {
		if a[i] != b[i] {
			return i
		}
	}
	return n
}

// below counts the windows below x in an ascending slice, by eight a round as in a block.
func below(windows []uint64, x uint64) int {
	at := 0
	for len(windows) > 8 {
		step := (len(windows) + 7) / 8
		passed := uint64(0)
		for i := step - 1; i < len(windows); i += step {
			passed += less(windows[i], x)
		}
		from := min(int(passed)*step, len(windows))
		at += from
		windows = windows[from:min(from+step-1, len(windows))]
	}
	passed := uint64(0)
	for _, w := range windows {
		passed += less(w, x)
	}
	return at + int(passed)
}

func notAbove(windows []uint64, x uint64) int {
	if x == math.MaxUint64 {
		return len(windows)
	}
	return below(windows, x+1)
}

// less is 1 when a < b and 0 otherwise, without a branch.
func less(a, b uint64) uint64 {
	_, borrow := bits.Sub64(a, b, 0)
	return borrow
}
