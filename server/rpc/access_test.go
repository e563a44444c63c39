package rpc

import (
	"regexp"
	"strings"
	"testing"
)

func TestAccessCodes(t *testing.T) {
	t.Parallel()
	codes, others := NewAccessCodes(make([]byte, 32)), NewAccessCodes([]byte(strings.Repeat("k", 32)))
	code := codes.Of("A-1", 1)
	if !regexp.MustCompile(`^([0-9A-HJKMNP-TV-Z]{4}-){4}[0-9A-HJKMNP-TV-Z]{4}$`).MatchString(code) {
		t.Errorf("%s", code)
	}
	for what, given := range map[string]string{
		"as it is": code, "small": strings.ToLower(code), "in one": strings.ReplaceAll(code, "-", ""), "spaced": strings.ReplaceAll(code, "-", " "),
		"misread": strings.NewReplacer("0", "O", "1", "l").Replace(code),
	} {
		if !codes.Match("A-1", 1, given) {
			t.Errorf("%s: %s is not taken for %s", what, given, code)
		}
	}
	for what, wrong := range map[string]bool{
		"another reference": codes.Match("A-2", 1, code), "a later code": codes.Match("A-1", 2, code), "another key": others.Match("A-1", 1, code),
		"nothing": codes.Match("A-1", 1, ""), "more": codes.Match("A-1", 1, code+"0"),
	} {
		if wrong {
			t.Errorf("%s is taken", what)
		}
	}
}
