package e2e

import (
	"os"
	"strings"
	"testing"
)

// nextTaipei is taipei-points in a version in which fewer points go first.
func nextTaipei(t *testing.T) string {
	t.Helper()
	text := shipped(t, "taipei-points")
	next := strings.Replace(text, "expr: total_points, direction: descending", "expr: total_points, direction: ascending", 1)
	next = next[:strings.Index(next, "\nexamples:")] + "\n"
	version := next[strings.Index(next, "\nversion:"):]
	version = version[:1+strings.Index(version[1:], "\n")]
	next = strings.Replace(next, version, "\nversion: next", 1)
	if next == text {
		t.Fatal("the shipped policy has another form")
	}
	return next
}

func shipped(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile("../policy/shipped/" + name + ".yaml")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
