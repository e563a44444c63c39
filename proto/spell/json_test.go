package spell

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"pgregory.net/rapid"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/proto/spell/spelltest"
)

// answers are what the server can answer and the command line can print.
var answers = []proto.Message{
	&eilev1.Application{}, &eilev1.ListApplicationsResponse{}, &eilev1.ListHistoryResponse{}, &eilev1.Unit{}, &eilev1.Run{},
	&eilev1.ExplainRunResponse{}, &eilev1.Offer{}, &eilev1.Tenancy{}, &eilev1.Position{}, &eilev1.Policy{}, &eilev1.GetStatsResponse{},
	&eilev1.ImportResult{}, &eilev1.AmendApplicationRequest{}, &eilev1.AuditSeal{}, &eilev1.Fact{},
}

// withoutNulls drops every null, since protojson leaves out optional fields that are not set and
// this program does not.
func withoutNulls(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for key, inner := range v {
			if inner == nil {
				delete(v, key)
			} else {
				v[key] = withoutNulls(inner)
			}
		}
	case []any:
		for i := range v {
			v[i] = withoutNulls(v[i])
		}
	}
	return v
}

func decoded(t *rapid.T, text []byte) any {
	var v any
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	err := d.Decode(&v)
	if err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	return withoutNulls(v)
}

func TestJSONIsThatOfProtobuf(t *testing.T) {
	reference := protojson.MarshalOptions{UseProtoNames: true, EmitUnpopulated: true}
	for _, kind := range answers {
		t.Run(string(kind.ProtoReflect().Descriptor().Name()), func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				message := kind.ProtoReflect().New()
				spelltest.Fill(t, message, 3)
				got, err := JSON(message.Interface())
				if err != nil {
					t.Fatal(err)
				}
				want, err := reference.Marshal(message.Interface())
				if err != nil {
					t.Fatal(err)
				}
				if !reflect.DeepEqual(decoded(t, got), decoded(t, want)) {
					t.Fatalf("got  %s\nwant %s", got, want)
				}
				back := message.New().Interface()
				err = protojson.Unmarshal(got, back)
				if err != nil {
					t.Fatalf("cannot be read back: %v\n%s", err, got)
				}
				if !proto.Equal(back, message.Interface()) {
					t.Fatalf("read back as %v, was %v", back, message)
				}
			})
		})
	}
}

func TestJSONHasEveryFieldButTheOtherChoices(t *testing.T) {
	got, err := JSON(&eilev1.Inspection{})
	if err != nil {
		t.Fatal(err)
	}
	want := `{
  "unit": "",
  "inspected_on": null,
  "inspector": "",
  "score": null,
  "hazards": [],
  "attributes": {},
`
	if !bytes.HasPrefix(got, []byte(want)) {
		t.Errorf("got %s", got)
	}
	got, err = JSON(&eilev1.Fact{Value: &eilev1.Fact_BoolValue{}})
	if err != nil {
		t.Fatal(err)
	}
	want = `{
  "bool_value": false,
  "effective_on": null,
  "recorded_at": null
}
`
	if string(got) != want {
		t.Errorf("got %s", got)
	}
}

// numbered has the whole numbers and fractions of another reader as those of decoded.
func numbered(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for key, inner := range v {
			v[key] = numbered(inner)
		}
	case []any:
		for i := range v {
			v[i] = numbered(v[i])
		}
	case int:
		return json.Number(strconv.Itoa(v))
	}
	return v
}

// TestLineIsThatOfProtobuf holds the bytes that the gateway has always answered.
func TestLineIsThatOfProtobuf(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		position := &eilev1.Position{}
		spelltest.Fill(t, position.ProtoReflect(), 3)
		got, err := Line(position)
		if err != nil {
			t.Fatal(err)
		}
		varied, err := protojson.MarshalOptions{UseProtoNames: true, EmitUnpopulated: true}.Marshal(position)
		if err != nil {
			t.Fatal(err)
		}
		var want bytes.Buffer
		if err := json.Compact(&want, varied); err != nil {
			t.Fatal(err)
		}
		// The separators of lines and paragraphs break no script of a page, as encoding/json writes
		// them.
		said := strings.NewReplacer("\u2028", `\u2028`, "\u2029", `\u2029`).Replace(want.String())
		if string(got) != said+"\n" {
			t.Fatalf("got  %s\nwant %s", got, said)
		}
	})
}
