package store

import (
	"strconv"
	"time"

	"google.golang.org/protobuf/proto"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// Schema is the version of the records and keys below. It is raised when an
// older program could no longer read them.
const Schema = 1

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
//	d/ID                    Decision
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
//	s/NUMBER                AuditSeal
//	r/REQUEST               RequestRecord
//	b/ID                    ImportRecord
//	bc/ID/NUMBER            ImportChunk
//	g/ID                    Decommission: a proposal to give homes up
//	w/NAME                  Programme
//	m/register              Register: schema, generation and policy in force
//	m/night                 Nights: the run under way and the last one
const (
	placementPrefix       = "q/"
	activationPrefix      = "pa/"
	offerByAppPrefix      = "oa/"
	offerByUnitPrefix     = "ou/"
	barredPrefix          = "ob/"
	runByDatePrefix       = "xd/"
	runBatchPrefix        = "xb/"
	evidencePrefix        = "xe/"
	placementChangePrefix = "l/"
	unitChangePrefix      = "k/"
	auditPrefix           = "e/"
	auditSubjectPrefix    = "es/"
	sealPrefix            = "s/"
	importChunkPrefix     = "bc/"
)

var registerKey = []byte("m/register")

// The kinds of record that are kept under one prefix and named by one id.
var (
	Applications = Kind[eilev1.Application, *eilev1.Application]{"a/", "application"}
	Persons      = Kind[eilev1.Person, *eilev1.Person]{"n/", "person of application"}
	Units        = Kind[eilev1.Unit, *eilev1.Unit]{"u/", "unit"}
	Inspections  = Kind[eilev1.Inspection, *eilev1.Inspection]{"i/", "inspection"}
	Offers       = Kind[eilev1.Offer, *eilev1.Offer]{"o/", "offer"}
	Tenancies    = Kind[eilev1.Tenancy, *eilev1.Tenancy]{"t/", "tenancy"}
	Decisions    = Kind[eilev1.Decision, *eilev1.Decision]{"d/", "decision"}
	Duplicates   = Kind[eilev1.DuplicateDecision, *eilev1.DuplicateDecision]{"du/", "decision on duplicates"}
	Policies     = Kind[eilev1.Policy, *eilev1.Policy]{"p/", "policy"}
	Imports      = Kind[eilev1.ImportRecord, *eilev1.ImportRecord]{"b/", "import"}
	Runs         = Kind[eilev1.Run, *eilev1.Run]{"x/", "run"}
	Programmes   = Kind[eilev1.Programme, *eilev1.Programme]{"w/", "programme"}

	Decommissions = Kind[eilev1.Decommission, *eilev1.Decommission]{"g/", "proposal to give up homes"}

	requests        = Kind[eilev1.RequestRecord, *eilev1.RequestRecord]{"r/", "request"}
	nights          = Kind[eilev1.Nights, *eilev1.Nights]{"m/", "nights"}
	runBatches      = Kind[eilev1.RunBatch, *eilev1.RunBatch]{runBatchPrefix, "run batch"}
	registers       = Kind[eilev1.Register, *eilev1.Register]{"m/", "register"}
	audits          = Kind[eilev1.AuditEntry, *eilev1.AuditEntry]{auditPrefix, "audit entry"}
	seals           = Kind[eilev1.AuditSeal, *eilev1.AuditSeal]{sealPrefix, "audit seal"}
	activations     = Kind[eilev1.PolicyName, *eilev1.PolicyName]{activationPrefix, "activation"}
	placementLog    = Kind[eilev1.PlacementChange, *eilev1.PlacementChange]{placementChangePrefix, "placement change"}
	unitLog         = Kind[eilev1.UnitChange, *eilev1.UnitChange]{unitChangePrefix, "unit change"}
	importChunkRecs = Kind[eilev1.ImportChunk, *eilev1.ImportChunk]{importChunkPrefix, "import chunk"}
)

// message is a pointer to a generated message struct.
type message[T any] interface {
	*T
	proto.Message
}

// Kind is one sort of record: where it lies and what people call it.
type Kind[T any, M message[T]] struct {
	prefix string
	Noun   string
}

func (k Kind[T, M]) key(id string) []byte {
	key := make([]byte, 0, len(k.prefix)+len(id))
	key = append(key, k.prefix...)
	return append(key, id...)
}

func placementKey(generation uint32, reference string) []byte {
	key := make([]byte, 0, len(placementPrefix)+numberLen+1+len(reference))
	key = append(key, placementPrefix...)
	key = appendNumber(key, generation)
	key = append(key, '/')
	return append(key, reference...)
}

// pairKey is a key of two parts that are joined by '/'.
func pairKey(prefix, first, second string) []byte {
	key := make([]byte, 0, len(prefix)+len(first)+len(second)+1)
	key = append(key, prefix...)
	key = append(key, first...)
	key = append(key, '/')
	return append(key, second...)
}

// timeKey orders by time, then by id.
func timeKey(prefix string, at time.Time, id string) []byte {
	key := make([]byte, 0, len(prefix)+timeLen+1+len(id))
	key = append(key, prefix...)
	key = appendTime(key, at)
	key = append(key, '/')
	return append(key, id...)
}

const (
	timeLen   = 16
	numberLen = 8
)

// appendTime appends digits whose order is that of time, from 1970 on.
func appendTime(key []byte, at time.Time) []byte {
	return appendHex(key, uint64(max(0, at.UnixMicro())), timeLen)
}

// appendNumber appends digits whose order is that of numbers.
func appendNumber(key []byte, number uint32) []byte {
	return appendHex(key, uint64(number), numberLen)
}

// appendHex appends the last hexadecimal digits of a number.
func appendHex(key []byte, number uint64, digits int) []byte {
	for shift := 4 * (digits - 1); shift >= 0; shift -= 4 {
		key = append(key, "0123456789abcdef"[number>>shift&0xf])
	}
	return key
}

// keyTime reads the moment back from a key made by timeKey.
func keyTime(prefix string, key []byte) (time.Time, bool) {
	if len(key) < len(prefix)+timeLen {
		return time.Time{}, false
	}
	micro, err := strconv.ParseInt(string(key[len(prefix):len(prefix)+timeLen]), 16, 64)
	return time.UnixMicro(micro).UTC(), err == nil
}

// keyNumber reads a number back from the digits that a text begins with.
func keyNumber(digits []byte) (uint32, bool) {
	if len(digits) < numberLen {
		return 0, false
	}
	number, err := strconv.ParseUint(string(digits[:numberLen]), 16, 32)
	return uint32(number), err == nil
}

func numberKey(prefix, id string, number uint32) []byte {
	key := make([]byte, 0, len(prefix)+len(id)+1+numberLen)
	key = append(key, prefix...)
	key = append(key, id...)
	key = append(key, '/')
	return appendNumber(key, number)
}

func sealKey(number uint32) []byte { return appendNumber([]byte(sealPrefix), number) }

// numbered is an id with a number: ID-NUMBER.
func numbered(id string, number uint32) string {
	key := make([]byte, 0, len(id)+1+numberLen)
	key = append(append(key, id...), '-')
	return string(appendNumber(key, number))
}
