package server_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/spf13/pflag"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	"github.com/eile-housing/eile/client/flag"
	"github.com/eile-housing/eile/internal/eiletest"
	"github.com/eile-housing/eile/policy"
	"github.com/eile-housing/eile/policy/day"
	"github.com/eile-housing/eile/policy/table"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// registrations are texts of a registration in their legal order, each with the day that rules
// read; those without a day are refused. It is 02:00 in Vilnius on 21 November 2026.
var registrations = []struct{ text, on string }{
	{"2016-12-31T22:00:00Z", "2017-01-01"},
	{"2017-02-28", "2017-02-28"},
	{"2017-02-28T21:59:59.999999Z", "2017-02-28"},
	{"2017-03-01", "2017-03-01"},
	{"2017-02-28T22:00:00Z", "2017-03-01"},
	{"2017-03-01T00:00:00.000001+02:00", "2017-03-01"},
	{"2017-03-01T09:30:00.123456789+02:00", "2017-03-01"},
	{"2017-03-01T08:00:00-00:00", "2017-03-01"},
	{"2017-03-02T23:59:00+23:59", "2017-03-02"},
	{"2020-02-29", "2020-02-29"},
	{"2026-11-21", "2026-11-21"},
	{"2026-11-20T23:59:59.5Z", "2026-11-21"},
	{"2026-11-21T02:00:59+02:00", "2026-11-21"},
	{"2026-11-21T02:01:01+02:00", ""},
	{"2026-11-21T23:59:59+02:00", ""},
	{"2026-11-22", ""},
	{"2026-11-21T22:30:00-03:00", ""},
	{"2017-03-01T9:30:00+02:00", ""},
	{"2017-03-01T09:30:00.1234567891Z", ""},
	{"2017-03-01T09:30:00+24:00", ""},
	{"2017-03-01T09:30:00+02:60", ""},
	{"2017-03-01T09:30:00", ""},
	{"2017-03-01T09:30Z", ""},
	{"2017-03-01 09:30:00Z", ""},
	{"2017-03-01t09:30:00Z", ""},
	{"2017-03-01T09:30:00.Z", ""},
	{"2017-03-01T09:30:00,5Z", ""},
	{"2017-03-01T24:00:00Z", ""},
	{"2017-03-01T09:30:60Z", ""},
	{"2017-02-29", ""},
	{"2017-02-29T09:30:00Z", ""},
	{"2017-3-1", ""},
	{"20170301", ""},
	{"01.03.2017", ""},
	{"２０１７-03-01", ""},
	{" 2017-03-01", ""},
	{"2017-03-01T09:30:00Z ", ""},
	{"yesterday", ""},
}

// openDoors is a service in Vilnius by night, whose rules make a class of the day of registration.
func openDoors(t *testing.T) (*town, time.Time) {
	now := time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)
	text := strings.Replace(townPolicy, "time_zone: UTC", "time_zone: Europe/Vilnius", 1)
	class := ""
	for _, one := range registrations {
		if one.on != "" && !strings.Contains(class, one.on) {
			class += fmt.Sprintf("registered_on == date('%s') ? '%s' : ", one.on, one.on)
		}
	}
	text = strings.Replace(text, "string(need) + (needs_adapted ? ' adapted' : '')", class+"'another day'", 1) + "mode: fill\n"
	return townOf(eiletest.Bare(t, text), text, func() time.Time { return now }), now
}

// door registers an application at a moment, or says why not.
type door func(w *town, reference, text string) error

// doors by which a registration comes in over the service.
var doors = map[string]door{
	"by hand": func(w *town, reference, text string) error { return w.registersAt(reference, text) },
	"by flag": func(w *town, reference, text string) error {
		flags := pflag.NewFlagSet("", pflag.ContinueOnError)
		flags.SetOutput(io.Discard)
		given := flag.NewApplication(flags)
		if err := flags.Parse([]string{"--registered-at", text, "--attr", "size=2"}); err != nil {
			return err
		}
		_, err := w.applications.RegisterApplication(w.Context(), &eilev1.RegisterApplicationRequest{Application: given.Given(reference)})
		return err
	},
	"amended": func(w *town, reference, text string) error {
		if err := w.registersAt(reference, ""); err != nil {
			return err
		}
		_, err := w.applications.AmendApplication(w.Context(), &eilev1.AmendApplicationRequest{
			Application: &eilev1.Application{Reference: reference, RegisteredAt: text},
			UpdateMask:  &fieldmaskpb.FieldMask{Paths: []string{"registered_at"}},
			Decision:    &eilev1.ByDecision{Number: "1", Reason: "an older paper"},
		})
		return err
	},
	"by file": func(w *town, reference, text string) error {
		stream, err := eilev1.NewImportServiceClient(w.conn).Import(w.Context())
		if err != nil {
			return err
		}
		header := &eilev1.ImportHeader{Kind: eilev1.ImportKind_IMPORT_KIND_APPLICATIONS}
		row := fmt.Sprintf("reference,registered_at,size\n%s,%q,2\n", reference, text)
		_ = stream.Send(&eilev1.ImportRequest{Part: &eilev1.ImportRequest_Header{Header: header}})
		_ = stream.Send(&eilev1.ImportRequest{Part: &eilev1.ImportRequest_Data{Data: []byte(row)}})
		_ = stream.CloseSend()
		for {
			part, err := stream.Recv()
			switch {
			case errors.Is(err, io.EOF):
				return nil
			case err != nil:
				return err
			case part.GetFault() != nil:
				return errors.New(part.GetFault().GetMessage())
			}
		}
	},
}

// registersAt registers an application at a moment; an empty text is now.
func (w *town) registersAt(reference, text string) error {
	_, err := w.applications.RegisterApplication(w.Context(), &eilev1.RegisterApplicationRequest{Application: &eilev1.Application{
		Reference: reference, RegisteredAt: text, Attributes: map[string]*eilev1.Fact{"size": {Value: &eilev1.Fact_IntValue{IntValue: 2}}},
	}})
	return err
}

// TestARegistrationIsReadAlikeAtEveryDoor: the same texts are taken, in the same order and as the
// same days of the rules (fault K6).
func TestARegistrationIsReadAlikeAtEveryDoor(t *testing.T) {
	t.Parallel()
	for name, enter := range doors {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, _ := openDoors(t)
			var want, got []string
			// From last to first, so that the order is not that of arrival.
			for i, one := range slices.Backward(registrations) {
				reference := fmt.Sprintf("R-%02d", i)
				if err := enter(w, reference, one.text); (err == nil) != (one.on != "") {
					t.Errorf("%q: %v", one.text, err)
				}
				if one.on != "" {
					want = append(want, reference+" "+one.on)
				}
			}
			slices.Sort(want)
			for _, place := range ask(w, w.queue.ListPositions, &eilev1.ListPositionsRequest{PageSize: 1000}).GetPositions() {
				// Who was to be amended and was not keeps a place of today.
				if of := place.GetReference() + " " + place.GetNeedClass(); name != "amended" || slices.Contains(want, of) {
					got = append(got, of)
				}
			}
			if !slices.Equal(got, want) {
				t.Errorf("the order is %q, want %q", got, want)
			}
		})
	}
}

// TestARegistrationIsReadAlikeOffline: a policy that is tried without a service takes the same
// texts from a file and puts them in the same order.
func TestARegistrationIsReadAlikeOffline(t *testing.T) {
	t.Parallel()
	w, now := openDoors(t)
	rules := w.InForce()
	zone := rules.Policy.Location
	options := table.Options{Attributes: rules.Policy.Attributes(policy.ApplicationKind), Today: day.Of(now, zone), Now: now, Zone: zone, Lists: rules.Policy.Lists}
	var last []byte
	for _, one := range registrations {
		row := fmt.Sprintf("reference,registered_at,size\nR,%q,2\n", one.text)
		for read, fault := range table.Applications(strings.NewReader(row), options) {
			if (fault == nil) != (one.on != "") {
				t.Errorf("%q: %v", one.text, fault)
			}
			if fault != nil {
				continue
			}
			verdict := rules.Evaluator.Evaluate(read.Application, options.Today)
			if verdict.NeedClass != one.on || bytes.Compare(last, verdict.OrderKey) >= 0 {
				t.Errorf("%q is of %s with the key %x, after %x", one.text, verdict.NeedClass, verdict.OrderKey, last)
			}
			last = verdict.OrderKey
		}
	}
}
