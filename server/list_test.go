package server_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"pgregory.net/rapid"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// page is one page of any list.
type page struct {
	rows    []proto.Message
	next    string
	total   int
	minimum bool
	bytes   int
}

// pageOf asks for one page by a request of any list.
func pageOf(w *town, req proto.Message) (page, error) {
	w.Helper()
	var called protoreflect.MethodDescriptor
	methods(func(method protoreflect.MethodDescriptor) {
		if method.Input() == req.ProtoReflect().Descriptor() {
			called = method
		}
	})
	answered, err := protoregistry.GlobalTypes.FindMessageByName(called.Output().FullName())
	if err != nil {
		w.Fatal(err)
	}
	answer := answered.New()
	name := "/" + string(called.Parent().FullName()) + "/" + string(called.Name())
	if err := w.conn.Invoke(w.Context(), name, req, answer.Interface()); err != nil {
		return page{}, err
	}
	fields := answer.Descriptor().Fields()
	found := page{
		next: answer.Get(fields.ByName("next_page_token")).String(), total: int(answer.Get(fields.ByName("total_size")).Int()),
		minimum: answer.Get(fields.ByName("total_size_is_minimum")).Bool(), bytes: proto.Size(answer.Interface()),
	}
	rows := answer.Get(fields.ByNumber(1)).List()
	for i := range rows.Len() {
		found.rows = append(found.rows, rows.Get(i).Message().Interface())
	}
	return found, nil
}

// walk reads all pages of a request, each as long as size says; between is called
// before each but the first.
func walk(w *town, req proto.Message, size func() int, between func()) (rows []proto.Message, total page) {
	w.Helper()
	asked := proto.Clone(req)
	for first := true; ; first = false {
		most := size()
		set(asked, "page_size", protoreflect.ValueOfInt32(int32(most)))
		got, err := pageOf(w, asked)
		if err != nil {
			w.Fatalf("%v: %v", asked, err)
		}
		if most > 0 && len(got.rows) > most {
			w.Errorf("%v has %d rows", asked, len(got.rows))
		}
		if first {
			total = got
		} else if got.total != total.total || got.minimum != total.minimum {
			w.Errorf("%v has %d rows in all, the first page said %d", asked, got.total, total.total)
		}
		if rows = append(rows, got.rows...); got.next == "" {
			return rows, total
		}
		set(asked, "page_token", protoreflect.ValueOfString(got.next))
		between()
	}
}

func set(req proto.Message, name protoreflect.Name, value protoreflect.Value) {
	fields := req.ProtoReflect().Descriptor().Fields()
	req.ProtoReflect().Set(fields.ByName(name), value)
}

func in(req proto.Message, order string) proto.Message {
	req = proto.Clone(req)
	if order != "" {
		set(req, "order_by", protoreflect.ValueOfString(order))
	}
	return req
}

func large() int { return 1000 }
func never()     {}

// all are the rows of a list in their order, whatever is filtered where nothing is
// asked for.
func (c listCase) all(w *town) (rows []proto.Message) {
	w.Helper()
	for _, req := range append(c.whole, c.asked) {
		if len(c.whole) > 0 && req == c.asked {
			continue
		}
		some, _ := walk(w, req, large, never)
		rows = append(rows, some...)
	}
	if len(c.whole) > 0 {
		by := slices.Collect(maps.Values(c.order))[0]
		slices.SortFunc(rows, func(a, b proto.Message) int { return strings.Compare(by(a), by(b)) })
	}
	return rows
}

// ids are the names of rows, in their order.
func (c listCase) ids(rows []proto.Message) []string {
	names := make([]string, len(rows))
	for i, row := range rows {
		names[i] = c.id(row)
	}
	return names
}

// Every list of the API is among those of the tests, and every field of its
// request is a filter with its meaning, or of the page.
func TestEveryListIsTried(t *testing.T) {
	t.Parallel()
	cases := listCases(openArchive(t, 1, 1))
	methods(func(method protoreflect.MethodDescriptor) {
		name := string(method.Name())
		if !strings.HasPrefix(name, "List") {
			return
		}
		tried, ok := cases[name]
		if !ok || tried.asked.ProtoReflect().Descriptor() != method.Input() {
			t.Errorf("%s is not tried", method.FullName())
			return
		}
		fields := method.Input().Fields()
		for i := range fields.Len() {
			field := string(fields.Get(i).Name())
			_, filters := tried.filters[field]
			if !filters && !slices.Contains(append(tried.scope, "page_size", "page_token", "order_by", "min_revision"), field) {
				t.Errorf("%s is not tried", fields.Get(i).FullName())
			}
		}
		if fields.ByName("order_by") == nil && tried.order[""] == nil {
			t.Errorf("%s has no order", name)
		}
	})
}

// A filter tells apart by what it says, in every list: its pages are the rows for
// which all that is asked for holds, and the total is their number.
func TestFilters(t *testing.T) {
	t.Parallel()
	a := openArchive(t, 2, 30)
	cases, rows := listCases(a), map[string][]proto.Message{}
	for name, c := range cases {
		rows[name] = c.all(a.town)
	}
	rapid.Check(t, func(t *rapid.T) {
		for range 4 {
			name := rapid.SampledFrom(slices.Sorted(maps.Keys(cases))).Draw(t, "list")
			c := cases[name]
			req, asked := c.draw(t, rows[name])
			var want []proto.Message
			for _, row := range rows[name] {
				if c.kept(row, req, asked) {
					want = append(want, row)
				}
			}
			got, total := walk(a.town, req, func() int { return rapid.IntRange(0, 30).Draw(t, "size") }, never)
			if !slices.Equal(c.ids(got), c.ids(want)) || total.total != len(want) || total.minimum {
				t.Fatalf("%s %v:\n%q of %d, want\n%q", name, req, c.ids(got), total.total, c.ids(want))
			}
		}
	})
}

// draw asks for rows by some filters, and answers the text of each.
func (c listCase) draw(t *rapid.T, rows []proto.Message) (proto.Message, map[string]string) {
	req, asked := proto.Clone(c.asked), map[string]string{}
	fields := req.ProtoReflect().Descriptor().Fields()
	for _, name := range slices.Sorted(maps.Keys(c.filters)) {
		if rapid.IntRange(0, len(c.filters)).Draw(t, name) > 1 {
			continue
		}
		field := fields.ByName(protoreflect.Name(name))
		possible := map[string]bool{}
		for _, row := range rows {
			for _, text := range texts(row.ProtoReflect(), c.filters[name].path) {
				possible[text] = true
				if noun, _, verb := strings.Cut(text, "."); verb && name == "action" {
					possible[noun] = true
				}
				if field.Message() != nil && field.Message().Name() == "Date" && len(text) > len("2006-01-02") {
					possible[text[:len("2006-01-02")]] = true
					delete(possible, text)
				}
			}
		}
		switch {
		case field.Kind() == protoreflect.BoolKind:
			possible = map[string]bool{"true": true, "false": true}
		case name == "within_months":
			possible = map[string]bool{"0": true, "1": true, "12": true}
		case field.Kind() == protoreflect.StringKind && name != "list":
			possible["none"] = true
		}
		if delete(possible, ""); len(possible) == 0 {
			continue
		}
		asked[name] = rapid.SampledFrom(slices.Sorted(maps.Keys(possible))).Draw(t, name+" asked")
		asks(req.ProtoReflect(), field, asked[name])
	}
	first := max(asked["from"], asked["registered_from"], asked["from_date"])
	last := max(asked["until"], asked["registered_until"], asked["until_date"])
	twice := asked["from"] != "" && asked["from_date"] != "" || asked["until"] != "" && asked["until_date"] != ""
	if twice || last != "" && last < first {
		return c.draw(t, rows) // which is refused
	}
	return req, asked
}

// kept tells whether all holds that is asked for.
func (c listCase) kept(row, req proto.Message, asked map[string]string) bool {
	for name, text := range asked {
		if filter := c.filters[name]; !filter.kept(texts(row.ProtoReflect(), filter.path), text) {
			return false
		}
	}
	return c.unasked == nil || !c.unasked(row, req)
}

// Each order that a list has puts the same rows as it says; every other one is
// refused, and the field is named.
func TestOrders(t *testing.T) {
	t.Parallel()
	a := openArchive(t, 3, 30)
	for name, c := range listCases(a) {
		want := slices.Sorted(slices.Values(c.ids(c.all(a.town))))
		if len(want) < 2 {
			t.Errorf("%s has %d rows", name, len(want))
		}
		for order, text := range c.order {
			if len(c.whole) > 0 {
				c.asked = c.whole[0]
				got, _ := walk(a.town, c.asked, large, never)
				want = slices.Sorted(slices.Values(c.ids(got)))
			}
			got, _ := walk(a.town, in(c.asked, order), func() int { return 7 }, never)
			falls := strings.HasSuffix(order, " desc")
			if !slices.IsSortedFunc(got, func(x, y proto.Message) int {
				if falls {
					x, y = y, x
				}
				return strings.Compare(text(x), text(y))
			}) {
				t.Errorf("%s by %q: %q", name, order, c.ids(got))
			}
			if found := slices.Sorted(slices.Values(c.ids(got))); !slices.Equal(found, want) {
				t.Errorf("%s by %q:\n%q, not\n%q", name, order, found, want)
			}
		}
		c.refusesOtherOrders(t, a.town, name)
	}
}

func (c listCase) refusesOtherOrders(t *testing.T, w *town, name string) {
	if c.asked.ProtoReflect().Descriptor().Fields().ByName("order_by") == nil {
		return
	}
	page, err := pageOf(w, c.asked)
	if err != nil {
		t.Fatal(err)
	}
	fields := page.rows[0].ProtoReflect().Descriptor().Fields()
	for i := range fields.Len() {
		for _, order := range []string{string(fields.Get(i).Name()), string(fields.Get(i).Name()) + " desc"} {
			if _, has := c.order[order]; has || strings.HasPrefix(name, "ListPolicies") && order == "activated_at desc" {
				continue
			}
			_, err := pageOf(w, in(c.asked, order))
			if status.Code(err) != codes.InvalidArgument || !slices.Contains(wrongFields(err), "order_by") {
				t.Errorf("%s by %q: %v", name, order, err)
			}
		}
	}
}

// wrongFields are the fields that an error speaks of.
func wrongFields(err error) (names []string) {
	for _, detail := range status.Convert(err).Details() {
		if bad, ok := detail.(*errdetails.BadRequest); ok {
			for _, violation := range bad.GetFieldViolations() {
				names = append(names, violation.GetField())
			}
		}
	}
	return names
}

// A token is refused in words by any other list, with other filters, in another
// order, and where anything of it was altered.
func TestTokensOfOtherListsAreRefused(t *testing.T) {
	t.Parallel()
	a := openArchive(t, 4, 24)
	cases := listCases(a)
	tokens := map[string]string{}
	for name, c := range cases {
		page, err := pageOf(a.town, sized(c, 1))
		if err != nil || page.next == "" {
			t.Fatalf("%s has one page: %v", name, err)
		}
		tokens[name] = page.next
	}
	refused := func(what string, req proto.Message, token string) {
		t.Helper()
		set(req, "page_token", protoreflect.ValueOfString(token))
		_, err := pageOf(a.town, req)
		if status.Code(err) != codes.InvalidArgument || !slices.Contains(wrongFields(err), "page_token") || !strings.Contains(err.Error(), "does not belong to this query") {
			t.Errorf("%s: %v", what, err)
		}
	}
	for name, c := range cases {
		for other, token := range tokens {
			if other != name {
				refused(name+" by the token of "+other, sized(c, 1), token)
			}
		}
		token := tokens[name]
		for i := range token {
			for _, letter := range []byte{'A', '_'} {
				if token[i] != letter && i != len(token)-1 {
					refused(fmt.Sprintf("%s, letter %d altered", name, i), sized(c, 1), token[:i]+string(letter)+token[i+1:])
				}
			}
		}
		refused(name+" cut off", sized(c, 1), token[:len(token)-4])
		for field := range c.filters {
			req := sized(c, 1)
			kind := req.ProtoReflect().Descriptor().Fields().ByName(protoreflect.Name(field))
			text := "1"
			switch {
			case kind.Kind() == protoreflect.BoolKind:
				text = "true"
			case field == "list":
				text = "general"
			case kind.Message() != nil && kind.Message().Name() == "Date":
				text = "2026-01-01"
			case kind.Message() != nil:
				text = "2026-01-01T00:00:00.000000"
			}
			asks(req.ProtoReflect(), kind, text)
			refused(name+" with another "+field, req, token)
		}
		for order := range c.order {
			if first, err := pageOf(a.town, sized(listCase{asked: in(c.asked, order)}, 1)); err == nil && order != "" {
				refused(name+" in no order", sized(c, 1), first.next)
			}
		}
	}
}

// sized is the request of a list for pages of some rows.
func sized(c listCase, size int32) proto.Message {
	req := proto.Clone(c.asked)
	set(req, "page_size", protoreflect.ValueOfInt32(size))
	return req
}

// A place in a list is told by the policy that put it there: under the next one
// the walk begins anew.
func TestAPolicyChangeEndsAWalk(t *testing.T) {
	t.Parallel()
	w := openTown(t, "2026-01-01", "mode: fill\n")
	for _, reference := range []string{"A", "B", "C"} {
		w.waits(reference, "2019-01-01", 2)
	}
	places := &eilev1.ListPositionsRequest{PageSize: 1}
	households := &eilev1.ListApplicationsRequest{PageSize: 1, OrderBy: "position"}
	references := &eilev1.ListApplicationsRequest{PageSize: 1}
	places.PageToken = ask(w, w.queue.ListPositions, places).GetNextPageToken()
	households.PageToken = ask(w, w.applications.ListApplications, households).GetNextPageToken()
	references.PageToken = ask(w, w.applications.ListApplications, references).GetNextPageToken()
	next := strings.NewReplacer(`version: "1"`, `version: "2"`, "order: [{by: registered_at}, {by: draw}]", "order: [{by: draw}]").Replace(townPolicy + "mode: fill\n")
	ask(w, w.policies.ActivatePolicy, &eilev1.ActivatePolicyRequest{Source: next, Seed: "another"})
	refusedFor(w, "INVALID", w.queue.ListPositions, places)
	refusedFor(w, "INVALID", w.applications.ListApplications, households)
	if rest := ask(w, w.applications.ListApplications, references); rest.GetApplications()[0].GetReference() != "B" {
		t.Errorf("by reference the walk goes on with %v", rest)
	}
}

// Whoever walks a list while others write sees every row once that stands from
// before the walk until after it.
func TestWalksWhileOthersWrite(t *testing.T) {
	t.Parallel()
	a := openArchive(t, 5, 12)
	cases := listCases(a)
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.SampledFrom(slices.Sorted(maps.Keys(cases))).Draw(t, "list")
		c := cases[name]
		order := rapid.SampledFrom(slices.Sorted(maps.Keys(c.order))).Draw(t, "order")
		before := c.all(a.town)
		writes, seen := 0, map[string]int{}
		got, _ := walk(a.town, in(c.asked, order), func() int { return rapid.IntRange(1, 1+len(before)/4).Draw(t, "size") }, func() {
			// What each of them writes may fill a page of the audit.
			if writes++; writes < 3 {
				a.written()
			}
		})
		for _, row := range got {
			seen[c.id(row)]++
		}
		for _, row := range c.standing(before, c.all(a.town), order) {
			if seen[c.id(row)] != 1 {
				t.Errorf("%s by %q shows %s %d times", name, order, c.id(row), seen[c.id(row)])
			}
		}
	})
}

// standing are the rows that stand where they stood before. A place is a number
// that grows with who comes before it: the row stands all the same.
func (c listCase) standing(before, after []proto.Message, order string) (rows []proto.Message) {
	now := map[string]string{}
	for _, row := range after {
		if len(c.whole) == 0 || !c.unasked(row, c.asked) {
			now[c.id(row)] = c.order[order](row)
		}
	}
	for _, row := range before {
		if len(c.whole) > 0 && c.unasked(row, c.asked) {
			continue
		}
		text, is := now[c.id(row)]
		if is && (text == c.order[order](row) || strings.HasPrefix(order, "position")) {
			rows = append(rows, row)
		}
	}
	return rows
}
