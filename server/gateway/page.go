package gateway

import (
	"bytes"
	"context"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"errors"
	"html/template"
	"net/http"
	"strings"

	"github.com/eile-housing/eile/policy/words"
)

var (
	//go:embed page.html
	pageHTML string
	//go:embed page.css
	pageCSS string

	pageTemplate = template.Must(template.New("page").Parse(pageHTML))

	// styleHash lets the browser know our style from another's.
	styleHash = hashOf(pageCSS)
)

// maxForm is the longest form that is read, in bytes.
const maxForm = 4 << 10

// page is what the template shows: a form, with the problem of the try before
// it if there was one, or a place.
type page struct {
	Text      *text
	Style     template.CSS
	Reference string
	Problem   string
	Place     *view
}

// writePage renders into memory first, so that a page is whole or not sent.
func writePage(w http.ResponseWriter, status int, shown page) {
	shown.Style = template.CSS(pageCSS) //nolint:gosec // our own file
	var body bytes.Buffer
	if err := pageTemplate.Execute(&body, shown); err != nil {
		// The template and the texts are compiled in and every branch is tested.
		panic(err)
	}
	w.Header().Set("Content-Language", shown.Text.Lang)
	write(w, status, contentHTML, body.Bytes())
}

// servePlace returns the form. Reference and code are read from the body only.
func (g *gateway) servePlace(w http.ResponseWriter, r *http.Request) {
	shown := page{Text: g.texts.of(r)}
	if g.fromElsewhere(r) {
		shown.Problem = shown.Text.write(words.Say("page.foreign"))
		writePage(w, http.StatusForbidden, shown)
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if err := r.ParseForm(); err != nil {
		shown.Problem = shown.Text.write(words.Say("page.unreadable"))
		writePage(w, unreadable(err), shown)
		return
	}
	reference := strings.TrimSpace(r.PostForm.Get("reference"))
	shown.Reference = clip(reference)

	ctx, cancel := context.WithTimeout(r.Context(), g.timeout)
	defer cancel()
	place, err := g.desk.place(ctx, reference, strings.TrimSpace(r.PostForm.Get("code")))
	switch {
	case err == nil:
		shown.Place = shown.Text.view(place)
		writePage(w, http.StatusOK, shown)
	case errors.Is(err, errNoPlace):
		shown.Problem = shown.Text.write(words.Say("page.not_found"))
		writePage(w, http.StatusNotFound, shown)
	default:
		g.fault(r, "page", err)
		shown.Problem = shown.Text.write(words.Say("page.busy"))
		writePage(w, http.StatusServiceUnavailable, shown)
	}
}

// fromElsewhere tells a form that another site sent. A browser from before
// Sec-Fetch-Site (2023) says "Origin: null" of our own form, because of our
// referrer policy; it is let in, since a forged lookup can neither change
// anything nor read the answer.
func (g *gateway) fromElsewhere(r *http.Request) bool {
	if r.Header.Get("Sec-Fetch-Site") == "" && r.Header.Get("Origin") == "null" {
		return false
	}
	return g.foreign.Check(r) != nil
}

func hashOf(style string) string {
	sum := sha256.Sum256([]byte(style))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

func unreadable(err error) int {
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return http.StatusRequestEntityTooLarge
	}
	return http.StatusBadRequest
}

// clip bounds what is shown again of a reference that was not found.
func clip(reference string) string {
	if !wellFormed.MatchString(reference) {
		return ""
	}
	return reference
}
