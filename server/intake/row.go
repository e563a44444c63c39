package intake

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"

	"google.golang.org/protobuf/proto"

	"github.com/eile-housing/eile/policy/day"
	"github.com/eile-housing/eile/policy/table"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// digestSize is how many bytes of a digest are kept with a record.
const digestSize = 16

// row is a checked row, kept small until it is written.
type row struct {
	reference string
	record    []byte // the Application, Unit or Inspection
	person    []byte // the Person; nil when the row has no personal data
	// digest is kept with the record, so that the same file twice changes nothing.
	digest [digestSize]byte
}

// pack packs what a row says, whose digest is that of policy/table.
func pack(reference string, digest []byte, record, person proto.Message) (packed row, err error) {
	marshal := proto.MarshalOptions{Deterministic: true}
	packed.reference = reference
	copy(packed.digest[:], digest)
	if packed.record, err = marshal.Marshal(record); err != nil {
		return row{}, err
	}
	if person != nil {
		packed.person, err = marshal.Marshal(person)
	}
	return packed, err
}

// same tells whether a record that has this digest was imported from such a row.
func (r row) same(kept []byte) bool {
	return bytes.Equal(kept, r.digest[:]) || bytes.Equal(kept, r.marshalled())
}

// marshalled is the digest in registers of an earlier program. It hashes marshalled
// messages, which promise no stability, so none is kept any more.
func (r row) marshalled() []byte {
	sum := sha256.New()
	sum.Write(r.record)
	sum.Write([]byte{0})
	sum.Write(r.person)
	return sum.Sum(nil)[:digestSize]
}

// inspectionIDs are where an inspection that was imported is kept, the same row
// twice being one inspection: named by its day and digest, and the name that it has
// in registers of an earlier program, by its marshalled message.
func inspectionIDs(inspection *eilev1.Inspection) (id, earlier string, err error) {
	marshalled, err := proto.MarshalOptions{Deterministic: true}.Marshal(inspection)
	if err != nil {
		return "", "", err
	}
	on, _, err := day.FromProto(inspection.GetInspectedOn())
	sum := sha256.Sum256(marshalled)
	name := func(digest []byte) string {
		return inspection.GetUnit() + "/" + on.String() + "-" + hex.EncodeToString(digest[:8])
	}
	return name(table.InspectionDigest(inspection)), name(sum[:]), err
}
