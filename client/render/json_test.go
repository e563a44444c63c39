package render

import (
	"bytes"
	"encoding/json"
	"reflect"
	"testing"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"pgregory.net/rapid"

	"github.com/eile-housing/eile/client/render/rendertest"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// answers are what the server can answer and the command line can print.
var answers = []proto.Message{
	&eilev1.Application{}, &eilev1.ListApplicationsResponse{}, &eilev1.ListHistoryResponse{}, &eilev1.Unit{}, &eilev1.Run{},
	&eilev1.ExplainRunResponse{}, &eilev1.Offer{}, &eilev1.Tenancy{}, &eilev1.Position{}, &eilev1.Policy{}, &eilev1.GetStatsResponse{},
	&eilev1.ImportResult{}, &eilev1.AmendApplicationRequest{}, &eilev1.AuditSeal{}, &eilev1.Fact{},
}

// withoutNulls drops every null, since protojson leaves out optional fields that are not set and this program does not.
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
				rendertest.Fill(t, message, 3)
				got, err := jsonOf(message)
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
	got, err := jsonOf((&eilev1.Inspection{}).ProtoReflect())
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
	got, err = jsonOf((&eilev1.Fact{Value: &eilev1.Fact_BoolValue{}}).ProtoReflect())
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
