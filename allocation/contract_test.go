package allocation

import "testing"

// The example of the format's description.
const exampleInstance = `{"format": "eile/instance/v1", "mode": "choice",
 "households": [{"id": "h1", "accepts": ["c1"], "groups": []}, {"id": "h2", "accepts": ["c1", "c2"], "groups": ["disabled"]}, {"id": "h3", "accepts": ["c2", "c1"], "groups": []}],
 "classes":    [{"id": "c1", "slots": [{"count": 1, "reserved_for": "disabled"}], "order": ["h3", "h2", "h1"]}, {"id": "c2", "slots": [{"count": 1}]}]}`

const exampleOutcome = `{"format": "eile/outcome/v1", "size": 2, "max_size": 2,
 "assignments": [
  {"household": "h2", "class": "c1", "slot": 0},
  {"household": "h3", "class": "c2", "slot": 0}],
 "unhoused": [
  {"household": "h1", "reason": "RESERVED"}],
 "cutoffs": [
  {"class": "c1", "slot": 0, "household": "h2"},
  {"class": "c2", "slot": 0, "household": "h3"}]}
`

func TestExample(t *testing.T) {
	in, err := ParseInstance([]byte(exampleInstance))
	if err != nil {
		t.Fatal(err)
	}
	if got := string(Solve(in).Marshal()); got != exampleOutcome {
		t.Errorf("got\n%s\nwant\n%s", got, exampleOutcome)
	}
}
