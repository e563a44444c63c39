package schema

import "testing"

// TestEachSchemaHasAStep that leads to it.
func TestEachSchemaHasAStep(t *testing.T) {
	for i, step := range steps {
		if step.what == "" || step.take == nil {
			t.Errorf("no step leads from schema %d", i+1)
		}
	}
}
