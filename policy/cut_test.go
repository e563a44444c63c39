package policy_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/eile-housing/eile/policy"
	"github.com/eile-housing/eile/policy/example"
	"github.com/eile-housing/eile/policy/source"
)

// cutPolicy reads what is left of a policy that was cut off: it is read, or each fault has its
// place and is in words.
func cutPolicy(t *testing.T, name string, text []byte) {
	t.Helper()
	p, err := policy.Load("cut.yaml", text)
	if err == nil {
		// A cut behind the last example leaves a policy; what it says is checked without a panic.
		_ = example.Check(p)
		return
	}
	if _, ok := errors.AsType[*source.Fault](err); !ok || strings.Contains(err.Error(), "nil pointer") || strings.Contains(err.Error(), "runtime error") {
		t.Errorf("%s cut to %d bytes: %v", name, len(text), err)
	}
}

// Every shipped policy, wherever it was cut off, is told in words (K19.7).
func TestACutPolicyIsToldInWords(t *testing.T) {
	t.Parallel()
	for _, name := range policy.Shipped() {
		text, ok := policy.ShippedSource(name)
		if !ok {
			t.Fatalf("no policy %s", name)
		}
		// A stride that is prime to the width of a line meets every kind of place.
		for size := 0; size < len(text); size += max(1, len(text)/61) {
			cutPolicy(t, name, text[:size])
		}
	}
}

func FuzzCutPolicy(f *testing.F) {
	for i := range policy.Shipped() {
		f.Add(uint8(i), uint32(1000))
	}
	f.Fuzz(func(t *testing.T, which uint8, size uint32) {
		name := policy.Shipped()[int(which)%len(policy.Shipped())]
		text, ok := policy.ShippedSource(name)
		if !ok {
			t.Fatalf("no policy %s", name)
		}
		cutPolicy(t, name, text[:int(size)%(len(text)+1)])
	})
}
