package intake

import (
	"context"
	"crypto/sha256"
	"hash"
	"io"

	"github.com/eile-housing/eile/policy/words"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/server/rpc"
	"github.com/eile-housing/eile/store"
)

// Upload is one file under way: Check reads it, then Finish writes it.
type Upload struct {
	intake *Intake
	report *report
	sheet  sheet
	header *eilev1.ImportHeader
	rules  casework.Rules
	file   hash.Hash // of what came in
}

// Begin takes a file under the rules of today; its faults are told in a language.
func (i *Intake) Begin(lang string, header *eilev1.ImportHeader, tell Tell) (*Upload, error) {
	rules, err := i.office.Book.Today()
	if err != nil {
		return nil, err
	}
	return &Upload{intake: i, report: &report{tell: tell, lang: lang}, header: header, rules: rules, file: sha256.New()}, nil
}

// Check reads the whole file and tells every fault.
func (u *Upload) Check(ctx context.Context, file io.Reader) error {
	return u.intake.office.View(ctx, func(v *store.View) error {
		c := &checker{report: u.report, view: v, rules: u.rules, now: u.intake.office.Clock.Now()}
		err := c.check(u.header.GetKind(), io.TeeReader(file, u.file))
		u.sheet = c.sheet
		return err
	})
}

// Finish writes what was checked, unless it was a rehearsal or there are faults
// and the caller does not want a part, and tells the result.
func (u *Upload) Finish(ctx context.Context) error {
	result := &eilev1.ImportResult{
		Rows: int32(u.sheet.rows), Unchanged: int32(len(u.sheet.unchanged)), Faults: int32(u.report.faults), DryRun: u.header.GetDryRun(),
	}
	if u.report.faults == 0 || u.header.GetPartial() {
		result.Created = int32(len(u.sheet.good))
		if !u.header.GetDryRun() {
			if err := u.write(ctx, result); err != nil {
				return err
			}
		}
		if err := u.tellCodes(ctx); err != nil {
			return err
		}
	}
	return u.report.result(result)
}

// write writes the good rows, if there are any, unless the same request did: its
// header and its file.
func (u *Upload) write(ctx context.Context, result *eilev1.ImportResult) error {
	stamp, err := u.intake.office.Stamp(ctx, u.header, ActionDecide, "")
	if err != nil {
		return err
	}
	sum := sha256.Sum256(u.file.Sum(stamp.RequestSum))
	stamp.RequestSum = sum[:]
	id, seen, err := u.intake.office.Register.Repeated(ctx, stamp)
	switch {
	case err != nil:
		return err
	case seen:
		record, err := rpc.Get(ctx, u.intake.office, store.Imports, id)
		result.Id, result.Created = id, record.GetRows()
		result.Unchanged -= record.GetRows()
		return err
	case len(u.sheet.good) == 0:
		return nil
	}
	result.Id = u.intake.office.Clock.NewID()
	return u.intake.office.Book.Hold(func() error { return u.stage(ctx, stamp, result.GetId()) })
}

// stage writes the good rows as one import.
func (u *Upload) stage(ctx context.Context, stamp store.Stamp, id string) error {
	if !u.intake.office.Book.Active(u.rules.Policy.Identity()) {
		return rpc.ChangedMeanwhile(words.Reason("CHANGED_MEANWHILE.policy"))
	}
	b := batch{office: u.intake.office, rules: u.rules, id: id, kind: u.header.GetKind(), rows: u.sheet.good}
	if err := b.write(ctx, stamp, func() error { return u.report.progress(u.sheet.rows, len(u.sheet.good), len(u.sheet.good)) }); err != nil {
		return err
	}
	return u.intake.Settle(ctx)
}

// tellCodes tells the access code of every application of the file.
func (u *Upload) tellCodes(ctx context.Context) error {
	if !u.header.GetCodes() || u.header.GetDryRun() || u.header.GetKind() != eilev1.ImportKind_IMPORT_KIND_APPLICATIONS {
		return nil
	}
	for _, row := range u.sheet.good {
		if err := u.report.code(row.reference, u.intake.codes.Of(row.reference, 1)); err != nil {
			return err
		}
	}
	for _, reference := range u.sheet.unchanged {
		application, err := rpc.Get(ctx, u.intake.office, store.Applications, reference)
		if err != nil {
			return err
		}
		if err := u.report.code(reference, u.intake.codes.Of(reference, application.GetAccessGeneration())); err != nil {
			return err
		}
	}
	return nil
}
