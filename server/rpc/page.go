package rpc

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"iter"
	"strings"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/eile-housing/eile/policy/words"
	"github.com/eile-housing/eile/server/form"
	"github.com/eile-housing/eile/store"
)

const (
	defaultPage = 100
	maxPage     = 1000
	queryHash   = 8
)

// A Paged request lists records page by page.
type Paged interface {
	proto.Message
	GetPageSize() int32
	GetPageToken() string
}

// Page is which part of a list a request asks for.
type Page struct {
	Size  int
	Start string // empty: the beginning
	query Paged
}

// PageOf reads how many records are asked for and where the page begins. A token
// is bound to its query: with another one it is refused.
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
	if err != nil || len(token) < queryHash || string(token[:queryHash]) != hashQuery(req) {
		return Page{}, form.Wrong("page_token", words.Reason("FOREIGN_TOKEN"))
	}
	page.Start = string(token[queryHash:])
	return page, nil
}

// Token names the page of the same list that begins at start.
func (p Page) Token(start string) string {
	return base64.RawURLEncoding.EncodeToString([]byte(hashQuery(p.query) + start))
}

// hashQuery is a digest of what is asked for, without size and token.
func hashQuery(req Paged) string {
	bare := proto.Clone(req).ProtoReflect()
	fields := bare.Descriptor().Fields()
	for _, name := range []protoreflect.Name{"page_size", "page_token", "min_revision"} {
		if field := fields.ByName(name); field != nil {
			bare.Clear(field)
		}
	}
	text := strings.Builder{}
	text.WriteString(string(bare.Descriptor().FullName()))
	if bytes, err := (proto.MarshalOptions{Deterministic: true}).Marshal(bare.Interface()); err == nil {
		text.Write(bytes)
	}
	sum := sha256.Sum256([]byte(text.String()))
	return string(sum[:queryHash])
}

// Entries are records in the order of their ids, from a start on.
type Entries[M any] = iter.Seq2[store.Entry[M], error]

// All yields the records of a kind.
func All[M any](kind interface {
	All(v *store.View, prefix, start string) iter.Seq2[store.Entry[M], error]
}) func(*store.View, string) Entries[M] {
	return func(v *store.View, start string) Entries[M] { return kind.All(v, "", start) }
}

// List answers one page of the records that are kept, and the token of the next
// one. Records come from one snapshot; keep may fill them in.
func List[M any](ctx context.Context, o *Office, req Paged, from func(v *store.View, start string) Entries[M], keep func(*store.View, M) (bool, error)) (records []M, next string, err error) {
	page, err := PageOf(req)
	if err != nil {
		return nil, "", err
	}
	err = o.View(ctx, func(v *store.View) error {
		for entry, err := range from(v, page.Start) {
			if err != nil {
				return err
			}
			kept, err := keep(v, entry.Record)
			if err != nil {
				return err
			}
			if !kept {
				continue
			}
			if len(records) == page.Size {
				next = page.Token(entry.ID)
				return nil
			}
			records = append(records, entry.Record)
		}
		return nil
	})
	return records, next, err
}

// Cut answers one page of rows that stand in the order of their keys, and the
// token of the next one.
func Cut[T any](page Page, rows []T, key func(T) string) (cut []T, next string) {
	for _, row := range rows {
		if key(row) < page.Start {
			continue
		}
		if len(cut) == page.Size {
			return cut, page.Token(key(row))
		}
		cut = append(cut, row)
	}
	return cut, ""
}
