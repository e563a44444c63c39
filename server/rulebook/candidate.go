package rulebook

import (
	"errors"
	"io/fs"
	"os"
	"strings"

	"github.com/eile-housing/eile/policy"
	"github.com/eile-housing/eile/policy/example"
	"github.com/eile-housing/eile/policy/words"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/form"
	"github.com/eile-housing/eile/store"
)

// Candidate is a policy whose examples hold, with its text.
type Candidate struct {
	policy *policy.Policy
	source []byte
}

// Read loads a policy; what is wrong with it, and each example that does not
// hold, is a fault of the field source.
func Read(file string, source []byte) (Candidate, error) {
	loaded, err := policy.Load(file, source)
	if err == nil {
		err = example.Check(loaded)
	}
	if err == nil {
		return Candidate{loaded, source}, nil
	}
	var faults form.Faults
	for line := range strings.SplitSeq(err.Error(), "\n") {
		faults = append(faults, form.Fault{Field: "source", Reason: words.Reason("POLICY_FAULT", words.Text("fault", line))})
	}
	return Candidate{}, faults
}

// ReadShipped loads a policy of the program.
func ReadShipped(name string) (Candidate, error) {
	source, ok := policy.ShippedSource(name)
	if !ok {
		return Candidate{}, form.Wrong("name", words.Reason("NOT_SHIPPED", words.Text("policy", name), words.Items("shipped", policy.Shipped()...)))
	}
	return Read(name+".yaml", source)
}

// ReadFile loads the policy of a file, or a shipped one where there is no such
// file.
func ReadFile(name string) (Candidate, error) {
	source, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		shipped, ok := policy.ShippedSource(name)
		if !ok {
			return Candidate{}, errors.New("there is no such file, and no policy of that name is shipped")
		}
		source, err = shipped, nil
	}
	if err != nil {
		return Candidate{}, err
	}
	return Read(name, source)
}

// Shipped returns a policy of the program as a record; it was never activated.
func Shipped(name string) (*eilev1.Policy, error) {
	source, ok := policy.ShippedSource(name)
	if !ok {
		return nil, store.Missing{Noun: store.Policies.Noun, ID: name}
	}
	loaded, err := policy.Load(name+".yaml", source)
	if err != nil {
		return nil, err
	}
	return Candidate{loaded, source}.record(), nil
}

// record of a policy that has no seed yet.
func (c Candidate) record() *eilev1.Policy {
	from, until := c.policy.InForce()
	record := &eilev1.Policy{
		Policy: c.policy.Identity(), Name: c.policy.Name, Version: c.policy.Version, Title: c.policy.Title("en"),
		Source: string(c.source), InForceFrom: from.Proto(),
	}
	if until != 0 {
		record.InForceUntil = until.Proto()
	}
	return record
}
