package store

import (
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store/layout"
)

// The kinds of record that are kept under one prefix and named by one id.
var (
	Applications = Kind[eilev1.Application, *eilev1.Application]{layout.Application, "application"}
	Persons      = Kind[eilev1.Person, *eilev1.Person]{layout.Person, "person of application"}
	Units        = Kind[eilev1.Unit, *eilev1.Unit]{layout.Unit, "unit"}
	Inspections  = Kind[eilev1.Inspection, *eilev1.Inspection]{layout.Inspection, "inspection"}
	Offers       = Kind[eilev1.Offer, *eilev1.Offer]{layout.Offer, "offer"}
	Tenancies    = Kind[eilev1.Tenancy, *eilev1.Tenancy]{layout.Tenancy, "tenancy"}
	Decisions    = Kind[eilev1.Decision, *eilev1.Decision]{layout.Decision, "decision"}
	Duplicates   = Kind[eilev1.DuplicateDecision, *eilev1.DuplicateDecision]{layout.DuplicateDecision, "decision on duplicates"}
	Policies     = Kind[eilev1.Policy, *eilev1.Policy]{layout.Policy, "policy"}
	Imports      = Kind[eilev1.ImportRecord, *eilev1.ImportRecord]{layout.Import, "import"}
	Runs         = Kind[eilev1.Run, *eilev1.Run]{layout.Run, "run"}
	Programmes   = Kind[eilev1.Programme, *eilev1.Programme]{layout.Programme, "programme"}

	Decommissions = Kind[eilev1.Decommission, *eilev1.Decommission]{layout.Decommission, "proposal to give up homes"}

	// Proposals are what approving a decision would do. PutProposal and EndProposal write them.
	Proposals = Kind[eilev1.Proposal, *eilev1.Proposal]{layout.Proposal, "proposal"}

	requests   = Kind[eilev1.RequestRecord, *eilev1.RequestRecord]{layout.Request, "request"}
	nights     = Kind[eilev1.Nights, *eilev1.Nights]{layout.Single, "nights"}
	runBatches = Kind[eilev1.RunBatch, *eilev1.RunBatch]{layout.RunBatch, "run batch"}
	registers  = Kind[eilev1.Register, *eilev1.Register]{layout.Single, "register"}
)

// Kind is one sort of record: where it lies and what people call it.
type Kind[T any, M layout.Message[T]] struct {
	prefix string
	Noun   string
}

func (k Kind[T, M]) key(id string) []byte {
	key := make([]byte, 0, len(k.prefix)+len(id))
	key = append(key, k.prefix...)
	return append(key, id...)
}
