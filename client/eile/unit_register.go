package main

import (
	"context"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	"github.com/eile-housing/eile/client"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// unitFlags are the facts of a home, named as the columns of the file.
type unitFlags struct {
	flags      *pflag.FlagSet
	unit       *eilev1.Unit
	lease      *leaseFlags
	attributes attributes
}

// unitPaths are the update_mask paths of the flags that amend.
var unitPaths = map[string]string{
	"status": "status", "status-reason": "status_reason", "district": "district", "address": "address", "rooms": "rooms",
	"area-sqm": "area_sqm", "floor": "floor", "lift": "lift", "adapted": "adapted", "tenure": "tenure",
	"wear-percent": "wear_percent", "amenities": "amenities", "earmark": "earmark",
}

func addUnitFlags(flags *pflag.FlagSet) *unitFlags {
	f := &unitFlags{flags: flags, unit: &eilev1.Unit{}}
	enumVar(flags, &f.unit.Status, "status", "`STATUS`, of which VACANT, LET and UNDER_REPAIR can be given")
	flags.StringVar(&f.unit.StatusReason, "status-reason", "", "why the home is vacant or not, `TEXT`")
	flags.StringVar(&f.unit.District, "district", "", "`DISTRICT` the home is in")
	flags.StringVar(&f.unit.Address, "address", "", "`ADDRESS` of the home")
	intVar(flags, &f.unit.Rooms, "rooms", "`NUMBER` of rooms, the kitchen not counted")
	decimalVar(flags, &f.unit.AreaSqm, "area-sqm", "useful area, `SQUARE-METRES`")
	intVar(flags, &f.unit.Floor, "floor", "`FLOOR`; 0 is the ground")
	boolVar(flags, &f.unit.Lift, "lift", "`true` or false: a lift in the building")
	boolVar(flags, &f.unit.Adapted, "adapted", "`true` or false: adapted for people with a disability")
	enumVar(flags, &f.unit.Tenure, "tenure", "`TENURE` of the municipality")
	f.lease = addLeaseFlags(flags)
	intVar(flags, &f.unit.WearPercent, "wear-percent", "wear by the cadastre, `PERCENT`")
	amenitiesVar(flags, &f.unit.Amenities)
	flags.StringVar(&f.unit.Earmark, "earmark", "", "`RESERVE` of the policy that the home is kept for")
	f.attributes = attributesVar(flags)
	return f
}

// amenitiesVar adds the flag of amenities: none is assessed and found lacking, an empty one is not assessed.
func amenitiesVar(flags *pflag.FlagSet, to **eilev1.Amenities) {
	usage := "`AMENITIES` parted by semicolons, or none: " + strings.ToLower(strings.Join(enumNames[eilev1.Amenity](), " "))
	flags.Var(&value{kind: "list", read: func(text string) error {
		*to = nil
		if text == "" {
			return nil
		}
		found := &eilev1.Amenities{}
		if text != "none" {
			for _, name := range semicolons(text) {
				amenity, err := parseEnum[eilev1.Amenity](name)
				if err != nil {
					return err
				}
				found.Present = append(found.Present, amenity)
			}
		}
		*to = found
		return nil
	}}, "amenities", usage)
}

func newUnitRegister(s *session) *cobra.Command {
	var reference string
	var f *unitFlags
	cmd := s.ask("register", "Put a home into the register", unitView,
		func(ctx context.Context, c *client.Client, _ []string) (proto.Message, error) {
			req := &eilev1.RegisterUnitRequest{Unit: f.unit}
			req.Unit.Reference = reference
			req.Unit.Attributes = f.attributes.facts()
			if f.lease.given() {
				req.Unit.Lease = f.lease.onto(nil)
			}
			return c.Units.RegisterUnit(ctx, req)
		})
	cmd.Use = "register [REFERENCE]"
	cmd.Args = referenceOr(&reference)
	cmd.Flags().StringVar(&reference, "reference", "", "`REFERENCE`, unique: 1 to 64 of A-Z a-z 0-9 . _ -")
	f = addUnitFlags(cmd.Flags())
	return cmd
}

func newUnitAmend(s *session) *cobra.Command {
	var f *unitFlags
	var etag string
	cmd := s.ask("amend REFERENCE", "Change facts of a home", unitView,
		func(ctx context.Context, c *client.Client, args []string) (proto.Message, error) {
			req := &eilev1.AmendUnitRequest{Unit: f.unit, UpdateMask: &fieldmaskpb.FieldMask{Paths: f.paths()}}
			if len(req.GetUpdateMask().GetPaths()) == 0 {
				return nil, badUsage("eile unit amend: nothing to amend; see eile unit amend --help")
			}
			req.Unit.Reference, req.Unit.Etag = args[0], etag
			req.Unit.Attributes = f.attributes.facts()
			if f.lease.given() {
				err := f.lease.amend(ctx, c, req.GetUnit())
				if err != nil {
					return nil, err
				}
			}
			return c.Units.AmendUnit(ctx, req)
		})
	f = addUnitFlags(cmd.Flags())
	etagVar(cmd, &etag)
	return cmd
}

// paths of the facts that were given, in order: the server answers faults in the same order every time.
func (f *unitFlags) paths() []string {
	paths := f.attributes.paths()
	for flag, path := range unitPaths {
		if f.flags.Changed(flag) {
			paths = append(paths, path)
		}
	}
	if f.lease.given() {
		paths = append(paths, "lease")
	}
	slices.Sort(paths)
	return paths
}
