package verify

import (
	"strings"
	"testing"
)

// cut checks files that may have been cut off: what is read gives a verdict, all else an error that
// names its file.
func cut(t *testing.T, instance, outcome string) (refused bool) {
	t.Helper()
	_, err := Check([]byte(instance), []byte(outcome))
	if err == nil {
		return false
	}
	named := strings.HasPrefix(err.Error(), "instance: ") || strings.HasPrefix(err.Error(), "outcome: ")
	if !named || strings.Contains(err.Error(), "nil pointer") {
		t.Errorf("%v\ninstance %s\noutcome %s", err, instance, outcome)
	}
	return true
}

// Wherever an instance or an outcome was cut off, it is not read.
func TestACutFileIsNotVerified(t *testing.T) {
	t.Parallel()
	for _, pair := range [][2]string{{choiceInstance, choiceOutcome}, {fillInstance, fillOutcome}} {
		for size := range len(pair[0]) {
			if !cut(t, pair[0][:size], pair[1]) {
				t.Errorf("an instance of %d bytes is read", size)
			}
		}
		for size := range len(pair[1]) {
			if !cut(t, pair[0], pair[1][:size]) {
				t.Errorf("an outcome of %d bytes is read", size)
			}
		}
	}
}

func FuzzCheck(f *testing.F) {
	f.Add(choiceInstance, choiceOutcome)
	f.Add(fillInstance, fillOutcome)
	f.Fuzz(func(t *testing.T, instance, outcome string) {
		// A large instance is slow to verify, not wrong.
		if len(instance) < 4_000 {
			cut(t, instance, outcome)
		}
	})
}
