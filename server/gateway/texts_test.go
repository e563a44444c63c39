package gateway

import (
	"fmt"
	"io/fs"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"go.yaml.in/yaml/v3"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/proto/spell"
)

// sentencesOf are the sentences of a file by their keys.
func sentencesOf(t *testing.T, file string) map[string]string {
	t.Helper()
	text, err := files.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var tree map[string]any
	if err := yaml.Unmarshal(text, &tree); err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	flatten(all, "", tree)
	return all
}

func flatten(into map[string]string, prefix string, tree map[string]any) {
	for key, value := range tree {
		switch v := value.(type) {
		case map[string]any:
			flatten(into, prefix+key+".", v)
		case string:
			into[prefix+key] = v
		}
	}
}

var argument = regexp.MustCompile(`\{\{\.\w+\}\}`)

// made is the file of a language that nobody wrote, Latvian, and what stands for each
// key in it: the key, which no other language writes, around the arguments.
func made(t *testing.T) (file []byte, marks map[string]string) {
	t.Helper()
	said, marks := map[string]string{}, map[string]string{}
	for key, sentence := range sentencesOf(t, "page.en.yaml") {
		marks[key] = "‹" + key + "›"
		said[key] = marks[key] + strings.Join(argument.FindAllString(sentence, -1), " ")
	}
	maps.Copy(said, map[string]string{"figure.group": "'", "figure.point": ",", "figure.yes": "jā", "figure.no": "nē"})
	file, err := yaml.Marshal(said)
	if err != nil {
		t.Fatal(err)
	}
	return file, marks
}

// with is the folder of the sentences with one file more, or, where there is nothing
// in the file, with one file less.
func with(t *testing.T, name string, file []byte) fstest.MapFS {
	t.Helper()
	folder := fstest.MapFS{}
	names, err := fs.Glob(files, "*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		text, err := files.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		folder[name] = &fstest.MapFile{Data: text}
	}
	folder[name] = &fstest.MapFile{Data: file}
	if file == nil {
		delete(folder, name)
	}
	return folder
}

// translated is a gateway whose page has one language more.
func translated(t *testing.T, file []byte) (*service, http.Handler) {
	t.Helper()
	s, h := serve(t, Options{})
	all, err := readTexts(with(t, "page.lv.yaml", file))
	if err != nil {
		t.Fatal(err)
	}
	h.(*gateway).texts = all
	return s, h
}

// TestThirdLanguage: another language needs its file and nothing else. Each of its
// sentences is read by somebody, and none of another language is.
func TestThirdLanguage(t *testing.T) {
	file, marks := made(t)
	s, h := translated(t, file)
	j := &journal{t: t, s: s, h: h, langs: []string{"lv"}}
	j.all()
	read := j.String()
	for key, mark := range marks {
		// That the other pages link to it stands below.
		if key != "page.language" && !strings.Contains(read, mark) {
			t.Errorf("nobody reads %s", key)
		}
	}
	for _, lang := range []string{"lt", "en"} {
		for key, sentence := range sentencesOf(t, "page."+lang+".yaml") {
			// That there is no such page is said in every language.
			if key != "page.no_such_page" && len(sentence) > 20 && !strings.Contains(sentence, "{{") && strings.Contains(read, sentence) {
				t.Errorf("who reads lv is told %s in %s: %q", key, lang, sentence)
			}
		}
	}
	for _, want := range []string{"1&#39;234&#39;567", "‹page.date›10 ‹term.MAY› 2026"} {
		if !strings.Contains(read, want) {
			t.Errorf("nobody reads %q", want)
		}
	}
}

// TestLanguageLinks: from each language a link leads to every other one, and who asks
// for the new one by address or browser gets it.
func TestLanguageLinks(t *testing.T) {
	file, _ := made(t)
	_, h := translated(t, file)
	links := regexp.MustCompile(`<a href="/\?lang=(\w+)" lang="(\w+)" hreflang="(\w+)">([^<]+)</a>`)
	for lang, want := range map[string]string{"lt": "en English lv ‹page.language›", "en": "lt Lietuvių lv ‹page.language›", "lv": "lt Lietuvių en English"} {
		for _, w := range []string{
			check(t, ask(t, h, "GET", "/?lang="+lang, ""), lang),
			check(t, ask(t, h, "GET", "/", "", "Accept-Language", "fr;q=0.9,"+lang), lang),
		} {
			var got []string
			for _, link := range links.FindAllStringSubmatch(w, -1) {
				got = append(got, link[1], link[4])
				if link[2] != link[1] || link[3] != link[1] {
					t.Errorf("%s: %s", lang, link[0])
				}
			}
			if strings.Join(got, " ") != want {
				t.Errorf("%s links to %v, want %s", lang, got, want)
			}
		}
	}
	if w := ask(t, h, "GET", "/index.html", ""); w.Body.String() != "Tokio puslapio nėra. There is no such page. ‹page.no_such_page›\n" {
		t.Errorf("no such page: %s", w.Body)
	}
}

// TestUnfitFiles: a language that cannot write figures, and a page that has no words
// in its own language, are refused when they are read.
func TestUnfitFiles(t *testing.T) {
	for name, c := range map[string]struct {
		folder fs.FS
		says   []string
	}{
		"no figures":     {with(t, "page.lv.yaml", []byte("page: {language: Latviešu}")), []string{"lv", "figure.group", "figure.point", "figure.yes", "figure.no"}},
		"not its own":    {with(t, "page.lt.yaml", nil), []string{"page.lt.yaml"}},
		"no YAML at all": {with(t, "page.lv.yaml", []byte("{")), []string{"page.lv.yaml"}},
	} {
		_, err := readTexts(c.folder)
		for _, want := range c.says {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %v, want %s", name, err, want)
			}
		}
	}
}

// TestLanguageOfFiguresAlone: a language that writes figures and has no page is not
// offered.
func TestLanguageOfFiguresAlone(t *testing.T) {
	all, err := readTexts(with(t, "lv.yaml", []byte(`figure: {group: "'", point: ",", "yes": jā, "no": nē}`)))
	if err != nil {
		t.Fatal(err)
	}
	if len(all.langs) != 2 || len(all.langs[0].Others) != 1 {
		t.Errorf("the page is in %d languages", len(all.langs))
	}
}

// TestEveryStatusHasWords: each status but that which says nothing, and no other.
func TestEveryStatusHasWords(t *testing.T) {
	var want []string
	for number := range eilev1.ApplicationStatus_name {
		if number != 0 {
			want = append(want, spell.Name(eilev1.ApplicationStatus(number)))
		}
	}
	want = append(want, "unknown")
	slices.Sort(want)
	for _, page := range shipped.langs {
		for _, part := range []string{"means", "next"} {
			var got []string
			for key := range sentencesOf(t, fmt.Sprintf("page.%s.yaml", page.Lang)) {
				if name, ok := strings.CutPrefix(key, "standing."); ok && strings.HasSuffix(name, "."+part) {
					got = append(got, strings.TrimSuffix(name, "."+part))
				}
			}
			slices.Sort(got)
			if !slices.Equal(got, want) {
				t.Errorf("%s: %s of %v, want %v", page.Lang, part, got, want)
			}
		}
	}
}
