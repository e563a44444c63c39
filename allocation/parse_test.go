package allocation

import (
	"encoding/json"
	"strings"
	"testing"
)

// Each fault is made in the example and must be reported with its path.
func TestParseRefuses(t *testing.T) {
	for _, c := range []struct{ replace, with, want string }{
		{exampleInstance, "", "$: not JSON"},
		{exampleInstance, "{", "$: not JSON"},
		{exampleInstance, "\xff", "$: the file is not UTF-8"},
		{exampleInstance, "[]", "$: must be an object, is an array"},
		{exampleInstance, "null", "$: must be an object, is null"},
		{exampleInstance, "{}", "$.format: missing"},
		{exampleInstance, exampleInstance + "x", "$: not JSON at byte"},
		{exampleInstance, exampleInstance + "{}", "$: not JSON at byte"},
		{"instance/v1", "instance/v2", `$.format: is "eile/instance/v2"`},
		{`"choice"`, `"lottery"`, `$.mode: "lottery" is not a mode`},
		{`"choice"`, `1`, "$.mode: must be a string, is a number"},
		{`"mode": "choice",`, ``, "$.mode: missing"},
		{`"mode"`, `"moed"`, "$.moed: unknown key"},
		{`"mode": "choice"`, `"mode": "choice", "mode": "choice"`, "$.mode: this key stands twice"},
		{`"choice"`, `"fill"`, "$.classes[0].order: fill mode has one common order"},
		{`"choice"`, `"fill"`, "$.classes[0].slots[0].reserved_for: fill mode has no reserved slots"},
		{`{"id": "h1"`, `{"id": "h2"`, `$.households[1].id: household "h2" stands already at index 0`},
		{`{"id": "h1"`, `{"id": ""`, "$.households[0].id: a household needs an id"},
		{`{"id": "h1"`, `{"id": null`, "$.households[0].id: must be a string, is null"},
		{`{"id": "h1", `, `{`, "$.households[0].id: missing"},
		{`"accepts": ["c1"], `, ``, "$.households[0].accepts: missing"},
		{`"accepts": ["c1"]`, `"accepts": null`, "$.households[0].accepts: must be an array, is null"},
		{`"accepts": ["c1"]`, `"accepts": "c1"`, "$.households[0].accepts: must be an array, is a string"},
		{`"accepts": ["c1"]`, `"accepts": ["c3"]`, `$.households[0].accepts[0]: there is no class "c3"`},
		{`"accepts": ["c1"]`, `"accepts": ["c1", "c1"]`, "$.households[0].accepts[1]: stands twice"},
		{`"accepts": ["c1"]`, `"accepts": [{"x": [1, "]"]}]`, "$.households[0].accepts[0]: must be a string, is an object"},
		{`["disabled"]`, `["disabled", "disabled"]`, "$.households[1].groups[1]: stands twice"},
		{`["disabled"]`, `[""]`, "$.households[1].groups[0]: a group needs a name"},
		{`["disabled"]`, `[true]`, "$.households[1].groups[0]: must be a string, is a boolean"},
		{`"groups": []}, {"id": "h2"`, `"groups": [], "colour": "red"}, {"id": "h2"`, "$.households[0].colour: unknown key"},
		{`"groups": []}, {"id": "h2"`, `"groups": [], "a b": 1}, {"id": "h2"`, `$.households[0]["a b"]: unknown key`},
		{`{"id": "c2"`, `{"id": "c1"`, `$.classes[1].id: class "c1" stands already at index 0`},
		{`"slots": [{"count": 1}]`, `"slots": []`, "$.classes[1].slots: a class needs at least one slot"},
		{`, "slots": [{"count": 1}]`, ``, "$.classes[1].slots: missing"},
		{`{"count": 1}`, `{}`, "$.classes[1].slots[0].count: missing"},
		{`{"count": 1}`, `{"count": 0}`, "$.classes[1].slots[0].count: must be at least 1"},
		{`{"count": 1}`, `{"count": -1}`, "$.classes[1].slots[0].count: must be at least 1"},
		{`{"count": 1}`, `{"count": 1.5}`, "$.classes[1].slots[0].count: must be a whole number, is 1.5"},
		{`{"count": 1}`, `{"count": "1"}`, "$.classes[1].slots[0].count: must be a whole number, is a string"},
		{`{"count": 1}`, `{"count": 99999999999999999999}`, "$.classes[1].slots[0].count: must be a whole number"},
		{`{"count": 1}`, `{"count": 2147483648}`, "$.classes[1].slots[0].count: must be at least 1 and at most 2147483647"},
		{`{"count": 1}`, `{"count": 2147483647}, {"count": 1}`, "$.classes[1].slots[1].count: the class would have more than"},
		{`{"count": 1}`, `7`, "$.classes[1].slots[0]: must be an object, is a number"},
		{`"reserved_for": "disabled"`, `"reserved_for": ""`, "$.classes[0].slots[0].reserved_for: must not be empty"},
		{`"reserved_for": "disabled"`, `"reserved_for": null`, "$.classes[0].slots[0].reserved_for: must be a string, is null"},
		{`["h3", "h2", "h1"]`, `["h3", "h4"]`, `$.classes[0].order[1]: there is no household "h4"`},
		{`["h3", "h2", "h1"]`, `["h3", "h2", "h3"]`, `$.classes[0].order[2]: household "h3" stands twice`},
		{`["h3", "h2", "h1"]`, `["h3", 3]`, "$.classes[0].order[1]: must be a string, is a number"},
		{`["h3", "h2", "h1"]`, `null`, "$.classes[0].order: must be an array, is null"},
	} {
		text := strings.Replace(exampleInstance, c.replace, c.with, 1)
		_, err := ParseInstance([]byte(text))
		if err == nil {
			t.Errorf("accepted with %s in place of %s", c.with, c.replace)
			continue
		}
		if !strings.Contains("\n"+err.Error(), "\n"+c.want) {
			t.Errorf("with %s in place of %s: want %s, got\n%v", c.with, c.replace, c.want, err)
		}
	}
}

func TestParseReportsAllFaults(t *testing.T) {
	text := strings.NewReplacer(`"c1"]`, `"c9"]`, `"count": 1`, `"count": 0`, `"mode"`, `"moed"`).Replace(exampleInstance)
	_, err := ParseInstance([]byte(text))
	if err == nil || strings.Count(err.Error(), "\n") != 5 {
		t.Errorf("want six faults, got %v", err)
	}
	many := strings.Replace(exampleInstance, `"accepts": ["c1"]`, `"accepts": [`+strings.Repeat("1,", 99)+`1]`, 1)
	_, err = ParseInstance([]byte(many))
	if err == nil || !strings.HasSuffix(err.Error(), "$: and 50 more faults") {
		t.Errorf("got %v", err)
	}
}

// Keys may stand in any order, strings may be escaped, and groups may be left out.
func TestParseIsFreeInForm(t *testing.T) {
	text := `{"classes":[{"slots":[{"count":1,"reserved_for":"a\u0062"}],"id":"c\/1","order":["\u0068"]}],"households":[{"id":"h","groups":["ab"],"accepts":["c/1"]},
	{"id":"\"","accepts":[]}],"mode":"choice" , "format":"eile/instance/v1"} `
	in, err := ParseInstance([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	want := `{"format": "eile/instance/v1", "mode": "choice",
 "households": [
  {"id": "h", "accepts": ["c/1"], "groups": ["ab"]},
  {"id": "\"", "accepts": [], "groups": []}],
 "classes": [
  {"id": "c/1", "slots": [{"count": 1, "reserved_for": "ab"}], "order": ["h"]}]}
`
	if got := string(in.Marshal()); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	accept(t, in, Solve(in))
}

func TestParseOutcomeRefuses(t *testing.T) {
	for _, c := range []struct{ replace, with, want string }{
		{"outcome/v1", "outcome/v2", "$.format"},
		{`"size": 2, `, ``, "$.size: missing"},
		{`"slot": 0`, `"slot": "0"`, "$.assignments[0].slot: must be a whole number"},
		{`"RESERVED"`, `"RESERVED", "violator": {"households": ["h2"], "classes": []}`, "$.unhoused[0].violator.households: must end with the household"},
	} {
		_, err := ParseOutcome([]byte(strings.Replace(exampleOutcome, c.replace, c.with, 1)))
		if err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("want %s, got %v", c.want, err)
		}
	}
}

func FuzzParseInstance(f *testing.F) {
	f.Add([]byte(exampleInstance))
	f.Add([]byte(strings.NewReplacer(`, "order": ["h3", "h2", "h1"]`, "", `, "reserved_for": "disabled"`, "", "choice", "fill").Replace(exampleInstance)))
	f.Add([]byte(`{"format":"eile/instance/v1","mode":"choice","households":[],"classes":[{"id":"\u00e9","slots":[{"count":1e0}]}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		in, err := ParseInstance(data)
		if err != nil {
			if !strings.HasPrefix(err.Error(), "$") {
				t.Fatalf("an error without a path: %v", err)
			}
			return
		}
		if !json.Valid(data) {
			t.Fatal("accepted what is not JSON")
		}
		written := in.Marshal()
		again, err := ParseInstance(written)
		if err != nil {
			t.Fatalf("cannot read what was written: %v\n%s", err, written)
		}
		if string(again.Marshal()) != string(written) {
			t.Fatalf("wrote\n%s\nand then\n%s", written, again.Marshal())
		}
		accept(t, in, Solve(in))
	})
}

func FuzzParseOutcome(f *testing.F) {
	f.Add([]byte(exampleOutcome))
	f.Fuzz(func(t *testing.T, data []byte) {
		out, err := ParseOutcome(data)
		if err != nil {
			return
		}
		written := out.Marshal()
		again, err := ParseOutcome(written)
		if err != nil {
			t.Fatalf("cannot read what was written: %v\n%s", err, written)
		}
		if string(again.Marshal()) != string(written) {
			t.Fatalf("wrote\n%s\nand then\n%s", written, again.Marshal())
		}
	})
}
