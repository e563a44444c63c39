// Package layout is where everything of the register lies and how it is written
// there: the keys, and the bytes of a record.
//
// Keys and bytes stay as they are for ever, or are changed by a migration. The
// package imports proto and store/kv; it knows no record but by its key.
package layout

import (
	"crypto/sha256"
	"encoding/hex"
	"iter"
	"strconv"
	"time"

	"github.com/eile-housing/eile/store/kv"
)

// The layout of the register. A reference holds only A-Z a-z 0-9 . _ - and an
// id of ours only a-z 0-9 . and -, so that '/' separates the parts of a key.
// TIME is the moment in microseconds since 1970 as 16 hexadecimal digits, GEN
// and NUMBER are 8 such digits: keys are text, and their order is that of time.
//
//	a/REFERENCE             Application
//	n/REFERENCE             Person, the only place of personal data
//	q/GEN/REFERENCE         Placement; GEN is the generation
//	u/REFERENCE             Unit
//	i/UNIT/ID               Inspection; ids grow with time
//	o/ID                    Offer; ids grow with time
//	oa/APPLICATION/OFFER    empty: the offers of an application
//	ou/UNIT/OFFER           empty: the offers of a unit
//	ob/APPLICATION/UNIT     the offer after which the unit is not offered again
//	t/ID                    Tenancy
//	d/ID                    Decision; ids grow with time
//	dn/DIGEST/ID            empty: the decisions of a number; DIGEST is of the number
//	do/KIND/SUBJECT         the id of the decision that is proposed
//	dp/ID                   Proposal: what approving it would do
//	du/ID                   DuplicateDecision; ids grow with time
//	p/NAME/VERSION          Policy
//	pa/TIME/ID              PolicyName: which policy was put in force when
//	x/ID                    Run
//	xd/DATE                 the id of the latest run of a date
//	xb/RUN/NUMBER           RunBatch
//	xe/RUN/FILE/NUMBER      evidence of a run, in pieces
//	l/TIME/ID               PlacementChange
//	k/TIME/ID               UnitChange
//	e/TIME/ID               AuditEntry
//	es/SUBJECT/TIME/ID      empty: the entries of a subject
//	ed/TIME/ID              AuditDetail: what an entry does not hold, until it is erased
//	ek/REFERENCE            the salt of an application, under which the audit commits to it
//	er/REFERENCE            TIME/ID: the entry of an erasure whose details are being removed
//	s/NUMBER                AuditSeal
//	r/REQUEST               RequestRecord
//	b/ID                    ImportRecord
//	bc/ID/NUMBER            ImportChunk
//	g/ID                    Decommission: a proposal to give homes up
//	w/NAME                  Programme
//	m/register              Register: schema, generation and policy in force
//	m/audit                 AuditForm: the chain before the form of entries was fixed
//	m/night                 Nights: the run under way and the last one
const (
	Application       = "a/"
	Person            = "n/"
	Placement         = "q/"
	Unit              = "u/"
	Inspection        = "i/"
	Offer             = "o/"
	OfferByApp        = "oa/"
	OfferByUnit       = "ou/"
	Barred            = "ob/"
	Tenancy           = "t/"
	Decision          = "d/"
	DecisionNumber    = "dn/"
	DecisionOpen      = "do/"
	Proposal          = "dp/"
	DuplicateDecision = "du/"
	Policy            = "p/"
	Activation        = "pa/"
	Run               = "x/"
	RunByDate         = "xd/"
	RunBatch          = "xb/"
	Evidence          = "xe/"
	PlacementChange   = "l/"
	UnitChange        = "k/"
	Audit             = "e/"
	AuditSubject      = "es/"
	AuditDetail       = "ed/"
	Salt              = "ek/"
	Erasing           = "er/"
	Seal              = "s/"
	Request           = "r/"
	Import            = "b/"
	ImportChunk       = "bc/"
	Decommission      = "g/"
	Programme         = "w/"
	Single            = "m/" // what there is one of
)

// Audited are the prefixes of the records whose every change the audit tells.
var Audited = []string{
	Application, Person, Unit, Inspection, Offer, Barred, Tenancy, Decision,
	DuplicateDecision, Policy, Run, RunByDate, Evidence, Decommission, Programme,
	PlacementChange, UnitChange, Salt,
}

// Register is the key of the state of the register, AuditForm that of the chain
// before the form of audit entries was fixed.
const (
	Register  = Single + "register"
	AuditForm = Single + "audit"
)

// PlacementKey is the key of the placement of an application in a generation.
func PlacementKey(generation uint32, reference string) []byte {
	key := make([]byte, 0, len(Placement)+NumberLen+1+len(reference))
	key = append(key, Placement...)
	key = appendNumber(key, generation)
	key = append(key, '/')
	return append(key, reference...)
}

// PairKey is a key of two parts that are joined by '/'.
func PairKey(prefix, first, second string) []byte {
	key := make([]byte, 0, len(prefix)+len(first)+len(second)+1)
	key = append(key, prefix...)
	key = append(key, first...)
	key = append(key, '/')
	return append(key, second...)
}

// TimeKey orders by time, then by id.
func TimeKey(prefix string, at time.Time, id string) []byte {
	key := make([]byte, 0, len(prefix)+TimeLen+1+len(id))
	key = append(key, prefix...)
	key = AppendTime(key, at)
	key = append(key, '/')
	return append(key, id...)
}

// How many digits a time and a number have in a key.
const (
	TimeLen   = 16
	NumberLen = 8
)

// AppendTime appends digits whose order is that of time, from 1970 on.
func AppendTime(key []byte, at time.Time) []byte { return AppendMicro(key, at.UnixMicro()) }

// AppendMicro does so for a time in microseconds since 1970.
func AppendMicro(key []byte, micro int64) []byte {
	return appendHex(key, uint64(max(0, micro)), TimeLen)
}

// appendNumber appends digits whose order is that of numbers.
func appendNumber(key []byte, number uint32) []byte {
	return appendHex(key, uint64(number), NumberLen)
}

// appendHex appends the last hexadecimal digits of a number.
func appendHex(key []byte, number uint64, digits int) []byte {
	for shift := 4 * (digits - 1); shift >= 0; shift -= 4 {
		key = append(key, "0123456789abcdef"[number>>shift&0xf])
	}
	return key
}

// TimeOf reads the moment back from a key made by TimeKey.
func TimeOf(prefix string, key []byte) (time.Time, bool) {
	if len(key) < len(prefix)+TimeLen {
		return time.Time{}, false
	}
	micro, err := strconv.ParseInt(string(key[len(prefix):len(prefix)+TimeLen]), 16, 64)
	return time.UnixMicro(micro).UTC(), err == nil
}

// NumberOf reads a number back from the digits that a text begins with.
func NumberOf(digits []byte) (uint32, bool) {
	if len(digits) < NumberLen {
		return 0, false
	}
	number, err := strconv.ParseUint(string(digits[:NumberLen]), 16, 32)
	return uint32(number), err == nil
}

// NumberKey is the key of a numbered part of what has an id.
func NumberKey(prefix, id string, number uint32) []byte {
	key := make([]byte, 0, len(prefix)+len(id)+1+NumberLen)
	key = append(key, prefix...)
	key = append(key, id...)
	key = append(key, '/')
	return appendNumber(key, number)
}

// SaltKey is the key of the salt of an application.
func SaltKey(reference string) []byte { return []byte(Salt + reference) }

// SealKey is the key of an audit seal.
func SealKey(number uint32) []byte { return appendNumber([]byte(Seal), number) }

// Numbered is an id with a number: ID-NUMBER.
func Numbered(id string, number uint32) string {
	key := make([]byte, 0, len(id)+1+NumberLen)
	key = append(append(key, id...), '-')
	return string(appendNumber(key, number))
}

// Digest stands in a key for what may be any text, as the number of a decision.
func Digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:16])
}

// Begins tells whether a key has a prefix.
func Begins(key []byte, prefix string) bool {
	return len(key) >= len(prefix) && string(key[:len(prefix)]) == prefix
}

// All scans the keys that begin with a prefix.
func All(reader kv.Reader, prefix string) iter.Seq2[kv.Item, error] {
	return reader.Scan([]byte(prefix), kv.PrefixEnd([]byte(prefix)))
}

// Holds tells whether a range has a key.
func Holds(reader kv.Reader, start, end []byte) (bool, error) {
	for _, err := range reader.Scan(start, end) {
		return err == nil, err
	}
	return false, nil
}
