package rpc

import (
	"context"
	"errors"
	"strings"

	"buf.build/go/protovalidate"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"

	"github.com/eile-housing/eile/policy/words"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/form"
)

// rules refuses requests that break the rules which stand in the proto. It stands in place of the
// ready-made interceptor because that one keeps the English of the library and drops the bounds,
// of which the sentences of other languages are made.
type rules struct{ protovalidate.Validator }

func (r rules) unary(ctx context.Context, req any, _ *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
	if err := r.hold(req); err != nil {
		return nil, err
	}
	return handler(ctx, req)
}

func (r rules) stream(srv any, stream grpc.ServerStream, _ *grpc.StreamServerInfo, handler grpc.StreamHandler) error {
	return handler(srv, held{stream, r})
}

// held is a stream of requests of which each is held against the rules.
type held struct {
	grpc.ServerStream
	rules rules
}

func (h held) RecvMsg(m any) error {
	if err := h.ServerStream.RecvMsg(m); err != nil {
		return err
	}
	return h.rules.hold(m)
}

func (r rules) hold(req any) error {
	err := r.Validate(req.(proto.Message))
	broken, ok := errors.AsType[*protovalidate.ValidationError](err)
	if !ok {
		return err
	}
	var faults form.Faults
	for _, violation := range broken.Violations {
		faults = append(faults, form.Fault{
			Field: protovalidate.FieldPathString(violation.Proto.GetField()), Reason: ruleBroken(violation),
		})
	}
	return faults
}

// ruleBroken is the rule of the proto that a field breaks, as a reason. A rule without a sentence
// of ours is told in the English of the library.
func ruleBroken(v *protovalidate.Violation) *eilev1.Reason {
	switch v.Proto.GetRuleId() {
	case "required":
		return words.Reason("REQUIRED")
	case "enum.defined_only":
		return words.Reason("ENUM_DEFINED_ONLY")
	case "enum.not_in":
		return words.Reason("ENUM_NOT_IN")
	case "repeated.unique":
		return words.Reason("REPEATED_UNIQUE")
	case "string.pattern":
		return patternBroken(v.RuleValue.String())
	case "string.uuid", "string.uuid_empty":
		return words.Reason("STRING_UUID")
	}
	if reason := boundBroken(v); reason != nil {
		return reason
	}
	return &eilev1.Reason{
		Code:  strings.ToUpper(strings.ReplaceAll(v.Proto.GetRuleId(), ".", "_")),
		Texts: []*eilev1.Text{{Lang: words.Default, Text: v.Proto.GetMessage()}},
	}
}

// boundBroken is a bound that a number or a length does not keep; nil: it is none of those that
// the proto has.
func boundBroken(v *protovalidate.Violation) *eilev1.Reason {
	least, most := boundsOf(v)
	switch v.Proto.GetRuleId() {
	case "string.min_len":
		return words.Reason("STRING_MIN_LEN")
	case "string.max_len":
		return words.Reason("STRING_MAX_LEN", words.Number("most", most))
	case "bytes.max_len":
		return words.Reason("BYTES_MAX_LEN", words.Number("most", most))
	case "repeated.min_items":
		return words.Reason("REPEATED_MIN_ITEMS")
	case "repeated.max_items":
		return words.Reason("REPEATED_MAX_ITEMS", words.Number("most", most))
	case "map.max_pairs":
		return words.Reason("MAP_MAX_PAIRS", words.Number("most", most))
	case "int32.gte":
		return words.Reason("INT32_GTE", words.Number("least", least))
	case "int64.gte":
		return words.Reason("INT64_GTE", words.Number("least", least))
	case "int32.gte_lte":
		return words.Reason("INT32_GTE_LTE", words.Number("least", least), words.Number("most", most))
	case "int64.gte_lte":
		return words.Reason("INT64_GTE_LTE", words.Number("least", least), words.Number("most", most))
	default:
		return nil
	}
}

// boundsOf are the bounds of the rule that is broken. Of two that make one rule, the library tells
// only one.
func boundsOf(v *protovalidate.Violation) (least, most int64) {
	if bound, ok := v.RuleValue.Interface().(uint64); ok {
		return int64(bound), int64(bound)
	}
	given, err := protovalidate.ResolveFieldRules(v.FieldDescriptor)
	if err != nil {
		return 0, 0
	}
	if numbers := given.GetInt64(); numbers != nil {
		return numbers.GetGte(), numbers.GetLte()
	}
	return int64(given.GetInt32().GetGte()), int64(given.GetInt32().GetLte())
}

// patternBroken tells what a text is to look like, where a person can be expected to write it.
func patternBroken(pattern string) *eilev1.Reason {
	switch pattern {
	case `^[A-Za-z0-9._-]{1,64}$`, `^[A-Za-z0-9._-]{0,64}$`:
		return words.Reason("STRING_PATTERN.reference")
	case `^[A-Z][A-Z0-9_]{0,63}$`:
		return words.Reason("STRING_PATTERN.code")
	case `^([0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9:.]+(Z|[+-][0-9]{2}:[0-9]{2}))?)?$`:
		return words.Reason("STRING_PATTERN.moment")
	default:
		return words.Reason("STRING_PATTERN", words.Text("pattern", pattern))
	}
}
