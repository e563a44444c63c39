package rulebook

import (
	"strconv"
	"testing"

	"github.com/eile-housing/eile/internal/eiletest"
	"github.com/eile-housing/eile/policy"
)

// The words of a reason are found by the hash of its policy, whether that is in
// force or was, and no more policies are kept at hand than a few.
func TestPoliciesAreFoundByTheirHash(t *testing.T) {
	t.Parallel()
	text := func(version int) string { return eiletest.Version(plain, strconv.Itoa(version)) }
	o := open(t, text(1))
	hashes := []string{o.book.inForce.Load().record.GetPolicy().GetSha256()}
	for version := range maxShelved + 2 {
		hashes = append(hashes, o.mustActivate(text(version+2), Wish{}).GetPolicy().GetSha256())
		if former := hashes[len(hashes)-2]; o.book.Wording.Known(former) == nil {
			t.Errorf("%s was in force a moment ago and is not at hand", former)
		}
	}
	for _, book := range []*Book{o.book, opened(o.World)} {
		if book.Wording.Policy("") != nil || book.Wording.Policy("none") != nil || book.Wording.Known("none") != nil {
			t.Error("a policy is found that there is not")
		}
		for _, hash := range append(hashes, hashes[0]) {
			found, ok := book.Wording.Policy(hash).(*policy.Policy)
			if !ok || found.SHA256 != hash || book.Wording.Known(hash) != found {
				t.Errorf("%s is not found", hash)
			}
			if len(book.Wording.hashes) > maxShelved || len(book.Wording.loaded) != len(book.Wording.hashes) {
				t.Errorf("%d policies are kept, %d of them by hash", len(book.Wording.hashes), len(book.Wording.loaded))
			}
		}
	}
}
