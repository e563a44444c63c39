package gateway

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"google.golang.org/grpc/status"

	"github.com/eile-housing/eile/policy/words"
	"github.com/eile-housing/eile/proto/spell"
)

// servePosition returns a position as JSON.
func (g *gateway) servePosition(w http.ResponseWriter, r *http.Request, reference string) {
	ctx, cancel := context.WithTimeout(r.Context(), g.timeout)
	defer cancel()
	place, err := g.desk.place(ctx, reference, bearer(r.Header))
	var body []byte
	if err == nil {
		body, err = spell.Line(place.GetPosition())
	}
	switch {
	case err == nil:
		write(w, http.StatusOK, contentJSON, body)
	case errors.Is(err, errNoPlace):
		write(w, http.StatusNotFound, contentJSON, g.refusal("NOT_FOUND", words.Say("answer.no_place")))
	default:
		g.fault(r, "position", err)
		write(w, http.StatusServiceUnavailable, contentJSON, g.refusal("UNAVAILABLE", words.Say("answer.fault")))
	}
}

// refusal is the answer that has no position. The same question refused twice gets
// the same bytes.
func (g *gateway) refusal(code string, why words.Phrase) []byte {
	body, err := json.Marshal(struct {
		Code    string `json:"code"`
		Message string `json:"message"`
	}{code, g.texts.answer(why)})
	if err != nil {
		// Two texts are always written.
		panic(err)
	}
	return append(body, '\n')
}

// bearer returns the access code of the Authorization header, or nothing where
// there is not exactly one code.
func bearer(h http.Header) string {
	values := h.Values("Authorization")
	if len(values) != 1 {
		return ""
	}
	scheme, code, _ := strings.Cut(values[0], " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimSpace(code)
}

// fault logs why a question was not answered, unless the caller went away. The
// reference is left out: people paste their code into that field.
func (g *gateway) fault(r *http.Request, route string, err error) {
	if r.Context().Err() != nil {
		return
	}
	g.log.Error().Str("route", route).Stringer("code", status.Code(err)).AnErr("cause", err).Msg("not answered")
}
