package policy

import (
	"fmt"
	"strings"

	"github.com/eile-housing/eile/policy/day"
	"github.com/eile-housing/eile/policy/words"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// ValidatePerson checks the personal code where the policy knows its form: its checksum, and that it agrees with the birth date and the sex of the member
// who applies; member may be nil.
func (p *Policy) ValidatePerson(person *eilev1.Person, member *eilev1.Member) []Violation {
	var v violations
	code := person.GetPersonalCode()
	if code == "" || !p.personalCode {
		return nil
	}
	c, ok := parseLithuanianCode(code)
	if !ok {
		// The code itself is personal data and is not repeated.
		v.add("personal_code", words.Reason("BAD_PERSONAL_CODE"))
		return v
	}
	if born, ok := day.Known(member.GetBirthDate()); ok && !c.bornOn(born) {
		v.add("personal_code", words.Reason("PERSONAL_CODE_BIRTH_DATE"))
	}
	if sex := member.GetSex(); c.sex != 0 && (sex == eilev1.Sex_SEX_FEMALE || sex == eilev1.Sex_SEX_MALE) && sex != c.sex {
		v.add("personal_code", words.Reason("PERSONAL_CODE_SEX"))
	}
	return v
}

// lithuanianCode is what an asmens kodas says: GYYMMDDNNNC.
type lithuanianCode struct {
	sex eilev1.Sex
	// birth is YYYY-MM-DD; empty for the exceptional codes that begin with 9, and month and day are 00 where they were not known.
	birth string
}

func (c lithuanianCode) bornOn(d day.Day) bool {
	if c.birth == "" {
		return true
	}
	known := strings.TrimSuffix(strings.TrimSuffix(c.birth, "-00"), "-00")
	return strings.HasPrefix(d.String(), known)
}

func parseLithuanianCode(code string) (lithuanianCode, bool) {
	if len(code) != 11 || strings.Trim(code, "0123456789") != "" || int(code[10]-'0') != checkDigit(code) {
		return lithuanianCode{}, false
	}
	g := int(code[0] - '0')
	if g == 9 {
		return lithuanianCode{}, true
	}
	if g < 1 || g > 6 {
		return lithuanianCode{}, false
	}
	c := lithuanianCode{sex: eilev1.Sex_SEX_FEMALE, birth: fmt.Sprintf("%02d%s-%s-%s", 18+(g-1)/2, code[1:3], code[3:5], code[5:7])}
	if g%2 == 1 {
		c.sex = eilev1.Sex_SEX_MALE
	}
	full := strings.ReplaceAll(c.birth, "-00", "-01")
	_, err := day.Parse(full)
	return c, err == nil
}

// checkDigit: the digits weighted 1…9,1 modulo 11; where that is 10, weighted 3…9,1,2,3; where that is 10 again, 0.
func checkDigit(code string) int {
	for _, first := range []int{1, 3} {
		sum := 0
		for i := range 10 {
			sum += int(code[i]-'0') * ((first+i-1)%9 + 1)
		}
		if sum%11 < 10 {
			return sum % 11
		}
	}
	return 0
}
