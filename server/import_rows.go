package server

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"slices"
	"strconv"
	"strings"

	"google.golang.org/protobuf/proto"

	"github.com/eile-housing/eile/policy"
	"github.com/eile-housing/eile/policy/day"
	"github.com/eile-housing/eile/policy/table"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store"
)

// check reads the whole file, reports every fault, and keeps the good rows. A
// fault of the file as a whole leaves no good row.
func (u *upload) check(ctx context.Context, file io.Reader) error {
	return u.register.View(ctx, func(v *store.View) error {
		fatal := false
		bad := func(fault *table.Fault) error {
			if fault.Err != nil {
				return fault.Err
			}
			fatal = fatal || fault.Fatal
			return u.fault(fault.Line, fault.Column, fault.Message)
		}
		var err error
		switch u.header.GetKind() {
		case eilev1.ImportKind_IMPORT_KIND_APPLICATIONS:
			err = u.checkApplications(v, file, bad)
		case eilev1.ImportKind_IMPORT_KIND_UNITS:
			err = u.checkUnits(v, file, bad)
		default:
			err = u.checkInspections(v, file, bad)
		}
		if fatal {
			u.good, u.unchanged = nil, nil
		}
		slices.SortFunc(u.good, func(a, b packed) int { return cmp.Compare(a.reference, b.reference) })
		return err
	})
}

func (u *upload) options(kind policy.Kind) table.Options {
	reserves := []string{}
	for _, reserve := range u.rules.Policy.Reserves() {
		reserves = append(reserves, reserve.Code)
	}
	return table.Options{
		Attributes: u.rules.Policy.Attributes(kind), Today: u.rules.Today, Zone: u.rules.Policy.Location(),
		Lists: u.rules.Policy.Lists(), Reserves: reserves, Hazards: u.rules.Policy.Hazards(),
	}
}

// keep packs a good row, unless the register has it as it stands. The digest of
// a row is kept with its record, so that the same file twice changes nothing.
func (u *upload) keep(line int, reference string, known bool, former []byte, record, person proto.Message) error {
	marshal := proto.MarshalOptions{Deterministic: true}
	row := packed{reference: reference}
	var err error
	if row.record, err = marshal.Marshal(record); err != nil {
		return err
	}
	if person != nil {
		if row.person, err = marshal.Marshal(person); err != nil {
			return err
		}
	}
	if known {
		if sum := row.digest(); string(sum) == string(former) {
			u.unchanged = append(u.unchanged, reference)
			return nil
		}
		return u.fault(line, "reference", reference+" is registered already, with other values or by itself: amend it instead")
	}
	u.good = append(u.good, row)
	return nil
}

func (p packed) digest() []byte {
	sum := sha256.New()
	sum.Write(p.record)
	sum.Write([]byte{0})
	sum.Write(p.person)
	return sum.Sum(nil)[:16]
}

// counted counts a row that was read, good or not, and reports progress.
func (u *upload) counted() error {
	u.rows++
	if u.rows%progressEvery == 0 {
		return u.progress()
	}
	return nil
}

// violationsOf reports what the policy does not take; it answers how many.
func (u *upload) violationsOf(line int, found []policy.Violation) (int, error) {
	for _, violation := range found {
		if err := u.fault(line, column(violation.Field), violation.Reason.GetDetail()); err != nil {
			return 0, err
		}
	}
	return len(found), nil
}

// column is the column of a file that holds a field.
func column(field string) string {
	if strings.HasPrefix(strings.TrimPrefix(field, "application."), "household.members") {
		return "members"
	}
	return strings.TrimPrefix(field, "attributes.")
}

// lines counts rows by the line they begin on: several faults may be of one.
type lines struct{ last int }

func (l *lines) another(line int) bool {
	other := line != l.last
	l.last = line
	return other
}

func (u *upload) checkApplications(v *store.View, file io.Reader, bad func(*table.Fault) error) error {
	var faulty lines
	for row, fault := range table.Applications(file, u.options(policy.ApplicationKind)) {
		if fault != nil {
			if err := bad(fault); err != nil {
				return err
			}
			if fault.Line > 1 && faulty.another(fault.Line) {
				u.rows++
			}
			continue
		}
		if err := u.counted(); err != nil {
			return err
		}
		if err := u.checkApplicationRow(v, row); err != nil {
			return err
		}
	}
	return nil
}

func (u *upload) checkApplicationRow(v *store.View, row table.ApplicationRow) error {
	if row.Application.GetList() == "" {
		row.Application.List = u.rules.Policy.DefaultList()
	}
	members := checkMembers(row.Application, u.Now(), u.rules.Policy.Location())
	for _, fault := range members {
		if err := u.fault(row.Line, column(fault.Field), fault.Fault); err != nil {
			return err
		}
	}
	found := u.rules.Policy.Validate(row.Application)
	var person proto.Message
	if row.Person != nil {
		person = row.Person
		found = append(found, u.rules.Policy.ValidatePerson(row.Person, applicant(row.Application))...)
	}
	if faults, err := u.violationsOf(row.Line, found); err != nil || faults+len(members) > 0 {
		return err
	}
	former, known, err := store.Applications.Find(v, row.Application.GetReference())
	if err != nil {
		return err
	}
	return u.keep(row.Line, row.Application.GetReference(), known, former.GetImportDigest(), row.Application, person)
}

func (u *upload) checkUnits(v *store.View, file io.Reader, bad func(*table.Fault) error) error {
	var faulty lines
	for row, fault := range table.Units(file, u.options(policy.UnitKind)) {
		if fault != nil {
			if err := bad(fault); err != nil {
				return err
			}
			if fault.Line > 1 && faulty.another(fault.Line) {
				u.rows++
			}
			continue
		}
		if err := u.counted(); err != nil {
			return err
		}
		faults, err := u.violationsOf(row.Line, u.rules.Policy.ValidateUnit(row.Unit))
		if err != nil {
			return err
		}
		if faults > 0 {
			continue
		}
		former, known, err := store.Units.Find(v, row.Unit.GetReference())
		if err != nil {
			return err
		}
		if err := u.keep(row.Line, row.Unit.GetReference(), known, former.GetImportDigest(), row.Unit, nil); err != nil {
			return err
		}
	}
	return nil
}

// checkInspections names each inspection by its day and digest, so that the
// same row twice is one inspection.
func (u *upload) checkInspections(v *store.View, file io.Reader, bad func(*table.Fault) error) error {
	var faulty lines
	inFile := map[string]int{}
	for row, fault := range table.Inspections(file, u.options(policy.InspectionKind)) {
		if fault != nil {
			if err := bad(fault); err != nil {
				return err
			}
			if fault.Line > 1 && faulty.another(fault.Line) {
				u.rows++
			}
			continue
		}
		if err := u.counted(); err != nil {
			return err
		}
		if err := u.checkInspectionRow(v, row, inFile); err != nil {
			return err
		}
	}
	return nil
}

func (u *upload) checkInspectionRow(v *store.View, row table.InspectionRow, inFile map[string]int) error {
	inspection := row.Inspection
	if faults, err := u.violationsOf(row.Line, u.rules.Policy.ValidateInspection(inspection)); err != nil || faults > 0 {
		return err
	}
	if _, known, err := store.Units.Find(v, inspection.GetUnit()); err != nil {
		return err
	} else if !known {
		return u.fault(row.Line, "unit", "there is no unit "+inspection.GetUnit()+": import or register it first")
	}
	id, err := inspectionID(inspection)
	if err != nil {
		return err
	}
	if first, twice := inFile[id]; twice {
		return u.fault(row.Line, "", "the row is the same as that of line "+strconv.Itoa(first)+": remove one")
	}
	inFile[id] = row.Line
	_, known, err := store.Inspections.Find(v, id)
	if err != nil {
		return err
	}
	if known {
		u.unchanged = append(u.unchanged, id)
		return nil
	}
	return u.keep(row.Line, id, false, nil, inspection, nil)
}

// inspectionID is where an inspection that was imported is kept.
func inspectionID(inspection *eilev1.Inspection) (string, error) {
	bytes, err := proto.MarshalOptions{Deterministic: true}.Marshal(inspection)
	if err != nil {
		return "", err
	}
	on, _, err := day.FromProto(inspection.GetInspectedOn())
	sum := sha256.Sum256(bytes)
	return inspection.GetUnit() + "/" + on.String() + "-" + hex.EncodeToString(sum[:8]), err
}
