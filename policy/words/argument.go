package words

import (
	"strings"

	"github.com/eile-housing/eile/policy/day"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// Text is an argument that stands as it is: a reference, a name.
func Text(name, value string) *eilev1.Argument {
	return &eilev1.Argument{Name: name, Value: &eilev1.Argument_Text{Text: value}}
}

// Term is an argument that each language may have a word for: a status, a kind.
func Term(name, code string) *eilev1.Argument {
	return &eilev1.Argument{Name: name, Value: &eilev1.Argument_Term{Term: code}}
}

// Number is a whole number.
func Number[N ~int | ~int32 | ~int64 | ~uint32](name string, value N) *eilev1.Argument {
	return &eilev1.Argument{Name: name, Value: &eilev1.Argument_Number{Number: int64(value)}}
}

// Day is a calendar day.
func Day(name string, on day.Day) *eilev1.Argument {
	return &eilev1.Argument{Name: name, Value: &eilev1.Argument_Date{Date: on.Proto()}}
}

// Items are several texts, in their order.
func Items(name string, texts ...string) *eilev1.Argument {
	return &eilev1.Argument{Name: name, Value: &eilev1.Argument_Items{Items: &eilev1.Items{Items: texts}}}
}

// Because is the reason behind a reason.
func Because(name string, reason *eilev1.Reason) *eilev1.Argument {
	return &eilev1.Argument{Name: name, Value: &eilev1.Argument_Reason{Reason: reason}}
}

// Behind are the reasons behind a reason, all under one name.
func Behind(name string, reasons []*eilev1.Reason) []*eilev1.Argument {
	args := make([]*eilev1.Argument, len(reasons))
	for i, reason := range reasons {
		args[i] = Because(name, reason)
	}
	return args
}

// Reason is a reason that is not yet put into words: a code, or code.sentence
// where the code has several, and the figures that decided.
func Reason(key string, args ...*eilev1.Argument) *eilev1.Reason {
	code, sentence, _ := strings.Cut(key, ".")
	return &eilev1.Reason{Code: code, Sentence: sentence, Args: args}
}

// Next is what somebody can do about something, e.g. APPROVE_RUN.
func Next(code string, args ...*eilev1.Argument) *eilev1.NextStep {
	return &eilev1.NextStep{Code: code, Args: args}
}

// Then adds to a reason what can be done about it, the first thing first.
func Then(reason *eilev1.Reason, steps ...*eilev1.NextStep) *eilev1.Reason {
	reason.Next = append(reason.Next, steps...)
	return reason
}

// Phrase is something to be said that is no reason: a key with its arguments.
type Phrase struct {
	Key  string
	Args []*eilev1.Argument
}

// Say makes a phrase.
func Say(key string, args ...*eilev1.Argument) Phrase { return Phrase{key, args} }

// lacking is how the codes of what is not known begin: MISSING_ and the fact. They
// share their sentences.
const lacking = "MISSING"

// KeyOf is the key of a reason's sentence.
func KeyOf(reason *eilev1.Reason) string {
	code := reason.GetCode()
	if strings.HasPrefix(code, lacking+"_") {
		code = lacking
	}
	if reason.GetSentence() == "" {
		return code
	}
	return code + "." + reason.GetSentence()
}

// TextOf is the text of an argument by its name; empty: there is none.
func TextOf(args []*eilev1.Argument, name string) string {
	for _, arg := range args {
		if arg.GetName() == name {
			return arg.GetText()
		}
	}
	return ""
}
