package duplicate

import (
	"crypto/sha256"
	"encoding/binary"
	"strings"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"github.com/eile-housing/eile/policy/day"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// Person is one person of an application, the applicant or another. What is not known is empty. An
// application has as many as are known by name; those that the register knows are the applicants,
// since Member carries no name.
type Person struct {
	// Reference of the application.
	Reference string
	// GivenName and FamilyName are those of the record Person.
	GivenName, FamilyName string
	// Birth is the birth_date of the Member who applies; it counts only where BirthKnown is true.
	Birth      day.Day
	BirthKnown bool
	// Email and PersonalCode are those of the record Person.
	Email, PersonalCode string
}

// digest stands for what is compared: 128 bits of SHA-256, which do not meet by chance.
type digest [16]byte

const (
	byName  = eilev1.DuplicateReason_DUPLICATE_REASON_NAME_AND_BIRTH_DATE
	byEmail = eilev1.DuplicateReason_DUPLICATE_REASON_EMAIL
	byCode  = eilev1.DuplicateReason_DUPLICATE_REASON_PERSONAL_CODE
)

// digests yields one digest for each reason by which the person can match at all.
func (p Person) digests(yield func(eilev1.DuplicateReason, digest)) {
	given, family := plain(p.GivenName), plain(p.FamilyName)
	if given != "" && family != "" && p.BirthKnown {
		yield(byName, digestOf(byName, given, family, p.Birth.String()))
	}
	if email := plain(p.Email); email != "" {
		yield(byEmail, digestOf(byEmail, email))
	}
	if code := plain(p.PersonalCode); code != "" {
		yield(byCode, digestOf(byCode, code))
	}
}

// digestOf writes the length before each part, so that no two lists of parts are the same bytes.
func digestOf(reason eilev1.DuplicateReason, parts ...string) digest {
	text := make([]byte, 0, 128)
	text = append(text, byte(reason))
	for _, part := range parts {
		text = binary.AppendUvarint(text, uint64(len(part)))
		text = append(text, part...)
	}
	sum := sha256.Sum256(text)
	return digest(sum[:len(digest{})])
}

// plain makes texts equal that differ in case, spaces or composition only.
func plain(text string) string {
	if simple(text) {
		text = strings.ToLower(text)
	} else {
		text = folded(text)
	}
	return strings.Join(strings.Fields(text), " ")
}

// folded is the form of Unicode's canonical caseless match, composed. What cases.Fold gives is
// small letters but for Cherokee, where it swaps small and large.
func folded(text string) string {
	return norm.NFC.String(strings.ToLower(cases.Fold().String(norm.NFD.String(text))))
}

// simple tells whether a text has only letters up to Latin Extended-A whose small form is what they
// fold to: most names in Europe, at a fraction of the cost.
func simple(text string) bool {
	for _, r := range text {
		switch {
		case r >= 0x180, r == 'µ', r == 'ß', r == 'İ', r == 'ŉ', r == 'ſ':
			return false
		}
	}
	return true
}
