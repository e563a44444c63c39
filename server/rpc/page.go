package rpc

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"slices"
	"strings"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/eile-housing/eile/policy/words"
	"github.com/eile-housing/eile/server/form"
)

const (
	defaultPage = 100
	maxPage     = 1000
	tokenHash   = 8

	// A page ends at as many bytes of answer, so that it fits a message.
	pageBytes = 1 << 20
)

// A Paged request lists records page by page.
type Paged interface {
	proto.Message
	GetPageSize() int32
	GetPageToken() string
}

// Total is how many rows a query has on all pages, as its first page counted
// them: what is written while somebody reads on does not change it.
type Total struct {
	Size    int32
	Minimum bool // there may be more: the count ended early
}

// Page is which part of a list a request asks for.
type Page struct {
	Size  int
	Start string // empty: the beginning
	total Total  // what the first page counted; of the first page: nothing
	query Paged
}

// PageOf reads how many records are asked for and where the page begins. A token
// is bound to its query: with another one, or altered, it is refused.
func PageOf(req Paged) (Page, error) {
	page := Page{Size: int(req.GetPageSize()), query: req}
	if page.Size == 0 {
		page.Size = defaultPage
	}
	page.Size = min(page.Size, maxPage)
	if req.GetPageToken() == "" {
		return page, nil
	}
	token, err := base64.RawURLEncoding.DecodeString(req.GetPageToken())
	if err != nil || len(token) < tokenHash || string(token[:tokenHash]) != hashToken(req, token[tokenHash:]) {
		return Page{}, ForeignToken()
	}
	total, n := binary.Uvarint(token[tokenHash:])
	if n <= 0 || len(token) == tokenHash+n || total>>1 > 1<<31-1 {
		return Page{}, ForeignToken()
	}
	page.total = Total{Size: int32(total >> 1), Minimum: total&1 == 1}
	page.Start = string(token[tokenHash+n:])
	return page, nil
}

// ForeignToken refuses a token that was not answered to the query.
func ForeignToken() error {
	return form.Wrong("page_token", words.Reason("FOREIGN_TOKEN"))
}

// Token names the page of the same list that begins at start, which is not
// empty. It carries what the first page counted.
func (p Page) Token(start string, total Total) string {
	packed := uint64(total.Size) << 1
	if total.Minimum {
		packed++
	}
	says := append(binary.AppendUvarint(nil, packed), start...)
	return base64.RawURLEncoding.EncodeToString(append([]byte(hashToken(p.query, says)), says...))
}

// hashToken is a digest of what is asked for, without size and token, and of what
// a token says about it.
func hashToken(req Paged, says []byte) string {
	bare := without(req, "page_size", "page_token", "min_revision").ProtoReflect()
	hash := sha256.New()
	// A name has no zero byte and a query says how long it is, so that no part is
	// taken for another one.
	hash.Write([]byte(bare.Descriptor().FullName() + "\x00"))
	query, err := proto.MarshalOptions{Deterministic: true}.Marshal(bare.Interface())
	if err == nil {
		hash.Write(binary.AppendUvarint(nil, uint64(len(query))))
		hash.Write(query)
	}
	hash.Write(says)
	return string(hash.Sum(nil)[:tokenHash])
}

// without is a request as if some of its fields were not set.
func without(req Paged, names ...protoreflect.Name) proto.Message {
	bare := proto.Clone(req).ProtoReflect()
	for _, name := range names {
		if field := bare.Descriptor().Fields().ByName(name); field != nil {
			bare.Clear(field)
		}
	}
	return bare.Interface()
}

// whole tells whether the query asks for every row.
func (p Page) whole() bool {
	return proto.Size(without(p.query, "page_size", "page_token", "order_by")) == 0
}

// Order reads the order that is asked for: one that an index has, or none, which
// is the first of them.
func Order(asked string, possible ...string) (string, error) {
	switch {
	case asked == "":
		return possible[0], nil
	case slices.Contains(possible, asked):
		return asked, nil
	}
	return "", form.Wrong("order_by", words.Reason("NO_INDEX", words.Text("order", asked), words.Text("known", strings.Join(possible, ", "))))
}
