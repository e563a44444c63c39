package clerk_test

import (
	"testing"

	"example.org/rules/desk"
)

// The tests of a neighbour hold a rule too.
func Test(t *testing.T) {
	if desk.Held(10) == nil {
		t.Error("it is not refused")
	}
}
