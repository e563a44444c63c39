package intake

import (
	"bytes"
	"encoding/hex"
	"testing"

	"google.golang.org/genproto/googleapis/type/date"

	"github.com/eile-housing/eile/policy/table"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// A row is known again by its digest, and by what an earlier program kept of it:
// the digest of marshalled messages, recorded here as that program forms it.
func TestDigestsOfRowsAreKnownAgain(t *testing.T) {
	t.Parallel()
	person := &eilev1.Person{GivenName: "Ona", Address: "Pilies 1"}
	application := &eilev1.Application{
		Reference: "A-1", List: "general", RegisteredAt: "2020-01-01",
		Attributes: map[string]*eilev1.Fact{"points": {Value: &eilev1.Fact_IntValue{IntValue: 3}}},
		Household: &eilev1.Household{Members: []*eilev1.Member{{
			BirthDate: &date.Date{Year: 1980, Month: 2, Day: 29},
		}}},
	}
	unit := &eilev1.Unit{Reference: "U-1", Rooms: new(int32(2)), WearPercent: new(int32(10))}
	for name, c := range map[string]struct {
		pack           func() (row, error)
		stable, former string
	}{
		"application": {func() (row, error) { return pack("A-1", table.Digest(application, person), application, person) }, "586a7da8be5e8b462b6c965bd10556b5", "75d9e022bd89e49fad9c1c1494b84eda"},
		"unit":        {func() (row, error) { return pack("U-1", table.UnitDigest(unit), unit, nil) }, "a5066bbff07bb25a4b64f3996b5145b2", "e2fef79fa8370bc558dde2563a04215a"},
	} {
		packed, err := c.pack()
		if err != nil {
			t.Fatal(err)
		}
		if got := hex.EncodeToString(packed.digest[:]); got != c.stable {
			t.Errorf("%s: the digest is %s", name, got)
		}
		if got := hex.EncodeToString(packed.marshalled()); got != c.former {
			t.Errorf("%s: the digest of an earlier program is %s", name, got)
		}
		for _, kept := range [][]byte{packed.digest[:], packed.marshalled()} {
			if !packed.same(kept) {
				t.Errorf("%s: %x is not known again", name, kept)
			}
		}
		if packed.same(nil) || packed.same(bytes.Repeat([]byte{1}, digestSize)) {
			t.Errorf("%s: another row counts as the same", name)
		}
	}
	inspection := &eilev1.Inspection{Unit: "U-1", Inspector: "Ona", InspectedOn: &date.Date{Year: 2025, Month: 6, Day: 1}, Hazards: []string{"damp"}}
	id, earlier, err := inspectionIDs(inspection)
	if err != nil || id != "U-1/2025-06-01-fc52eab6268bae62" || earlier != "U-1/2025-06-01-ae2d5a841c180621" {
		t.Errorf("%s, in registers of an earlier program %s: %v", id, earlier, err)
	}
}
