package gateway

import (
	"net/http"
	"strconv"
)

const (
	contentHTML = "text/html; charset=utf-8"
	contentJSON = "application/json"
	contentText = "text/plain; charset=utf-8"
)

// retrySeconds is when to ask again after an answer of 503.
const retrySeconds = "30"

// guard sets what every answer carries. Nothing may be cached, for a computer
// in a library is shared; nothing runs, loads or frames; no address leaks.
func guard(h http.Header) {
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src '"+styleHash+"'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
}

// write sends a whole answer. That the caller may be gone is no error of ours.
func write(w http.ResponseWriter, status int, content string, body []byte) {
	h := w.Header()
	h.Set("Content-Type", content)
	h.Set("Content-Length", strconv.Itoa(len(body)))
	if status == http.StatusServiceUnavailable {
		h.Set("Retry-After", retrySeconds)
	}
	w.WriteHeader(status)
	_, _ = w.Write(body)
}
