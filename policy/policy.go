package policy

import (
	"crypto/sha256"
	"encoding/hex"
	"sync"
	"sync/atomic"
	"time"

	"cel.dev/cel-go/cel"

	"github.com/eile-housing/eile/policy/day"
	"github.com/eile-housing/eile/policy/table"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// Policy is one loaded text of rules. It is immutable and safe for concurrent use.
type Policy struct {
	name, version, sha256 string
	file                  string
	title                 phrase
	location              *time.Location
	from, until           day.Day
	sources               []string
	personalCode          bool
	membersRequired       bool

	// The variables of expressions, and the structs that lists of them hold.
	slots       []slot
	byName      map[string]int
	structs     map[string]structure
	membersSlot int
	needSlot    int
	facts       [4][]*fact
	titles      map[string]Entry
	figures     []figure

	lists       []Entry
	defaultList string
	hazards     []Entry

	eligibility, suitability, standard []*condition
	needStandard                       string
	needExpr, class                    *expression
	order, grantedOrder                []*orderTerm
	grounds                            []Ground
	claims                             *fact
	transfers                          []string
	alternate                          Alternation
	reserves                           []Reserve
	districts                          Districts
	offers                             OfferRules
	leases                             LeaseRules
	approval, fill                     bool
	duties                             []Duty
	removals                           []Entry
	keyed, unitKeyed                   []int

	examples examples

	editionsMu sync.Mutex
	editions   map[day.Day]*edition
	latest     atomic.Pointer[edition]
	scopes     sync.Pool
}

// Entry is a code with its title in English and Lithuanian.
type Entry struct{ Code, En, Lt string }

// Load reads, checks and compiles a policy; file names it in errors. The error joins every Fault of the text. The examples are not run: Check does that.
func Load(fileName string, source []byte) (*Policy, error) {
	f := &faults{file: fileName}
	var raw file
	decoder{f}.decode(source, &raw)
	if err := f.err(); err != nil {
		return nil, err
	}
	sum := sha256.Sum256(source)
	p := &Policy{
		name: raw.Name.s, version: raw.Version.s, sha256: hex.EncodeToString(sum[:]), file: fileName, title: raw.Title,
		byName: map[string]int{}, titles: map[string]Entry{}, structs: map[string]structure{}, editions: map[day.Day]*edition{}, examples: raw.Examples,
	}
	c := &compiler{faults: f, p: p, languages: map[string]*cel.Env{}, writers: map[string]writer{}}
	c.load(&raw)
	if err := f.err(); err != nil {
		return nil, err
	}
	p.scopes.New = func() any { return newScope(p) }
	return p, nil
}

// Name of the scheme, e.g. lt-vilnius.
func (p *Policy) Name() string { return p.name }

// Version of the text.
func (p *Policy) Version() string { return p.version }

// SHA256 of the text in lower-case hexadecimal.
func (p *Policy) SHA256() string { return p.sha256 }

// Identity is what decisions record.
func (p *Policy) Identity() *eilev1.PolicyName {
	return &eilev1.PolicyName{Name: p.name, Version: p.version, Sha256: p.sha256}
}

// Title in a language, lt or en.
func (p *Policy) Title(language string) string {
	if language == "lt" && p.title.Lt.set() {
		return p.title.Lt.s
	}
	return p.title.En.s
}

// Location is the time zone in which days begin.
func (p *Policy) Location() *time.Location { return p.location }

// InForce answers the first and the last day of the policy; a zero last day is no end.
func (p *Policy) InForce() (from, until day.Day) { return p.from, p.until }

func (p *Policy) period() span { return span{p.from, p.until} }

// Lists names the waiting lists.
func (p *Policy) Lists() []string { return codes(p.lists) }

// ListTitles answers the lists with their titles.
func (p *Policy) ListTitles() []Entry { return p.lists }

// DefaultList is the list of an application that names none.
func (p *Policy) DefaultList() string { return p.defaultList }

// Hazards names the codes that inspections may report.
func (p *Policy) Hazards() []string { return codes(p.hazards) }

// UnitStandard names the codes of the rules that a home must meet, in the order of the file.
func (p *Policy) UnitStandard() []string {
	out := make([]string, len(p.standard))
	for i, c := range p.standard {
		out[i] = c.code
	}
	return out
}

// Kind is what carries attributes.
type Kind int

// The records that carry attributes.
const (
	ApplicationKind Kind = iota
	MemberKind
	UnitKind
	InspectionKind
)

// Attributes declares the facts that a kind of record may carry, in the order of the file.
func (p *Policy) Attributes(kind Kind) []table.Attribute {
	out := make([]table.Attribute, len(p.facts[kind]))
	for i, f := range p.facts[kind] {
		out[i] = f.Attribute
	}
	return out
}

// ApprovalRequired says whether a person approves each run.
func (p *Policy) ApprovalRequired() bool { return p.approval }

// Mode is choice or fill.
func (p *Policy) Mode() string {
	if p.fill {
		return "fill"
	}
	return "choice"
}

func codes(entries []Entry) []string {
	out := make([]string, len(entries))
	for i, e := range entries {
		out[i] = e.Code
	}
	return out
}
