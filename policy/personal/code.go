// Package personal reads the personal codes of Lithuania (asmens kodas).
//
// A code is personal data: nothing here repeats it in an error. The package imports the nouns and
// package day.
package personal

import (
	"fmt"
	"strings"

	"github.com/eile-housing/eile/policy/day"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// Code is what an asmens kodas says: GYYMMDDNNNC.
type Code struct {
	// Sex is unspecified for the exceptional codes.
	Sex eilev1.Sex
	// birth is YYYY-MM-DD; empty for the exceptional codes that begin with 9, and month and day are
	// 00 where they were not known.
	birth string
}

// BornOn tells whether a code agrees with a day of birth, as far as it says one.
func (c Code) BornOn(d day.Day) bool {
	if c.birth == "" {
		return true
	}
	known := strings.TrimSuffix(strings.TrimSuffix(c.birth, "-00"), "-00")
	return strings.HasPrefix(d.String(), known)
}

// Parse reads a code; false where its form or its check digit is wrong.
func Parse(code string) (Code, bool) {
	if len(code) != 11 || strings.Trim(code, "0123456789") != "" || int(code[10]-'0') != CheckDigit(code) {
		return Code{}, false
	}
	g := int(code[0] - '0')
	if g == 9 {
		return Code{}, true
	}
	if g < 1 || g > 6 {
		return Code{}, false
	}
	c := Code{Sex: eilev1.Sex_SEX_FEMALE, birth: fmt.Sprintf("%02d%s-%s-%s", 18+(g-1)/2, code[1:3], code[3:5], code[5:7])}
	if g%2 == 1 {
		c.Sex = eilev1.Sex_SEX_MALE
	}
	full := strings.ReplaceAll(c.birth, "-00", "-01")
	_, err := day.Parse(full)
	return c, err == nil
}

// CheckDigit is the last digit of a code that begins with ten digits: they are weighted 1…9,1
// modulo 11; where that is 10, weighted 3…9,1,2,3; where that is 10 again, 0.
func CheckDigit(code string) int {
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
