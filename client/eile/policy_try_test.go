package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/eile-housing/eile/policy/day"
)

// TestWhoIsTriedIsRegisteredByThen: a registration that is still to come today is refused as by an
// import; a later day may be tried with who is registered until its end.
func TestWhoIsTriedIsRegisteredByThen(t *testing.T) {
	p, err := loadPolicy("lt-vilnius")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now().In(p.Location)
	today := day.Of(now, p.Location)
	for _, test := range []struct {
		registered time.Time
		on         day.Day
		taken      bool
	}{
		{now.Add(-time.Hour), today, true}, {now.Add(5 * time.Minute), today, false}, {now.Add(5 * time.Minute), today - 1, false},
		{now.Add(5 * time.Minute), today + 1, true}, {(today + 1).End(p.Location), today + 1, true}, {(today + 2).Start(p.Location).Add(day.Ahead + 1), today + 1, false},
	} {
		name := filepath.Join(t.TempDir(), "one.csv")
		row := fmt.Sprintf("reference,registered_at,members\nA,%s,self/F/1985-02-03\n", test.registered.Format(time.RFC3339Nano))
		if err := os.WriteFile(name, []byte(row), 0o600); err != nil {
			t.Fatal(err)
		}
		var faults bytes.Buffer
		rows, err := (&session{stderr: &faults}).readApplications(p, name, test.on)
		if taken := err == nil && len(rows) == 1; taken != test.taken || !taken && !strings.Contains(faults.String(), "in the future") {
			t.Errorf("%s tried on %s: %v, %v %s", test.registered, test.on, rows, err, &faults)
		}
	}
}
