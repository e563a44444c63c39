package policy

import (
	"slices"
	"strconv"
	"strings"
	"unicode"

	"cel.dev/cel-go/cel"

	"github.com/eile-housing/eile/policy/rule"
	"github.com/eile-housing/eile/policy/source"
	"github.com/eile-housing/eile/policy/words"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// voice is how one policy speaks: its sentences, and what it calls facts and groups. It makes the
// reasons of the policy, and puts them into words later.
type voice struct {
	policy    string // its SHA-256
	sentences map[string]*sentence
	titles    titles
	groups    map[string]source.Title
}

func newVoice(sha256 string) *voice {
	return &voice{policy: sha256, sentences: map[string]*sentence{}, titles: titles{}, groups: map[string]source.Title{}}
}

// sentence is what the reasons of a code say, and what tells it from other sentences of the code.
type sentence struct {
	code, which string
	rule.Sentence
}

func (s *sentence) key() string {
	return words.KeyOf(&eilev1.Reason{Code: s.code, Sentence: s.which})
}

// learn takes one more sentence in. The first of a code goes by the code alone.
func (v *voice) learn(code string, said rule.Sentence) *sentence {
	added := &sentence{code: code, Sentence: said}
	for n := 2; v.sentences[added.key()] != nil; n++ {
		added.which = strconv.Itoa(n)
	}
	v.sentences[added.key()] = added
	return added
}

// reason is the code and the figures of a sentence; it is put into words when somebody reads it.
func (v *voice) reason(s *sentence, record cel.Activation) *eilev1.Reason {
	return &eilev1.Reason{Code: s.code, Sentence: s.which, Args: s.Arguments(record), PolicySha256: v.policy}
}

// Write says a reason of the policy in a language; false: the policy says nothing of it there.
func (v *voice) Write(lang string, reason *eilev1.Reason) (string, bool) {
	key, args := words.KeyOf(reason), reason.GetArgs()
	switch key {
	case keyMissing:
		if title := v.titles.of(words.TextOf(args, "fact"))[lang]; title != "" {
			args = append(slices.Clone(args), words.Text("title", title))
		}
	case keyEarmarked:
		title, titled := v.groups[words.TextOf(args, "group")][lang]
		if !titled && lang != words.Default {
			return "", false
		}
		args = append(slices.Clone(args), words.Text("title", title))
	default:
		if s := v.sentences[key]; s != nil {
			return s.Write(lang, args)
		}
		return "", false
	}
	return words.Rules.Write(lang, key, args)
}

// Say is a reason that the policy gave in a language, in English where that has no words for it.
func (v *voice) Say(lang string, reason *eilev1.Reason) string {
	return words.Rules.Say(lang, reason, words.Of(v.policy, v))
}

// keyEarmarked is the sentence of a home that is kept for a group to which the household does not
// belong.
const keyEarmarked = "EARMARKED.reserve"

// earmarked says why a household may not have a home that is kept for a group; it is told with the
// title of the group.
func (v *voice) earmarked(group string) *eilev1.Reason {
	reason := words.Reason("EARMARKED.reserve", words.Text("group", group))
	reason.PolicySha256 = v.policy
	return reason
}

// titles are what a policy calls its attributes, by the names of their variables; those of members
// and inspections stand under members. and inspections.
type titles map[string]source.Title

// of is what a fact is called that is missing, by its name.
func (t titles) of(name string) source.Title {
	i := strings.LastIndexByte(name, '.')
	switch found, ofInspection := strings.CutPrefix(name, "inspection."); {
	case i >= 0 && strings.HasPrefix(name, "members["):
		return t["members."+name[i+1:]]
	case i >= 0 && strings.HasPrefix(name, "inspections["):
		return t["inspections."+name[i+1:]]
	case ofInspection:
		attribute, _, _ := strings.Cut(found, ".")
		return t["inspections."+attribute]
	}
	return t[name]
}

// keyMissing is the sentence of a fact that a rule needs and that is not known.
const keyMissing = "MISSING.fact"

// missing says that a fact is needed; it is told with the title that the policy gives it. A year of
// the calendar is told by itself.
func (v *voice) missing(name string) *eilev1.Reason {
	if year, ok := strings.CutPrefix(name, rule.UnknownYear); ok {
		return words.Reason(missingCode(name)+".holidays", words.Text("year", year))
	}
	return &eilev1.Reason{Code: missingCode(name), Sentence: "fact", Args: []*eilev1.Argument{words.Text("fact", name)}, PolicySha256: v.policy}
}

// missingCode turns the name of a fact into a code: members[2].working_capacity becomes
// MISSING_MEMBERS_2_WORKING_CAPACITY.
func missingCode(name string) string {
	code := strings.Map(func(r rune) rune {
		switch {
		case r == ']':
			return -1
		case r <= unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r)):
			return r
		}
		return '_'
	}, name)
	code = "MISSING_" + strings.ToUpper(code)
	return code[:min(len(code), 64)]
}
