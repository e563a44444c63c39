package schema

import (
	"iter"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store/audit"
	"github.com/eile-housing/eile/store/kv"
	"github.com/eile-housing/eile/store/layout"
	"github.com/eile-housing/eile/store/staging"
)

// A snapshot is a register as a step reads it. What an import that is not decided
// has staged is passed over: it is removed when the register is opened.
type snapshot struct {
	reader  kv.Reader
	decided map[string]bool // by import
}

// The kinds of record that steps read.
var (
	applications  = kind[eilev1.Application, *eilev1.Application]{layout.Application, "application"}
	units         = kind[eilev1.Unit, *eilev1.Unit]{layout.Unit, "unit"}
	offers        = kind[eilev1.Offer, *eilev1.Offer]{layout.Offer, "offer"}
	tenancies     = kind[eilev1.Tenancy, *eilev1.Tenancy]{layout.Tenancy, "tenancy"}
	programmes    = kind[eilev1.Programme, *eilev1.Programme]{layout.Programme, "programme"}
	decommissions = kind[eilev1.Decommission, *eilev1.Decommission]{layout.Decommission, "proposal to give up homes"}
	runs          = kind[eilev1.Run, *eilev1.Run]{layout.Run, "run"}
	runBatches    = kind[eilev1.RunBatch, *eilev1.RunBatch]{layout.RunBatch, "run batch"}
	decisions     = kind[eilev1.Decision, *eilev1.Decision]{layout.Decision, "decision"}
)

// kind is one sort of record: where it lies and what people call it.
type kind[T any, M layout.Message[T]] struct{ prefix, noun string }

func (k kind[T, M]) key(id string) []byte { return []byte(k.prefix + id) }

// all yields the records whose id begins with a text, in order of id, with the id.
func (k kind[T, M]) all(s *snapshot, begin string) iter.Seq2[entry[M], error] {
	return func(yield func(entry[M], error) bool) {
		for item, err := range layout.All(s.reader, k.prefix+begin) {
			record := M(nil)
			if err == nil {
				record, err = layout.Decode[T, M](k.noun, item)
			}
			if err != nil {
				yield(entry[M]{}, err)
				return
			}
			if id := importOf(record); id != "" && !s.decided[id] {
				continue
			}
			if !yield(entry[M]{string(item.Key[len(k.prefix):]), record}, nil) {
				return
			}
		}
	}
}

// entry is a record with its id.
type entry[M any] struct {
	id     string
	record M
}

// importOf is the import that brought a record; empty: none did.
func importOf(record any) string {
	if brought, ok := record.(staging.Brought); ok {
		return brought.GetImport()
	}
	return ""
}

// history yields the audit entries about a subject, oldest first.
func (s *snapshot) history(subject string) iter.Seq2[*eilev1.AuditEntry, error] {
	return func(yield func(*eilev1.AuditEntry, error) bool) {
		for found, err := range audit.History(s.reader, subject, "") {
			if err == nil {
				if id, piece := audit.PieceOf(found.Entry); piece && !s.decided[id] {
					continue
				}
			}
			if !yield(found.Entry, err) || err != nil {
				return
			}
		}
	}
}
