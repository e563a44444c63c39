package spell

import (
	"reflect"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
	"google.golang.org/genproto/googleapis/type/date"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"
	"pgregory.net/rapid"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/proto/spell/spelltest"
)

// TestYAMLSaysWhatJSONSays holds for every answer: JSON is YAML, so one reader takes both.
func TestYAMLSaysWhatJSONSays(t *testing.T) {
	for _, kind := range answers {
		t.Run(string(kind.ProtoReflect().Descriptor().Name()), func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				message := kind.ProtoReflect().New()
				spelltest.Fill(t, message, 3)
				asJSON, err := JSON(message.Interface())
				if err != nil {
					t.Fatal(err)
				}
				asYAML, err := YAML(message.Interface())
				if err != nil {
					t.Fatal(err)
				}
				var said any
				if err := yaml.Unmarshal(asYAML, &said); err != nil {
					t.Fatalf("%v in\n%s", err, asYAML)
				}
				if want := decoded(t, asJSON); !reflect.DeepEqual(withoutNulls(numbered(said)), want) {
					t.Fatalf("got  %v\nwant %v\nin\n%s", said, want, asYAML)
				}
			})
		})
	}
}

func TestYAMLKeepsTheOrderOfTheKeys(t *testing.T) {
	got, err := YAML(&eilev1.Inspection{
		Unit: "U-1", InspectedOn: &date.Date{Year: 2026, Month: 11, Day: 2}, Score: new(int32(61)), Hazards: []string{"MOULD", "no"},
		Attributes: map[string]*eilev1.Fact{"b": {Value: &eilev1.Fact_IntValue{IntValue: 7}}, "a": {Value: &eilev1.Fact_BoolValue{BoolValue: true}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := `unit: U-1
inspected_on:
  year: 2026
  month: 11
  day: 2
inspector: ""
score: 61
hazards:
  - MOULD
  - "no"
attributes:
  a:
    bool_value: true
    effective_on: null
    recorded_at: null
  b:
    int_value: "7"
    effective_on: null
    recorded_at: null
`
	if !strings.HasPrefix(string(got), want) {
		t.Errorf("got\n%s", got)
	}
}

// TestYAMLQuotesWhatIsNoTextElsewhere has texts that a reader of some version of YAML would take
// for something else.
func TestYAMLQuotesWhatIsNoTextElsewhere(t *testing.T) {
	for text, want := range map[string]string{
		"Ona":            `Ona`,
		"no":             `"no"`,
		"NO":             `"NO"`,
		"y":              `"y"`,
		"on":             `"on"`,
		"true":           `"true"`,
		"null":           `"null"`,
		"":               `""`,
		"09:30":          `"09:30"`,
		"2026-11-02":     `"2026-11-02"`,
		"1e3":            `"1e3"`,
		"0x1F":           `"0x1F"`,
		"a: b":           `'a: b'`,
		"# not a remark": `"# not a remark"`,
		"Šnipiškės":      `Šnipiškės`,
		"Gedimino pr. 9": `Gedimino pr. 9`,
		"two\nlines":     `"two\nlines"`,
		"a\u0085b":       `"a\Nb"`,
	} {
		got, err := YAML(map[string]string{"is": text})
		if err != nil || string(got) != "is: "+want+"\n" {
			t.Errorf("%q is written %q, %v; want %s", text, got, err, want)
		}
	}
}

func TestValuesThatAreNoMessages(t *testing.T) {
	answer := struct {
		Codes []string `json:"codes"`
		Left  []int    `json:"left"`
		Share float64  `json:"share"`
		Done  bool     `json:"done"`
	}{Codes: []string{"<A&B>"}, Left: []int{}, Share: 0.5}
	asJSON, err := JSON(answer)
	want := "{\n  \"codes\": [\n    \"<A&B>\"\n  ],\n  \"left\": [],\n  \"share\": 0.5,\n  \"done\": false\n}\n"
	if err != nil || string(asJSON) != want {
		t.Errorf("got %s, %v", asJSON, err)
	}
	asYAML, err := YAML(answer)
	if want := "codes:\n  - \"<A&B>\"\nleft: []\nshare: 0.5\ndone: false\n"; err != nil || string(asYAML) != want {
		t.Errorf("got %s, %v", asYAML, err)
	}
}

// An impossible moment comes from no server of ours; it is an error, not half an answer.
func TestImpossibleMoment(t *testing.T) {
	never := &timestamppb.Timestamp{Seconds: 1 << 60}
	for _, message := range []proto.Message{
		never,
		&eilev1.ListOffersResponse{Offers: []*eilev1.Offer{{CreatedAt: never}}},
		&eilev1.Unit{Attributes: map[string]*eilev1.Fact{"storeys": {RecordedAt: never}}},
	} {
		asJSON, err := JSON(message)
		asYAML, err2 := YAML(message)
		line, err3 := Line(message)
		if err == nil || err2 == nil || err3 == nil || asJSON != nil || asYAML != nil || line != nil {
			t.Errorf("%v is written as %s, %s, %s", message, asJSON, asYAML, line)
		}
	}
}
