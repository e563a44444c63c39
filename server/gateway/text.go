package gateway

import (
	"net/http"
	"time"

	"golang.org/x/text/language"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// text is the page in one language. Exported fields are read by the template.
type text struct {
	// Lang, and the other language as its own speakers call it.
	Lang, OtherLang, OtherName string

	Service, AskTitle, Intro                string
	Reference, Code, CodeHint, Submit, Lost string
	Error                                   string
	NotFound, Busy, Unreadable, Foreign     string
	PlaceTitle, NoPlaceTitle                string
	Of, InAll                               string
	Status, Offer, Next, Missing, Place     string
	OfferID, Unit, District, Deadline       string
	Inclusive, NotServed                    string
	List, Ahead, AheadOutOfTurn, NeedClass  string
	PlaceInClass, Housed                    string
	Moves, AsOf, Policy, Done               string
	AnswerOffer, SendMissing                string

	standings map[eilev1.ApplicationStatus]standing
	unknown   standing
	facts     map[string]string
	member    func(number string) string
	date      func(time.Time) string
	thousands string
}

// standing is a status in plain words, and what it asks of the applicant.
type standing struct{ means, next string }

// texts stand in the order of matcher's languages; the first is the default.
var (
	texts   = []*text{&lithuanian, &english}
	matcher = language.NewMatcher([]language.Tag{language.Lithuanian, language.English})
)

// languageOf follows ?lang=, else what the browser prefers, else Lithuanian.
func languageOf(r *http.Request) *text {
	chosen := r.URL.Query().Get("lang")
	for _, t := range texts {
		if t.Lang == chosen {
			return t
		}
	}
	_, index := language.MatchStrings(matcher, r.Header.Values("Accept-Language")...)
	return texts[index]
}
