package policy

import (
	"github.com/eile-housing/eile/policy/day"
	"github.com/eile-housing/eile/policy/personal"
	"github.com/eile-housing/eile/policy/words"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// ValidatePerson checks the personal code where the policy knows its form: its checksum, and that
// it agrees with the birth date and the sex of the member who applies; member may be nil.
func (p *Policy) ValidatePerson(person *eilev1.Person, member *eilev1.Member) []Violation {
	var v violations
	code := person.GetPersonalCode()
	if code == "" || !p.personalCode {
		return nil
	}
	c, ok := personal.Parse(code)
	if !ok {
		// The code itself is personal data and is not repeated.
		v.add("personal_code", words.Reason("BAD_PERSONAL_CODE"))
		return v
	}
	if born, ok := day.Known(member.GetBirthDate()); ok && !c.BornOn(born) {
		v.add("personal_code", words.Reason("PERSONAL_CODE_BIRTH_DATE"))
	}
	if sex := member.GetSex(); c.Sex != 0 && (sex == eilev1.Sex_SEX_FEMALE || sex == eilev1.Sex_SEX_MALE) && sex != c.Sex {
		v.add("personal_code", words.Reason("PERSONAL_CODE_SEX"))
	}
	return v
}
