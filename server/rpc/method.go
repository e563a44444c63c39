package rpc

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// Method is one method of our services and what it says of its access.
type Method struct {
	protoreflect.MethodDescriptor
	Access *eilev1.Access // nil: nothing
}

// Methods are those of our services.
func Methods() (all []Method) {
	protoregistry.GlobalFiles.RangeFilesByPackage(eilev1.File_eile_v1_access_proto.Package(), func(file protoreflect.FileDescriptor) bool {
		for i := range file.Services().Len() {
			methods := file.Services().Get(i).Methods()
			for j := range methods.Len() {
				all = append(all, Method{methods.Get(j), accessOf(methods.Get(j))})
			}
		}
		return true
	})
	return all
}

func accessOf(method protoreflect.MethodDescriptor) *eilev1.Access {
	options := method.Options()
	if !proto.HasExtension(options, eilev1.E_Access) {
		return nil
	}
	access, _ := proto.GetExtension(options, eilev1.E_Access).(*eilev1.Access)
	return access
}

// CheckMethods refuses methods of which it is not known who may call them, and those that change
// a right without a decision, or could not answer that it waits for a second person.
func CheckMethods(methods []Method) error {
	var faults []error
	for _, method := range methods {
		for _, fault := range method.faults() {
			faults = append(faults, fmt.Errorf("%s: %w", method.FullName(), fault))
		}
	}
	return errors.Join(faults...)
}

func (m Method) faults() (all []error) {
	if m.Access == nil {
		return []error{errors.New("it does not say (eile.v1.access)")}
	}
	kinds := m.Access.GetDecisionKinds()
	if m.Access.GetChangesRight() != (len(kinds) > 0) {
		all = append(all, errors.New("what changes a right is a decision: it names kinds of decision just where it changes one"))
	}
	if slices.Contains(kinds, eilev1.DecisionKind_DECISION_KIND_UNSPECIFIED) {
		all = append(all, errors.New("it names a decision of no kind"))
	}
	if len(kinds) == 0 {
		return all
	}
	if !cites(m.Input()) {
		all = append(all, errors.New("it takes a decision, and its request cites none"))
	}
	if m.Output().FullName() != decisionKind && m.Output().Fields().ByName(proposalField) == nil {
		all = append(all, errors.New("it takes a decision, and its answer cannot say that the decision is only proposed"))
	}
	return all
}

const (
	decisionInput protoreflect.FullName = "eile.v1.ByDecision"
	decisionKind  protoreflect.FullName = "eile.v1.Decision"
)

// cites tells whether a request cites a decision, or gives the number of one.
func cites(request protoreflect.MessageDescriptor) bool {
	fields := request.Fields()
	for i := range fields.Len() {
		if inner := fields.Get(i).Message(); inner != nil && inner.FullName() == decisionInput {
			return true
		}
	}
	return fields.ByName("number") != nil
}

// kindsOf are the kinds of decision that a call of a method may take.
func kindsOf(name string) []eilev1.DecisionKind {
	path := strings.Replace(strings.TrimPrefix(name, "/"), "/", ".", 1)
	found, err := protoregistry.GlobalFiles.FindDescriptorByName(protoreflect.FullName(path))
	method, ok := found.(protoreflect.MethodDescriptor)
	if err != nil || !ok {
		return nil
	}
	return accessOf(method).GetDecisionKinds()
}
