package main

import (
	"bytes"
	"encoding/csv"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"
	"pgregory.net/rapid"

	"github.com/eile-housing/eile/client/render"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/proto/spell/spelltest"
)

// viewed pairs every view with the message that it is for.
var viewed = []struct {
	message proto.Message
	view    render.View
}{
	{&eilev1.Application{}, applicationView},
	{&eilev1.Application{}, registeredView},
	{&eilev1.AuditEntry{}, auditView},
	{&eilev1.DuplicateGroup{}, duplicateView},
	{&eilev1.DuplicateDecision{}, duplicateDecisionView},
	{&eilev1.Decommission{}, decommissionView},
	{&eilev1.Programme{}, programmeView},
	{&eilev1.VacantHome{}, vacancyView},
	{&eilev1.Position{}, positionView},
	{&eilev1.Unit{}, unitView},
	{&eilev1.Unit{}, flagView},
	{&eilev1.RentedHome{}, leaseView},
	{&eilev1.PlanDecommissionResponse{}, planView},
	{&eilev1.PlannedHome{}, plannedView},
	{&eilev1.AdviseRentResponse{}, adviceView},
	{&eilev1.RentGain{}, gainView},
	{&eilev1.RentPurchase{}, purchaseView},
	{&eilev1.Run{}, runView},
	{&eilev1.ExplainRunResponse{}, explainView},
	{&eilev1.Offer{}, offerView},
	{&eilev1.Tenancy{}, tenancyView},
	{&eilev1.Policy{}, policyView},
	{&eilev1.ImportResult{}, importView},
	{&eilev1.IssueAccessCodeResponse{}, codeView},
}

// printed returns the names of columns and the cells of a message under them, as a file has them.
func printed(t rapid.TB, columns string, message proto.Message) (names, cells []string) {
	t.Helper()
	var file bytes.Buffer
	p := render.Printer{To: &file, Format: render.CSV}
	if err := p.Message(render.View{CSV: columns}, message); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&file).ReadAll()
	if err != nil || len(rows) != 2 {
		t.Fatalf("%T under %q prints %v, %v", message, columns, rows, err)
	}
	return rows[0], rows[1]
}

// TestViewsFitTheirMessages fills every message at random: a path that no field has, or that ends
// in what is no value, panics.
func TestViewsFitTheirMessages(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		for _, v := range viewed {
			m := v.message.ProtoReflect().New()
			spelltest.Fill(t, m, 3)
			for _, columns := range []string{v.view.Table, v.view.Record, v.view.CSV} {
				if columns == "" {
					continue
				}
				names, cells := printed(t, columns, m.Interface())
				seen := map[string]bool{}
				for _, name := range names {
					if seen[name] {
						t.Fatalf("%T has two columns %s", v.message, name)
					}
					seen[name] = true
				}
				if len(cells) != len(names) || len(cells) != len(strings.Fields(columns)) {
					t.Fatalf("%T: not a cell for each column", v.message)
				}
			}
			for _, p := range v.view.Parts {
				list := m.Descriptor().Fields().ByTextName(p.Field)
				inner := m.NewField(list).List().NewElement().Message()
				spelltest.Fill(t, inner, 2)
				(&render.Printer{Next: commandOf}).Cells(p.Columns, inner.Interface())
			}
		}
	})
}

func TestPositionFileHasTheFieldsThatScriptsRead(t *testing.T) {
	want := []string{
		"reference", "list", "position", "waiting", "ahead", "ahead_out_of_turn", "as_of", "policy", "need_class",
		"position_in_need_class", "waiting_in_need_class", "housed_last_12_months", "status",
	}
	if got, _ := printed(t, positionView.CSV, &eilev1.Position{}); !slices.Equal(got, want) {
		t.Fatalf("got %v, want %v", got, want)
	}
}
