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
