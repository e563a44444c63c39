package client

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"pgregory.net/rapid"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// paged returns pages of the register, cut at the given lengths.
func paged(references []string, cuts []int) func(*eilev1.ListApplicationsRequest) (*eilev1.ListApplicationsResponse, error) {
	return func(req *eilev1.ListApplicationsRequest) (*eilev1.ListApplicationsResponse, error) {
		page := 0
		if req.GetPageToken() != "" {
			page, _ = strconv.Atoi(req.GetPageToken())
		}
		at := 0
		for _, cut := range cuts[:page] {
			at += cut
		}
		answer := &eilev1.ListApplicationsResponse{}
		end := len(references)
		if page < len(cuts) {
			end = min(at+cuts[page], end)
			answer.NextPageToken = strconv.Itoa(page + 1)
		}
		for _, reference := range references[min(at, end):end] {
			answer.Applications = append(answer.Applications, &eilev1.Application{Reference: reference})
		}
		return answer, nil
	}
}

func TestEveryPageIsFollowed(t *testing.T) {
	f := &fake{}
	c := dial(t, f, Options{})
	rapid.Check(t, func(t *rapid.T) {
		want := make([]string, rapid.IntRange(0, 40).Draw(t, "applications"))
		for i := range want {
			want[i] = fmt.Sprint("A-", i)
		}
		f.list = paged(want, rapid.SliceOfN(rapid.IntRange(0, 9), 0, 6).Draw(t, "page lengths"))
		stop := rapid.IntRange(0, 50).Draw(t, "stop after")
		applications := c.AllApplications(t.Context(), &eilev1.ListApplicationsRequest{})
		for range 2 {
			var got []string
			for a, err := range applications {
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, a.GetReference())
				if len(got) == stop {
					break
				}
			}
			if stop > 0 && stop < len(want) {
				want = want[:stop]
			}
			if !slices.Equal(got, want) {
				t.Fatalf("got %v, want %v", got, want)
			}
		}
	})
}

func TestPageSizeIsFilledInAndAnErrorEnds(t *testing.T) {
	var sizes []int32
	f := &fake{list: func(req *eilev1.ListApplicationsRequest) (*eilev1.ListApplicationsResponse, error) {
		sizes = append(sizes, req.GetPageSize())
		if req.GetPageToken() != "" {
			return nil, status.Error(codes.NotFound, "gone")
		}
		return &eilev1.ListApplicationsResponse{Applications: []*eilev1.Application{{}}, NextPageToken: "x"}, nil
	}}
	c := dial(t, f, Options{})
	for _, size := range []int32{0, 7} {
		var good, bad int
		for _, err := range c.AllApplications(t.Context(), &eilev1.ListApplicationsRequest{PageSize: size}) {
			if err == nil {
				good++
				continue
			}
			bad++
			if status.Code(err) != codes.NotFound {
				t.Errorf("error %v, want NotFound", err)
			}
		}
		if good != 1 || bad != 1 {
			t.Errorf("%d items and %d errors, want 1 and 1", good, bad)
		}
	}
	if !slices.Equal(sizes, []int32{pageSize, pageSize, 7, 7}) {
		t.Errorf("page sizes %v", sizes)
	}
}

func TestATokenTwiceRunningEnds(t *testing.T) {
	f := &fake{list: func(*eilev1.ListApplicationsRequest) (*eilev1.ListApplicationsResponse, error) {
		return &eilev1.ListApplicationsResponse{NextPageToken: "again"}, nil
	}}
	var errs []error
	for _, err := range dial(t, f, Options{}).AllApplications(t.Context(), &eilev1.ListApplicationsRequest{}) {
		errs = append(errs, err)
	}
	if errors.Join(errs...) == nil {
		t.Error("a server that turns in a circle is not noticed")
	}
}

func TestAWholeListTellsItsTotal(t *testing.T) {
	f := &fake{}
	c := dial(t, f, Options{})
	rapid.Check(t, func(t *rapid.T) {
		all := make([]string, rapid.IntRange(0, 40).Draw(t, "applications"))
		for i := range all {
			all[i] = fmt.Sprint("A-", i)
		}
		pages := paged(all, rapid.SliceOfN(rapid.IntRange(0, 9), 0, 6).Draw(t, "page lengths"))
		const counted = 10_000
		f.list = func(req *eilev1.ListApplicationsRequest) (*eilev1.ListApplicationsResponse, error) {
			page, err := pages(req)
			page.TotalSize, page.TotalSizeIsMinimum = counted, true
			return page, err
		}
		limit := rapid.IntRange(0, 50).Draw(t, "limit")
		whole, err := Whole(t.Context(), &eilev1.ListApplicationsRequest{}, limit, c.Applications.ListApplications)
		if err != nil || whole.GetNextPageToken() != "" {
			t.Fatal(whole, err)
		}
		want := all
		if limit > 0 {
			want = all[:min(limit, len(all))]
		}
		var got []string
		for _, application := range whole.GetApplications() {
			got = append(got, application.GetReference())
		}
		if !slices.Equal(got, want) {
			t.Fatalf("got %v, want %v", got, want)
		}
		cut := whole.GetTotalSize() == counted && whole.GetTotalSizeIsMinimum()
		exact := int(whole.GetTotalSize()) == len(all) && !whole.GetTotalSizeIsMinimum()
		switch {
		case limit == 0 || limit > len(all):
			if !exact {
				t.Errorf("all of %d rows, and a total of %d", len(all), whole.GetTotalSize())
			}
		case limit < len(all) && !cut, limit == len(all) && !cut && !exact:
			t.Errorf("the first %d of %d rows, and a total of %d", limit, len(all), whole.GetTotalSize())
		}
	})
}
