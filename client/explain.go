package client

import (
	"fmt"
	"slices"
	"strings"

	"google.golang.org/genproto/googleapis/rpc/code"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// Explain puts an error into one line for a person: what the server says, every violation that it
// lists, and in brackets the code and the reason by which a program knows it. An error that is none
// of a server is its own text. Next says how a person takes a next step that the server names,
// after the sentence that calls for it; nil: nothing.
func Explain(err error, next func(*eilev1.NextStep) string) string {
	answer, ok := statusOf(err)
	if !ok {
		return oneLine(err.Error())
	}
	// What callers wrapped around the error stands before its own text; what the transport says of
	// its retries is dropped.
	context, _, _ := strings.Cut(err.Error(), "rpc error: ")
	context, _, _ = strings.Cut(context, "max retries exhausted: ")
	parts := []string{context + withNext(plain(err, answer), answer, next)}
	marks := []string{code.Code(answer.Code()).String()}
	for _, detail := range answer.Details() {
		switch detail := detail.(type) {
		case *errdetails.ErrorInfo:
			marks = append(marks, detail.GetReason())
		case *errdetails.BadRequest:
			for _, v := range detail.GetFieldViolations() {
				parts = append(parts, pair(v.GetField(), v.GetDescription()))
			}
		case *errdetails.PreconditionFailure:
			for _, v := range detail.GetViolations() {
				// What the message says already is not said twice, only marked.
				if v.GetDescription() != "" && strings.Contains(parts[0], v.GetDescription()) {
					marks = append(marks, v.GetType())
					continue
				}
				parts = append(parts, pair(v.GetSubject(), pair(v.GetType(), v.GetDescription())))
			}
		}
	}
	return fmt.Sprintf("%s (%s)", oneLine(join(parts)), strings.Join(distinct(marks), ", "))
}

// withNext is the message of a status with what can be done about each of its reasons: after a
// colon, or in brackets where the sentence has a colon already.
func withNext(message string, answer *status.Status, next func(*eilev1.NextStep) string) string {
	for _, detail := range answer.Details() {
		refusal, ok := detail.(*eilev1.Refusal)
		if !ok || next == nil {
			continue
		}
		for _, reason := range refusal.GetReasons() {
			var steps []string
			for _, step := range reason.GetNext() {
				steps = append(steps, next(step))
			}
			says := reason.GetDetail()
			todo := strings.Join(distinct(steps), ", or ")
			switch {
			case todo == "" || says == "":
				continue
			case strings.Contains(says, ": "):
				todo = says + " (" + todo + ")"
			default:
				todo = says + ": " + todo
			}
			message = strings.Replace(message, says, todo, 1)
		}
	}
	return message
}

// plain is the message of a status; of a server that did not answer it is the cause without what
// the transport wraps around it.
func plain(err error, answer *status.Status) string {
	message := answer.Message()
	_, cause, fromTransport := strings.Cut(message, `desc = "`)
	if !fromTransport {
		cause, fromTransport = strings.CutPrefix(message, "name resolver error: ")
	}
	if fromTransport {
		cause = strings.TrimPrefix(strings.TrimSuffix(cause, `"`), "transport: ")
		cause = strings.TrimPrefix(cause, "Error while dialing: ")
	}
	switch {
	case answer.Code() == codes.Unavailable && Denied(err):
		return "the server and this program do not agree on TLS, see --tls-ca, --tls-cert and --tls-key: " + cause
	case fromTransport && Unreachable(err):
		return "cannot reach the server: " + cause
	default:
		return message
	}
}

func pair(what, says string) string {
	switch {
	case what == "":
		return says
	case says == "":
		return what
	default:
		return what + ": " + says
	}
}

// join puts the violations after the message, but none that the message already holds.
func join(parts []string) string {
	message := parts[0]
	var rest []string
	for _, part := range distinct(parts[1:]) {
		if !strings.Contains(message, part) {
			rest = append(rest, part)
		}
	}
	return pair(message, strings.Join(rest, "; "))
}

// distinct keeps the first of each text and drops empty ones.
func distinct(texts []string) []string {
	var kept []string
	for _, text := range texts {
		if text != "" && !slices.Contains(kept, text) {
			kept = append(kept, text)
		}
	}
	return kept
}

// oneLine parts lines by semicolons and folds every other run of white space and control characters
// into one space.
func oneLine(text string) string {
	var lines []string
	for line := range strings.Lines(text) {
		words := strings.FieldsFunc(line, func(r rune) bool { return r <= ' ' || r == 0x7f })
		if len(words) > 0 {
			lines = append(lines, strings.Join(words, " "))
		}
	}
	return strings.Join(lines, "; ")
}
