package explain

import (
	"cmp"
	"strings"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// sentences put the codes of reasons into words, in English and Lithuanian.
var sentences = map[string][2]string{
	"NO_SUITABLE_CLASS": {"none of the vacant homes suits the household", "nė vienas laisvas būstas netinka"},
	"RESERVED":          {"the home is reserved for a group that goes first", "būstas skirtas pirmumą turinčiai grupei"},
	"OUTRANKED":         {"it went to households that stand before in the legal order", "jis teko anksčiau eilėje stovintiems"},
	"PREFERRED_OTHER":   {"the household got a home that it wants more", "šeima gavo labiau pageidaujamą būstą"},
	"PLACED_ELSEWHERE":  {"the household got another home", "šeima gavo kitą būstą"},
	"ALREADY_OFFERED":   {"the home was offered to the household before", "būstas šeimai jau buvo pasiūlytas"},
	"HAS_OPEN_OFFER":    {"the household had an open offer", "šeima turėjo galiojantį pasiūlymą"},
	"ON_HOLD":           {"the application was on hold until a decision", "prašymo nagrinėjimas buvo sustabdytas iki sprendimo"},
	"SUSPENDED":         {"the application was suspended", "prašymo galiojimas buvo sustabdytas"},
	"NO_VACANCY":        {"no home could be offered in this run", "šiame paskirstyme nebuvo laisvo būsto"},
	"NOT_REGISTERED":    {"the application was not registered yet", "prašymas dar nebuvo užregistruotas"},
	"NOT_IN_RUN":        {"the home was not vacant and fit in this run", "būstas šiame paskirstyme nebuvo laisvas ir tinkamas"},
	"NOBODY_LEFT":       {"all whom the home suits got another one, or it suits nobody", "visi, kuriems būstas tiko, gavo kitą, arba jis niekam netiko"},
}

// told is the reason of a code.
func told(code string) *eilev1.Reason {
	words, known := sentences[code]
	if !known {
		words = [2]string{"the application was " + code, "prašymo būsena buvo " + code}
	}
	return &eilev1.Reason{Code: code, Detail: words[0], DetailLt: words[1]}
}

// unsuited is the reason that a home does not suit, with the rule that says so.
func unsuited(rule *eilev1.Reason) *eilev1.Reason {
	reason := &eilev1.Reason{Code: "NOT_SUITABLE", Detail: rule.GetCode() + ": " + rule.GetDetail()}
	if rule.GetDetailLt() != "" {
		reason.DetailLt = rule.GetCode() + ": " + rule.GetDetailLt()
	}
	return reason
}

// compareKeys orders placements of one list.
func compareKeys(a, b *eilev1.Placement) int {
	return cmp.Or(strings.Compare(string(a.GetOrderKey()), string(b.GetOrderKey())), strings.Compare(a.GetReference(), b.GetReference()))
}
