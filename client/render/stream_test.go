package render

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"pgregory.net/rapid"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

var placeView = View{Table: "position reference need_class:class list", CSV: "reference need_class"}

// TestStreamIsTheList: rows that are printed as they come are those of the list printed at once,
// however they come, and the columns of a table begin no further left than they began before.
func TestStreamIsTheList(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var pages [][]*eilev1.Position
		for range rapid.IntRange(1, 4).Draw(t, "pages") {
			pages = append(pages, rapid.SliceOfN(rapid.Custom(place), 0, 4).Draw(t, "page"))
		}
		all := slices.Concat(pages...)
		for _, format := range []Format{CSV, Name} {
			var whole strings.Builder
			if err := List(&Printer{To: &whole, Format: format}, placeView, all, nil); err != nil {
				t.Fatal(err)
			}
			if got := streamed(t, format, pages); got != whole.String() {
				t.Fatalf("%s: %q, want %q", format, got, whole.String())
			}
		}
		at := 0
		lines := strings.Split(strings.TrimSuffix(streamed(t, Table, pages), "\n"), "\n")
		for i, line := range lines {
			cells := strings.Fields(line)
			if len(cells) != 4 || i > 0 && cells[1] != all[i-1].GetReference() || line != strings.TrimRight(line, " ") {
				t.Fatalf("line %d is %q", i, line)
			}
			begins := utf8.RuneCountInString(strings.TrimSuffix(line, "LIST"))
			if begins < at {
				t.Fatalf("line %d, %q, begins its last column before %d", i, line, at)
			}
			at = max(at, begins)
		}
		if len(lines) != len(all)+1 {
			t.Fatalf("%d lines for %d places", len(lines), len(all))
		}
	})
}

// TestStreamedMessages: each line of JSON is one message, and YAML has a document for each.
func TestStreamedMessages(t *testing.T) {
	pages := [][]*eilev1.Position{{{Reference: "A-1"}, {Reference: "A-2"}}, {}, {{Reference: "A-3"}}}
	lines := strings.Split(strings.TrimSuffix(streamed(t, JSON, pages), "\n"), "\n")
	for i, want := range slices.Concat(pages...) {
		got := &eilev1.Position{}
		if err := protojson.Unmarshal([]byte(lines[i]), got); err != nil || !proto.Equal(got, want) {
			t.Errorf("line %d is %q, %v", i, lines[i], err)
		}
	}
	if documents := strings.Split(streamed(t, YAML, pages), "---\n"); len(lines) != 3 || len(documents) != 3 {
		t.Errorf("%d lines, %d documents", len(lines), len(documents))
	}
}

// place draws a place whose cells have no spaces of their own.
func place(t *rapid.T) *eilev1.Position {
	return &eilev1.Position{
		Reference: rapid.StringMatching(`[A-ZŽ]{1,12}`).Draw(t, "reference"),
		Position:  rapid.Int32Range(1, 1<<30).Draw(t, "position"),
		NeedClass: rapid.StringMatching(`[a-zė²]{0,16}`).Draw(t, "class"),
		List:      "LIST",
	}
}

func streamed(t rapid.TB, format Format, pages [][]*eilev1.Position) string {
	t.Helper()
	var b strings.Builder
	stream := NewStream[*eilev1.Position](&Printer{To: &b, Format: format}, placeView)
	for _, page := range pages {
		if err := stream.Add(page); err != nil {
			t.Fatal(err)
		}
	}
	return b.String()
}
