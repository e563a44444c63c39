package e2e

import (
	"path/filepath"
	"testing"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// A name is in any letters: it stands in the history in its one spelling, and is the same person
// to the rule of two people.
func TestANameInAnyLetters(t *testing.T) {
	t.Parallel()
	s := &service{t: t, data: filepath.Join(t.TempDir(), "data")}
	s.start("--dev")
	s.do("policy", "activate", "lt-vilnius")
	s.do("import", "applications", sheet(t, "applications.csv", vilnius, household("A-1", "2017-03-01T10:00:00+02:00")))
	s.do("unit", "register", "U-1")
	s.do("unit", "inspect", "U-1", "--inspector", "V. Vila", "--hazards", "structure")
	const name, id = "Rūta Žukauskaitė", "rūta žukauskaitė"
	s.by(name, func() {
		s.do("application", "suspend", "A-1", "--decision", "D-1", "--reason", "abroad")
		s.do("decommission", "propose", "U-1", "--reason", "worn out")
		mustHold(t, s.refused("decommission", "approve", "U-1"), "FOUR_EYES", id)
	})
	history := read(s, &eilev1.ListHistoryResponse{}, "application", "history", "A-1").GetEntries()
	if len(history) != 2 || history[1].GetActor() != id {
		t.Errorf("who did what: %v", history)
	}
	s.by("Rūta Žukauskienė", func() { s.do("decommission", "approve", "U-1") })
	s.stop()
}
