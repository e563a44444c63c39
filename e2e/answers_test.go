package e2e

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
)

// record replaces recorded answers. What may be replaced, and when, is said in
// testdata/yesterday/README.md.
var record = flag.String("record", "", "replace the recorded answers to the questions that this `REGEXP` matches")

// recorded is a question and what was said to it.
type recorded struct {
	Ask string          `json:"ask"`
	Say json.RawMessage `json:"say,omitempty"`
}

// masks are fields that are not recorded, since they depend on the day on which
// is asked, or on how often was asked before.
var masks = []struct {
	asked  *regexp.Regexp
	fields []string
	why    string
}{
	{regexp.MustCompile(`^eile queue( --l|$)|GetPosition reference=\S+$|^http`), []string{"as_of", "housed_last_12_months"}, "they are asked for now; those of a past moment are recorded"},
	{regexp.MustCompile(`^eile (queue|position)|GetPosition|^http`), []string{"revision"}, "it counts every write, answered requests and migrations too"},
	{regexp.MustCompile(`^eile unit vacant`), []string{"days_empty"}, "it is counted until today; empty_since is recorded"},
}

// answers reads a file of questions and answers.
func answers(t *testing.T, path string) []recorded {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var all []recorded
	if err := json.Unmarshal(text, &all); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return all
}

// remembers asks every question of the files again. A field that was added since
// is no difference; one that is gone, or says something else, is.
func (s *service) remembers(when string, files []string) {
	s.t.Helper()
	a := &asker{service: s, conn: s.conn()}
	for _, file := range files {
		for _, one := range answers(s.t, file) {
			said := decode(s.t, a.ask(one.Ask))
			if strings.HasPrefix(one.Ask, "eile audit list") {
				withoutMigrations(said)
			}
			told := decode(s.t, one.Say)
			withoutErased(told)
			if faults := differences("", told, said); len(faults) > 0 {
				s.t.Errorf("%s, %s\n  asked %s\n  %s", when, filepath.Base(file), one.Ask, strings.Join(faults[:min(len(faults), 8)], "\n  "))
			}
		}
	}
}

// rewrite replaces the answers to the questions that match, one on a line.
func (s *service) rewrite(match *regexp.Regexp, files []string) {
	s.t.Helper()
	a := &asker{service: s, conn: s.conn()}
	for _, file := range files {
		text := bytes.NewBufferString("[")
		for i, one := range answers(s.t, file) {
			if match.MatchString(one.Ask) {
				say := decode(s.t, a.ask(one.Ask))
				for _, m := range masks {
					if m.asked.MatchString(one.Ask) {
						mask(say, m.fields)
					}
				}
				one.Say = encode(s.t, say)
			}
			if i > 0 {
				text.WriteString(",")
			}
			text.WriteString("\n")
			text.Write(encode(s.t, one))
		}
		text.WriteString("\n]\n")
		if err := os.WriteFile(file, text.Bytes(), 0o600); err != nil {
			s.t.Fatal(err)
		}
	}
}

// encode writes text as it is read: & and < stay themselves.
func encode(t *testing.T, value any) []byte {
	t.Helper()
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		t.Fatal(err)
	}
	return bytes.TrimSpace(text.Bytes())
}

// decode keeps numbers as they are written.
func decode(t *testing.T, text []byte) any {
	t.Helper()
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		t.Fatalf("%v in %q", err, text)
	}
	return value
}

// mask takes fields out, however deep they lie.
func mask(value any, fields []string) {
	switch value := value.(type) {
	case map[string]any:
		for _, field := range fields {
			delete(value, field)
		}
		for _, inner := range value {
			mask(inner, fields)
		}
	case []any:
		for _, inner := range value {
			mask(inner, fields)
		}
	}
}

// withoutMigrations takes out of the audit what a later program tells of its own
// migration of the register; all else it must tell as before.
func withoutMigrations(audit any) {
	told, _ := audit.(map[string]any)
	entries, ok := told["entries"].([]any)
	if !ok {
		return
	}
	told["entries"] = slices.DeleteFunc(entries, func(entry any) bool {
		fields, _ := entry.(map[string]any)
		return fields["action"] == "register.migrate"
	})
}

// withoutErased takes out of recorded histories what an erasure should have taken with
// the persons and did not: the reasons before it, and the digests by which a guess of
// them could be confirmed (K13.2).
func withoutErased(history any) {
	told, _ := history.(map[string]any)
	entries, _ := told["entries"].([]any)
	for at, entry := range entries {
		fields, _ := entry.(map[string]any)
		if fields["action"] != "application.erase" {
			continue
		}
		subjects, _ := fields["subjects"].([]any)
		for _, before := range entries[:at+1] {
			before, _ := before.(map[string]any)
			for _, subject := range subjects {
				forget(before, subject, fields["id"] == before["id"])
			}
		}
	}
}

// forget takes the digests of a person out of an entry, and its reason unless it is that
// of the erasure itself.
func forget(entry map[string]any, subject any, erasure bool) {
	about, _ := entry["subjects"].([]any)
	if !slices.Contains(about, subject) {
		return
	}
	if !erasure {
		delete(entry, "reason")
	}
	changes, _ := entry["changes"].([]any)
	for _, change := range changes {
		change, _ := change.(map[string]any)
		if key, _ := change["key"].(string); key == fmt.Sprint("a/", subject) || key == fmt.Sprint("n/", subject) {
			delete(change, "before")
			delete(change, "after")
		}
	}
}

// differences between what was recorded and what is said, each with its place.
func differences(at string, want, got any) (faults []string) {
	switch want := want.(type) {
	case map[string]any:
		got, ok := got.(map[string]any)
		if !ok {
			break
		}
		for _, name := range slices.Sorted(maps.Keys(want)) {
			inner, ok := got[name]
			if !ok {
				faults = append(faults, fmt.Sprintf("%s.%s is gone, it was %s", at, name, brief(want[name])))
				continue
			}
			faults = append(faults, differences(at+"."+name, want[name], inner)...)
		}
		return faults
	case []any:
		got, ok := got.([]any)
		if !ok {
			break
		}
		for i := range max(len(want), len(got)) {
			place := fmt.Sprintf("%s[%d]", at, i)
			switch {
			case i >= len(got):
				faults = append(faults, fmt.Sprintf("%s is gone, it was %s", place, brief(want[i])))
			case i >= len(want):
				faults = append(faults, fmt.Sprintf("%s was not there, it is %s", place, brief(got[i])))
			default:
				faults = append(faults, differences(place, want[i], got[i])...)
			}
		}
		return faults
	default:
		if want == got {
			return nil
		}
	}
	return []string{fmt.Sprintf("%s was %s, it is %s", at, brief(want), brief(got))}
}

func TestDifferences(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ recorded, said, want string }{
		{`{"a":1,"b":[{"c":null}]}`, `{"a":1,"b":[{"c":null,"new":7}],"new":{}}`, ""},
		{`{"a":{"b":1}}`, `{"a":{"b":2}}`, ".a.b was 1, it is 2"},
		{`{"a":"1"}`, `{"a":1}`, `.a was "1", it is 1`},
		{`{"a":null}`, `{"a":{"b":1}}`, `.a was null, it is {"b":1}`},
		{`{"a":{"b":1}}`, `{"a":null}`, `.a was {"b":1}, it is null`},
		{`{"a":1}`, `{"b":1}`, ".a is gone, it was 1"},
		{`[1,2]`, `[1]`, "[1] is gone, it was 2"},
		{`[1]`, `[1,2]`, "[1] was not there, it is 2"},
		{`[1,2]`, `[2,1]`, "[0] was 1, it is 2; [1] was 2, it is 1"},
		{`12345678901234567890`, `12345678901234567891`, " was 12345678901234567890, it is 12345678901234567891"},
	} {
		if got := strings.Join(differences("", decode(t, []byte(tc.recorded)), decode(t, []byte(tc.said))), "; "); got != tc.want {
			t.Errorf("%s and then %s: %q, want %q", tc.recorded, tc.said, got, tc.want)
		}
	}
}

// brief is a value on a line of a report.
func brief(value any) string {
	text, _ := json.Marshal(value)
	if len(text) > 300 {
		return string(text[:300]) + " …"
	}
	return string(text)
}

// asker puts recorded questions to a service.
type asker struct {
	*service
	conn *grpc.ClientConn
}

// ask returns a question as JSON. Its first word says how it is asked: on the
// command line, over gRPC, over HTTP, or for the hashes of a night's evidence.
func (a *asker) ask(question string) []byte {
	a.t.Helper()
	how, rest, _ := strings.Cut(question, " ")
	words := strings.Fields(rest)
	switch how {
	case "eile":
		said := a.eile(append(words, "-o", "json")...)
		if said.code != 0 {
			return encode(a.t, map[string]any{"exit": said.code, "stderr": said.stderr})
		}
		return []byte(said.stdout)
	case "grpc":
		return a.call(words[0], words[1:])
	case "http":
		return a.place(words[0], words[1])
	case "evidence":
		return encode(a.t, a.evidence(words[0]))
	}
	a.t.Fatalf("%s: nobody knows how to ask this", question)
	return nil
}

// call calls a method by its name with fields that JSON writes as text.
func (a *asker) call(name string, fields []string) []byte {
	a.t.Helper()
	found, err := protoregistry.GlobalFiles.FindDescriptorByName(protoreflect.FullName(strings.Replace(name, "/", ".", 1)))
	if err != nil {
		a.t.Fatalf("%s: %v", name, err)
	}
	method := found.(protoreflect.MethodDescriptor)
	request, answer := a.message(method.Input()), a.message(method.Output())
	given := map[string]string{}
	for _, field := range fields {
		name, value, _ := strings.Cut(field, "=")
		given[name] = value
	}
	if err := protojson.Unmarshal(encode(a.t, given), request); err != nil {
		a.t.Fatalf("%s %v: %v", name, fields, err)
	}
	if err := a.conn.Invoke(a.t.Context(), "/"+name, request, answer); err != nil {
		return encode(a.t, map[string]string{"code": status.Code(err).String(), "message": status.Convert(err).Message()})
	}
	said, err := protojson.MarshalOptions{UseProtoNames: true, EmitUnpopulated: true}.Marshal(answer)
	if err != nil {
		a.t.Fatal(err)
	}
	return said
}

func (a *asker) message(of protoreflect.MessageDescriptor) proto.Message {
	a.t.Helper()
	kind, err := protoregistry.GlobalTypes.FindMessageByName(of.FullName())
	if err != nil {
		a.t.Fatal(err)
	}
	return kind.New().Interface()
}

// place asks the gateway for the place of an applicant who shows a code.
func (a *asker) place(reference, code string) []byte {
	a.t.Helper()
	request, err := http.NewRequestWithContext(a.t.Context(), http.MethodGet, a.page+"/v1/applications/"+reference+"/position", nil)
	if err != nil {
		a.t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+code)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		a.t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		a.t.Fatal(err)
	}
	return encode(a.t, map[string]any{"status": response.StatusCode, "body": decode(a.t, body)})
}

// evidence returns the SHA-256 of each file of a run, and has each instance
// verified against its outcome without the engine.
func (a *asker) evidence(run string) map[string]any {
	a.t.Helper()
	dir := filepath.Join(a.t.TempDir(), "evidence")
	a.do("run", "evidence", run, "--dir", dir)
	said := map[string]any{}
	entries, err := os.ReadDir(dir)
	if err != nil {
		a.t.Fatal(err)
	}
	for _, entry := range entries {
		text, err := os.ReadFile(filepath.Join(dir, entry.Name()))
		if err != nil {
			a.t.Fatal(err)
		}
		said[entry.Name()] = fmt.Sprintf("%x", sha256.Sum256(text))
		if rest, ok := strings.CutPrefix(entry.Name(), "instance"); ok {
			checked := offline(a.t, eileBin, "verify", filepath.Join(dir, entry.Name()), filepath.Join(dir, "outcome"+rest))
			said["verify "+entry.Name()] = checked.code
		}
	}
	return said
}
