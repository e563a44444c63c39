package rpc

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base32"
	"fmt"
	"strings"
)

// AccessCodes derives the codes with which applicants ask for their place. They
// are never stored: a code is an HMAC of the server's key, the application and
// how many codes it was given before.
type AccessCodes struct{ key []byte }

// NewAccessCodes derives codes from the server's key.
func NewAccessCodes(key []byte) AccessCodes { return AccessCodes{key} }

// codeBytes is 100 bits: 20 letters, in five groups of four.
const codeBytes = 13

var codeAlphabet = base32.NewEncoding("0123456789ABCDEFGHJKMNPQRSTVWXYZ").WithPadding(base32.NoPadding)

// Of returns the code of an application, like K7Q2-9XMB-0D4T-VEHA-3RWC.
func (c AccessCodes) Of(reference string, generation int32) string {
	mac := hmac.New(sha256.New, c.key)
	fmt.Fprintf(mac, "access-code\x00%s\x00%d", reference, generation)
	text := codeAlphabet.EncodeToString(mac.Sum(nil)[:codeBytes])[:20]
	return strings.Join([]string{text[:4], text[4:8], text[8:12], text[12:16], text[16:]}, "-")
}

// Match compares in constant time. Small letters, missing hyphens and the
// letters that people confuse with digits are forgiven.
func (c AccessCodes) Match(reference string, generation int32, given string) bool {
	want := sha256.Sum256([]byte(plainCode(c.Of(reference, generation))))
	have := sha256.Sum256([]byte(plainCode(given)))
	return subtle.ConstantTimeCompare(want[:], have[:]) == 1
}

func plainCode(code string) string {
	return strings.NewReplacer("-", "", " ", "", "O", "0", "I", "1", "L", "1").Replace(strings.ToUpper(code))
}
