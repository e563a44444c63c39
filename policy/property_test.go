package policy

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"
	"pgregory.net/rapid"

	"github.com/eile-housing/eile/policy/day"
	"github.com/eile-housing/eile/policy/fact"
	"github.com/eile-housing/eile/policy/source"
	"github.com/eile-housing/eile/policy/table"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// anyDay draws a day of 2020 to 2029, often one on which something turns.
func anyDay(t *rapid.T, label string) day.Day {
	first, _ := day.Parse("2020-01-01")
	d := first + day.Day(rapid.IntRange(0, 3652).Draw(t, label))
	if rapid.Bool().Draw(t, label+" turns") {
		turns := []string{"01-01", "04-30", "05-01", "05-02", "06-01", "06-02", "07-01", "12-31", "02-28", "03-01"}
		d, _ = day.Parse(fmt.Sprintf("%04d-%s", d.Year(), rapid.SampledFrom(turns).Draw(t, label+" on")))
	}
	return d
}

// anyFact draws a value of a declared attribute.
func anyFact(t *rapid.T, a table.Attribute) *eilev1.Fact {
	switch a.Type {
	case table.Bool:
		return &eilev1.Fact{Value: &eilev1.Fact_BoolValue{BoolValue: rapid.Bool().Draw(t, a.Name)}}
	case table.Int:
		values := []int64{0, 1, 25, 55, 56, 60, 61, 100, 2018, 2019, 2020, 2023, 2024, 2025, 10500, 575000, 575001, 1016600, 1016601, 2055300}
		return &eilev1.Fact{Value: &eilev1.Fact_IntValue{IntValue: rapid.SampledFrom(values).Draw(t, a.Name)}}
	case table.Decimal:
		d := &eilev1.Decimal{Units: rapid.Int64Range(0, 8000).Draw(t, a.Name), Scale: rapid.Int32Range(0, 2).Draw(t, a.Name+" scale")}
		return &eilev1.Fact{Value: &eilev1.Fact_DecimalValue{DecimalValue: d}}
	case table.Date:
		return &eilev1.Fact{Value: &eilev1.Fact_DateValue{DateValue: anyDay(t, a.Name).Proto()}}
	default:
		values := []string{"Vilnius", "Kaunas", "x"}
		if len(a.Values) > 0 {
			values = a.Values
		}
		return &eilev1.Fact{Value: &eilev1.Fact_StringValue{StringValue: rapid.SampledFrom(values).Draw(t, a.Name)}}
	}
}

func anyFacts(t *rapid.T, declared []table.Attribute) map[string]*eilev1.Fact {
	facts := map[string]*eilev1.Fact{}
	for _, a := range declared {
		if rapid.IntRange(0, 3).Draw(t, "set "+a.Name) > 0 {
			facts[a.Name] = anyFact(t, a)
			if rapid.IntRange(0, 9).Draw(t, "later "+a.Name) == 0 {
				facts[a.Name].EffectiveOn = anyDay(t, "effective "+a.Name).Proto()
			}
		}
	}
	return facts
}

// anyApplication draws a household that the register could hold.
func anyApplication(t *rapid.T, p *Policy) *eilev1.Application {
	app := &eilev1.Application{
		Reference:      rapid.StringMatching(`[A-Z][0-9]{1,4}`).Draw(t, "reference"),
		RegisterNumber: rapid.SampledFrom([]string{"", "7", "12", "012", "A-9", "A-10", "B"}).Draw(t, "number"),
		Attributes:     anyFacts(t, p.Attributes(ApplicationKind)),
		Household:      &eilev1.Household{},
	}
	registered := anyDay(t, "registered")
	app.RegisteredAt = registered.String()
	if rapid.Bool().Draw(t, "timed") {
		at := time.Unix(int64(registered)*86400+rapid.Int64Range(0, 86399).Draw(t, "second"), 0).UTC()
		app.RegisteredAt = at.In(time.FixedZone("", rapid.SampledFrom([]int{0, 7200, 10800, -18000}).Draw(t, "offset"))).Format(time.RFC3339)
	}
	for i := range rapid.IntRange(0, 5).Draw(t, "members") {
		relation := eilev1.Relation_RELATION_CHILD
		if i == 0 {
			relation = eilev1.Relation_RELATION_SELF
		} else if i == 1 && rapid.Bool().Draw(t, "couple") {
			relation = eilev1.Relation_RELATION_PARTNER
		}
		m := &eilev1.Member{Relation: relation, Sex: eilev1.Sex(rapid.IntRange(1, 3).Draw(t, "sex")), Attributes: anyFacts(t, p.Attributes(MemberKind))}
		born := anyDay(t, "born").AddYears(-rapid.IntRange(0, 40).Draw(t, "age"))
		m.BirthDate = born.Proto()
		if rapid.IntRange(0, 5).Draw(t, "joins") == 0 {
			m.JoinedOn = anyDay(t, "joined").Proto()
		}
		if rapid.IntRange(0, 5).Draw(t, "leaves") == 0 {
			m.LeftOn = anyDay(t, "left").Proto()
		}
		app.Household.Members = append(app.Household.Members, m)
	}
	for _, g := range p.Grounds {
		if rapid.IntRange(0, 9).Draw(t, "granted "+g.Code) == 0 {
			granted := &eilev1.Ground{Code: g.Code, GrantedFrom: anyDay(t, "from").Proto()}
			if rapid.Bool().Draw(t, "ends") {
				granted.GrantedUntil = anyDay(t, "until").Proto()
			}
			app.Grounds = append(app.Grounds, granted)
		}
	}
	return app
}

// outcome is what of a verdict must stay until NextDue; the figures in sentences, such as the year,
// may not.
func outcome(v Verdict) string {
	return fmt.Sprint(v.Eligibility, reasonCodes(v.Reasons), v.Missing, v.Need, v.NeedClass, v.OutOfTurn, v.List, []byte(v.SuitabilityKey), v.OrderKey)
}

func testPolicies(t testing.TB) []*Policy {
	var policies []*Policy
	for _, name := range Shipped() {
		policies = append(policies, shippedPolicy(t, name))
	}
	return append(policies, loaded(t, everyPart))
}

// Until NextDue nothing changes by itself: the register stores a verdict and looks again only then.
func TestNothingChangesBeforeNextDue(t *testing.T) {
	for _, p := range testPolicies(t) {
		t.Run(p.Name, func(t *testing.T) {
			e := p.Evaluator("seed")
			rapid.Check(t, func(t *rapid.T) {
				app, from := anyApplication(t, p), anyDay(t, "from")
				before := proto.Clone(app)
				v := e.Evaluate(app, from)
				if !proto.Equal(before, app) {
					t.Fatal("evaluating changed the application")
				}
				last := v.NextDue - 1
				if v.NextDue == 0 {
					last = from + 4000
				}
				if last < from {
					t.Fatalf("due on %s, before tomorrow", v.NextDue)
				}
				// The last day, and one between, at random.
				for _, on := range []day.Day{last, from + day.Day(rapid.IntRange(0, int(last-from)).Draw(t, "later"))} {
					if got := e.Evaluate(app, on); outcome(got) != outcome(v) {
						t.Fatalf("%s gives\n%s\nand %s, before it is due on %s,\n%s", from, outcome(v), on, v.NextDue, outcome(got))
					}
				}
			})
		})
	}
}

// A verdict that is certain though a fact is unknown stays the same whatever the fact turns out to
// be.
func TestUnknownFactsDecideNothing(t *testing.T) {
	for _, p := range testPolicies(t) {
		t.Run(p.Name, func(t *testing.T) {
			e := p.Evaluator("seed")
			unknowable := slices.DeleteFunc(slices.Clone(p.attributes[ApplicationKind]), func(f *fact.Attribute) bool { return f.Unclaimed != nil })
			if len(unknowable) == 0 {
				t.Skip("an applicant has no fact that can be unknown")
			}
			rapid.Check(t, func(t *rapid.T) {
				app, on := anyApplication(t, p), anyDay(t, "on")
				f := rapid.SampledFrom(unknowable).Draw(t, "fact")
				delete(app.Attributes, f.Name)
				without := e.Evaluate(app, on)
				without.SuitabilityKey = ""
				app.Attributes[f.Name] = anyFact(t, f.Attribute)
				with := e.Evaluate(app, on)
				with.SuitabilityKey = ""
				// Facts that replace others where they are known, by known and otherwise, are not
				// missing when they are not.
				if replaces[p.Name+"."+f.Name] {
					return
				}
				if without.Eligibility == eilev1.Eligibility_ELIGIBILITY_NO && with.Eligibility != eilev1.Eligibility_ELIGIBILITY_NO {
					t.Fatalf("NO without %s (%v), and %v with it", f.Name, reasonCodes(without.Reasons), with.Eligibility)
				}
				if without.Eligibility == eilev1.Eligibility_ELIGIBILITY_YES && outcome(with) != outcome(without) {
					t.Fatalf("YES without %s and other with it:\n%s\n%s", f.Name, outcome(without), outcome(with))
				}
			})
		})
	}
}

// replaces are the facts whose absence a policy gives a meaning in an expression.
var replaces = map[string]bool{"uk-bands.band_date": true, "uk-bands.band_asked_on": true, "uk-decent-homes.band_date": true,
	"uk-decent-homes.band_asked_on": true, "taipei-points.points": true, "test.since": true}

// Households with equal keys suit the same homes, and homes with equal keys suit the same
// households.
func TestEqualKeysSuitAlike(t *testing.T) {
	for _, p := range testPolicies(t) {
		t.Run(p.Name, func(t *testing.T) {
			e := p.Evaluator("seed")
			type answer struct {
				ok     bool
				codes  string
				groups string
			}
			rapid.Check(t, func(t *rapid.T) {
				on := anyDay(t, "on")
				answers := map[string]answer{}
				var units []*eilev1.Unit
				for range 3 {
					units = append(units, anyUnit(t, p))
				}
				for range 4 {
					app := anyApplication(t, p)
					for _, u := range units {
						ok, reasons := e.Suitable(app, u, on)
						got := answer{ok, fmt.Sprint(reasonCodes(reasons)), fmt.Sprint(e.Groups(app, on))}
						key := e.SuitabilityKey(app, on) + "|" + e.UnitKey(u, on)
						if old, seen := answers[key]; seen && old != got {
							t.Fatalf("one key, two answers: %+v and %+v", old, got)
						}
						answers[key] = got
					}
					if v := e.Evaluate(app, on); v.SuitabilityKey != e.SuitabilityKey(app, on) {
						t.Fatal("the verdict has another key")
					}
				}
			})
		})
	}
}

func anyUnit(t *rapid.T, p *Policy) *eilev1.Unit {
	u := &eilev1.Unit{Reference: "U", Attributes: anyFacts(t, p.Attributes(UnitKind))}
	if rapid.Bool().Draw(t, "area known") {
		u.AreaSqm = &eilev1.Decimal{Units: rapid.Int64Range(5, 60).Draw(t, "area")}
	}
	if rapid.Bool().Draw(t, "rooms known") {
		u.Rooms = proto.Int32(rapid.Int32Range(1, 5).Draw(t, "rooms"))
	}
	if rapid.Bool().Draw(t, "adapted known") {
		u.Adapted = proto.Bool(rapid.Bool().Draw(t, "adapted"))
	}
	if rapid.Bool().Draw(t, "rented") {
		u.Tenure = eilev1.Tenure_TENURE_RENTED_IN
		u.Lease = &eilev1.Lease{EndsOn: anyDay(t, "lease").Proto()}
	}
	codes := []string{""}
	for _, r := range p.Reserves {
		codes = append(codes, r.Code)
	}
	u.Earmark = rapid.SampledFrom(codes).Draw(t, "earmark")
	return u
}

// Comparing keys byte by byte is the legal order, told here in another way: band, then local date,
// a date alone first, then the instant, then the number.
func TestOrderKeyIsTheLegalOrder(t *testing.T) {
	p := shippedPolicy(t, "lt-vilnius")
	e := p.Evaluator("seed")
	rapid.Check(t, func(t *rapid.T) {
		on := anyDay(t, "on")
		a, b := anyApplication(t, p), anyApplication(t, p)
		if rapid.Bool().Draw(t, "same moment") {
			b.RegisteredAt = a.RegisteredAt
		}
		va, vb := e.Evaluate(a, on), e.Evaluate(b, on)
		want := cmp.Or(-cmp.Compare(b2i(va.OutOfTurn), b2i(vb.OutOfTurn)), slices.Compare(moment(p, a), moment(p, b)), naturalCompare(a.RegisterNumber, b.RegisterNumber))
		if want == 0 {
			want = bytes.Compare(ticket("seed", a.Reference), ticket("seed", b.Reference))
		}
		if got := bytes.Compare(va.OrderKey, vb.OrderKey); got != want {
			t.Fatalf("%s %q and %s %q: %d, want %d", a.RegisteredAt, a.RegisterNumber, b.RegisteredAt, b.RegisterNumber, got, want)
		}
		if va.OrderKey == nil || !bytes.Equal(va.OrderKey, vb.OrderKey) && bytes.HasPrefix(va.OrderKey, vb.OrderKey) {
			t.Fatal("one key begins another: appending the reference would change the order")
		}
	})
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

func moment(p *Policy, app *eilev1.Application) []int64 {
	if d, err := day.Parse(app.RegisteredAt); err == nil {
		return []int64{int64(d), 0, 0}
	}
	at, err := time.Parse(time.RFC3339, app.RegisteredAt)
	if err != nil {
		panic(err)
	}
	local := at.In(p.Location)
	return []int64{int64(day.Of(local, p.Location)), 1, at.UnixMicro()}
}

// naturalCompare is for the few forms that anyApplication draws.
func naturalCompare(a, b string) int {
	rank := map[string]int{"7": 1, "12": 2, "012": 2, "A-9": 3, "A-10": 4, "B": 5, "": 6}
	return cmp.Compare(rank[a], rank[b])
}

func FuzzNaturalKey(f *testing.F) {
	for _, s := range []string{"", "7", "12", "012", "A-9", "A-10", "\x00\x01", "1.2.3", "Ž-7"} {
		f.Add(s, "10")
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		if len(a) > 64 || len(b) > 64 {
			t.Skip()
		}
		ka, kb := naturalKey(nil, a), naturalKey(nil, b)
		if len(ka) < len(kb) && bytes.HasPrefix(kb, ka) {
			t.Errorf("the key of %q begins that of %q", a, b)
		}
		na, errA := source.WholeNumber(a)
		nb, errB := source.WholeNumber(b)
		if errA == nil && errB == nil && na >= 0 && nb >= 0 && a[0] != '-' && b[0] != '-' && cmp.Compare(na, nb) != bytes.Compare(ka, kb) {
			t.Errorf("%q and %q do not order as numbers", a, b)
		}
	})
}

// A policy is shared by every request.
func TestEvaluatorIsSafeForConcurrentUse(t *testing.T) {
	p := shippedPolicy(t, "lt-vilnius")
	e := p.Evaluator("seed")
	app := household(t, p, "self/F/1985-02-03;child/M/2015-05-05", "declared_residence=Vilnius", "net_income_cents=0", "assets_cents=0", "declared_year=2024", "owns_home=false")
	first := on(t, "2025-01-01")
	want := map[day.Day]string{}
	for d := range day.Day(80) {
		want[first+d] = outcome(e.Evaluate(app, first+d))
	}
	done := make(chan error)
	for range 4 {
		go func() {
			var err error
			for _, d := range slices.Sorted(maps.Keys(want)) {
				if got := outcome(e.Evaluate(app, d)); got != want[d] {
					err = fmt.Errorf("%s: %s, want %s", d, got, want[d])
				}
			}
			done <- err
		}()
	}
	for range 4 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}
