package policy

import (
	"strconv"

	"cel.dev/cel-go/cel"

	"github.com/eile-housing/eile/policy/rule"
	"github.com/eile-housing/eile/policy/words"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// sentence is what the reasons of a code say, and what tells it from other sentences of the code.
type sentence struct {
	code, which string
	rule.Sentence
}

// sentences are those of a policy, by the keys of their reasons.
type sentences map[string]*sentence

// add takes one more sentence in. The first of a code goes by the code alone.
func (s sentences) add(code string, said rule.Sentence) *sentence {
	added := &sentence{code: code, Sentence: said}
	for n := 2; s[words.KeyOf(added.bare())] != nil; n++ {
		added.which = strconv.Itoa(n)
	}
	s[words.KeyOf(added.bare())] = added
	return added
}

func (s *sentence) bare() *eilev1.Reason {
	return &eilev1.Reason{Code: s.code, Sentence: s.which}
}

// reason is the code and the figures of the sentence; it is put into words when somebody reads it.
func (s *sentence) reason(p *Policy, record cel.Activation) *eilev1.Reason {
	return &eilev1.Reason{Code: s.code, Sentence: s.which, Args: s.Arguments(record), PolicySha256: p.SHA256}
}

// Write says a reason of the policy in a language; false: the policy says nothing of it there.
func (p *Policy) Write(lang string, reason *eilev1.Reason) (string, bool) {
	switch key := words.KeyOf(reason); key {
	case keyMissing:
		return p.titles.write(lang, reason)
	case keyEarmarked:
		return p.writeEarmarked(lang, reason)
	default:
		if s := p.sentences[key]; s != nil {
			return s.Write(lang, reason.GetArgs())
		}
		return "", false
	}
}

// Say is a reason of the policy in a language, in English where it has no words for it.
func (p *Policy) Say(lang string, reason *eilev1.Reason) string {
	return words.Rules.Say(lang, reason, words.Of(p.SHA256, p))
}
