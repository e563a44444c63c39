package allocation

import (
	"strings"
	"testing"
)

// An instance or an outcome, wherever it was cut off, is refused at a path and in words.
func TestACutInstanceOrOutcomeIsToldInWords(t *testing.T) {
	t.Parallel()
	plain := func(what string, size int, err error) {
		if err == nil || !strings.HasPrefix(err.Error(), "$") || strings.Contains(err.Error(), "nil pointer") {
			t.Errorf("%s cut to %d bytes: %v", what, size, err)
		}
	}
	instance, outcome := strings.TrimSpace(exampleInstance), strings.TrimSpace(exampleOutcome)
	for size := range len(instance) {
		_, err := ParseInstance([]byte(instance[:size]))
		plain("instance", size, err)
	}
	for size := range len(outcome) {
		_, err := ParseOutcome([]byte(outcome[:size]))
		plain("outcome", size, err)
	}
}
