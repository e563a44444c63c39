package main

import (
	"testing"

	"google.golang.org/protobuf/proto"
	"pgregory.net/rapid"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// viewed pairs every view with the message that it is for.
var viewed = []struct {
	message proto.Message
	view    view
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

// TestViewsFitTheirMessages fills every message at random: a path that no field has, or that ends in what is no value, panics.
func TestViewsFitTheirMessages(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		for _, v := range viewed {
			m := v.message.ProtoReflect().New()
			fill(t, m, 3)
			for _, spec := range []string{v.view.table, v.view.record, v.view.csv} {
				columns := columnsOf(spec)
				seen := map[string]bool{}
				for _, c := range columns {
					if seen[c.name] {
						t.Fatalf("%T has two columns %s", v.message, c.name)
					}
					seen[c.name] = true
				}
				if len(row(columns, m)) != len(columns) {
					t.Fatalf("%T: not a cell for each column", v.message)
				}
			}
			for _, p := range v.view.parts {
				list := m.Descriptor().Fields().ByTextName(p.field)
				inner := m.NewField(list).List().NewElement().Message()
				fill(t, inner, 2)
				row(columnsOf(p.columns), inner)
			}
		}
	})
}

func TestPositionFileHasTheFieldsThatScriptsRead(t *testing.T) {
	want := []string{
		"reference", "list", "position", "waiting", "ahead", "ahead_out_of_turn", "as_of", "policy", "need_class",
		"position_in_need_class", "waiting_in_need_class", "housed_last_12_months", "status",
	}
	got := names(columnsOf(positionView.csv))
	for i := range max(len(got), len(want)) {
		if i >= len(got) || i >= len(want) || got[i] != want[i] {
			t.Fatalf("got %v, want %v", got, want)
		}
	}
}
