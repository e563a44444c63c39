package words_test

import (
	"testing"

	said "github.com/eile-housing/eile/policy/words"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/words"
)

// TestShow: a reason is written from its code, and what was told stays.
func TestShow(t *testing.T) {
	reason := said.Reason("GIVING_UP")
	words.Show("lt", reason, nil)
	if reason.GetDetail() != "niekas negyvena" || reason.GetDetailLt() != reason.GetDetail() || len(reason.GetTexts()) != 2 || reason.GetTexts()[0].GetText() != "nobody lives there" {
		t.Errorf("shown: %v", reason)
	}
	reason = said.Reason("GIVING_UP")
	reason.Texts = []*eilev1.Text{{Lang: "en", Text: "told"}}
	if words.Show("lt", reason, nil); reason.GetDetail() != "told" || len(reason.GetTexts()) != 1 {
		t.Errorf("told before: %v", reason)
	}
}

// TestNotes: what records keep reads as in the registers that there are, in English.
func TestNotes(t *testing.T) {
	offer, tenancy := said.Text("offer", "O-1"), said.Text("tenancy", "T-1")
	for want, phrase := range map[string]said.Phrase{
		"offer O-1":                said.Say("note.offered", offer),
		"offer O-1 accepted":       said.Say("note.offer_accepted", offer),
		"offer O-1 withdrawn":      said.Say("note.offer_withdrawn", offer),
		"offer O-1 REFUSED":        said.Say("note.offer_over", offer, said.Text("status", "REFUSED")),
		"tenancy T-1":              said.Say("note.let", tenancy),
		"tenancy T-1 ended":        said.Say("note.tenancy_ended", tenancy),
		"letting T-1 failed":       said.Say("note.letting_failed", tenancy),
		"cancelled: the wrong day": said.Say("note.cancelled", said.Text("reason", "the wrong day")),
		"amended by ona":           said.Say("note.amended", said.Text("actor", "ona")),
	} {
		if got := words.Note(phrase); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
