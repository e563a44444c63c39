package main

import (
	"context"
	"slices"

	"github.com/spf13/pflag"
	"google.golang.org/genproto/googleapis/type/date"
	"google.golang.org/protobuf/proto"

	"github.com/eile-housing/eile/client"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// leaseFlags are the terms by which a home is rented in.
type leaseFlags struct {
	flags    *pflag.FlagSet
	owner    string
	from, to *date.Date
	rent     *int64
	notice   *int32
}

var leaseFlagNames = []string{"owner", "lease-starts-on", "lease-ends-on", "rent-cents", "notice-months"}

func addLeaseFlags(flags *pflag.FlagSet) *leaseFlags {
	f := &leaseFlags{flags: flags}
	flags.StringVar(&f.owner, "owner", "", "`OWNER` of a home that is rented in")
	dateVar(flags, &f.from, "lease-starts-on", "first day of the lease, `DATE`, where the home is rented in")
	dateVar(flags, &f.to, "lease-ends-on", "last day of the lease, `DATE`, where the home is rented in")
	centsVar(flags, &f.rent, "rent-cents", "rent of the lease a month, `CENTS`")
	intVar(flags, &f.notice, "notice-months", "`MONTHS` of notice that either side of the lease must give")
	return f
}

// given tells whether any term of the lease was.
func (f *leaseFlags) given() bool { return slices.ContainsFunc(leaseFlagNames, f.flags.Changed) }

// onto puts the terms that were given in place of those of a lease; an empty one clears what is there.
func (f *leaseFlags) onto(lease *eilev1.Lease) *eilev1.Lease {
	terms := &eilev1.Lease{}
	if lease != nil {
		terms = proto.CloneOf(lease)
	}
	if f.flags.Changed("owner") {
		terms.Owner = f.owner
	}
	if f.flags.Changed("lease-starts-on") {
		terms.StartsOn = f.from
	}
	if f.flags.Changed("lease-ends-on") {
		terms.EndsOn = f.to
	}
	if f.flags.Changed("rent-cents") {
		terms.RentCents = f.rent
	}
	if f.flags.Changed("notice-months") {
		terms.NoticeMonths = f.notice
	}
	return terms
}

// amend keeps what is on record of the lease but what was given, since the server replaces the whole. Where the caller gave
// no etag, that of the record which was read goes along: a lease that somebody else changed meanwhile is not undone.
func (f *leaseFlags) amend(ctx context.Context, c *client.Client, unit *eilev1.Unit) error {
	seen, err := c.Units.GetUnit(ctx, &eilev1.GetUnitRequest{Reference: unit.GetReference()})
	if err != nil {
		return err
	}
	unit.Lease = f.onto(seen.GetLease())
	if unit.GetEtag() == "" {
		unit.Etag = seen.GetEtag()
	}
	return nil
}
