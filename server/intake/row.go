package intake

import (
	"crypto/sha256"
	"encoding/hex"

	"google.golang.org/protobuf/proto"

	"github.com/eile-housing/eile/policy/day"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// row is a checked row, kept small until it is written.
type row struct {
	reference string
	record    []byte // the Application, Unit or Inspection
	person    []byte // the Person; nil when the row has no personal data
}

func pack(reference string, record, person proto.Message) (packed row, err error) {
	marshal := proto.MarshalOptions{Deterministic: true}
	packed.reference = reference
	if packed.record, err = marshal.Marshal(record); err != nil {
		return row{}, err
	}
	if person != nil {
		packed.person, err = marshal.Marshal(person)
	}
	return packed, err
}

// digest is kept with the record, so that the same file twice changes nothing.
func (r row) digest() []byte {
	sum := sha256.New()
	sum.Write(r.record)
	sum.Write([]byte{0})
	sum.Write(r.person)
	return sum.Sum(nil)[:16]
}

// inspectionID is where an inspection that was imported is kept: named by its day
// and digest, the same row twice is one inspection.
func inspectionID(inspection *eilev1.Inspection) (string, error) {
	bytes, err := proto.MarshalOptions{Deterministic: true}.Marshal(inspection)
	if err != nil {
		return "", err
	}
	on, _, err := day.FromProto(inspection.GetInspectedOn())
	sum := sha256.Sum256(bytes)
	return inspection.GetUnit() + "/" + on.String() + "-" + hex.EncodeToString(sum[:8]), err
}
