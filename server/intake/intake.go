package intake

import "github.com/eile-housing/eile/server/rpc"

// ActionDecide is the action of the one write that makes an import visible.
const ActionDecide = "import.decide"

// Intake takes files into the register of an office.
type Intake struct {
	office *rpc.Office
	codes  rpc.AccessCodes
}

// New returns the intake of an office; applicants' codes are told where the
// caller asks for them.
func New(office *rpc.Office, codes rpc.AccessCodes) *Intake {
	return &Intake{office: office, codes: codes}
}
