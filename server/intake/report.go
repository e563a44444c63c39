package intake

import (
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/form"
)

// Tell hands a word on to who sent the file.
type Tell func(*eilev1.ImportResponse) error

// report tells how a file fares. It is for one goroutine.
type report struct {
	tell   Tell
	lang   string // of the caller
	faults int
}

// fault tells what is wrong with a column of a line; empty: with all of it.
func (r *report) fault(line int, column string, reason *eilev1.Reason) error {
	r.faults++
	message := form.Fault{Field: column, Reason: reason}.In(r.lang)
	return r.tell(&eilev1.ImportResponse{Part: &eilev1.ImportResponse_Fault{
		Fault: &eilev1.ImportFault{Line: int32(line), Column: column, Message: message},
	}})
}

func (r *report) progress(checked, written, rows int) error {
	return r.tell(&eilev1.ImportResponse{Part: &eilev1.ImportResponse_Progress{
		Progress: &eilev1.ImportProgress{Checked: int32(checked), Written: int32(written), Rows: int32(rows)},
	}})
}

func (r *report) code(reference, code string) error {
	return r.tell(&eilev1.ImportResponse{Part: &eilev1.ImportResponse_Code{
		Code: &eilev1.ImportCode{Reference: reference, AccessCode: code},
	}})
}

func (r *report) result(result *eilev1.ImportResult) error {
	return r.tell(&eilev1.ImportResponse{Part: &eilev1.ImportResponse_Result{Result: result}})
}
