package rpc

import (
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/reflect/protoreflect"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// Every method of our services says who may call it, and what changes a right is a decision.
func TestEveryMethodSaysItsAccess(t *testing.T) {
	if err := CheckMethods(Methods()); err != nil {
		t.Error(err)
	}
}

func method(t *testing.T, name string) Method {
	t.Helper()
	for _, method := range Methods() {
		if string(method.Name()) == name {
			return method
		}
	}
	t.Fatalf("there is no method %s", name)
	return Method{}
}

// What a method may not say of itself is refused, so that the service does not start.
func TestWhatAMethodMustSay(t *testing.T) {
	right := &eilev1.Access{ChangesRight: true, DecisionKinds: []eilev1.DecisionKind{eilev1.DecisionKind_DECISION_KIND_REMOVE}}
	for name, test := range map[string]struct {
		method string
		access *eilev1.Access
		want   string
	}{
		"nothing":                {"GetUnit", nil, "it does not say"},
		"a right by no decision": {"WithdrawApplication", &eilev1.Access{ChangesRight: true}, "is a decision"},
		"a decision, no right":   {"RemoveApplication", &eilev1.Access{DecisionKinds: right.DecisionKinds}, "is a decision"},
		"a decision of no kind":  {"RemoveApplication", &eilev1.Access{ChangesRight: true, DecisionKinds: []eilev1.DecisionKind{0}}, "no kind"},
		"it cites none":          {"WithdrawApplication", right, "its request cites none"},
		"it cannot say so":       {"EndTenancy", right, "only proposed"},
		"all is said":            {"RemoveApplication", right, ""},
	} {
		m := method(t, test.method)
		m.Access = test.access
		err := CheckMethods([]Method{m})
		if (err == nil) != (test.want == "") || err != nil && !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want %q", name, err, test.want)
		}
	}
}

// A second person can approve every kind that a first can propose: all but those that have two
// persons of their own.
func TestEveryKindCanBeApproved(t *testing.T) {
	approves := method(t, "ApproveDecision").Access.GetDecisionKinds()
	for _, m := range Methods() {
		for _, kind := range m.Access.GetDecisionKinds() {
			if kind != eilev1.DecisionKind_DECISION_KIND_APPROVE_RUN && !slices.Contains(approves, kind) {
				t.Errorf("%s takes %v, which nobody can approve", m.FullName(), kind)
			}
		}
	}
}

// A method reads a person just where its answer can hold one, or the members of a household; what
// streams bytes holds whatever the register has.
func TestWhoReadsAPerson(t *testing.T) {
	for _, m := range Methods() {
		holds := m.IsStreamingServer() && m.Output().Fields().ByName("data") != nil || personal(m.Output(), map[protoreflect.FullName]bool{})
		if m.Access.GetReadsPerson() != holds {
			t.Errorf("%s: it says that it reads a person: %t, its answer can hold one: %t", m.FullName(), m.Access.GetReadsPerson(), holds)
		}
	}
}

func personal(message protoreflect.MessageDescriptor, seen map[protoreflect.FullName]bool) bool {
	if name := message.FullName(); name == "eile.v1.Person" || name == "eile.v1.Member" {
		return true
	}
	if seen[message.FullName()] {
		return false
	}
	seen[message.FullName()] = true
	for i := range message.Fields().Len() {
		if inner := message.Fields().Get(i).Message(); inner != nil && personal(inner, seen) {
			return true
		}
	}
	return false
}
