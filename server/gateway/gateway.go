package gateway

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/rs/zerolog"
	"google.golang.org/grpc"
	healthv1 "google.golang.org/grpc/health/grpc_health_v1"

	"github.com/eile-housing/eile/policy/words"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// Options of a gateway. The zero value works.
type Options struct {
	// Timeout of one request, the wait for a free lookup included; 0: 5 s.
	Timeout time.Duration
	// Lookups that run at once; further ones wait until their timeout; 0: 64.
	Lookups int
	// Log of what the gateway could not answer; the zero Logger discards.
	Log zerolog.Logger
}

// gateway routes requests. It is safe for concurrent use.
type gateway struct {
	desk    desk
	health  healthv1.HealthClient
	texts   *texts
	foreign *http.CrossOriginProtection
	timeout time.Duration
	log     zerolog.Logger
}

// New returns the handler of all routes. The connection stays the caller's to close.
func New(conn grpc.ClientConnInterface, o Options) http.Handler {
	if o.Timeout <= 0 {
		o.Timeout = 5 * time.Second
	}
	if o.Lookups <= 0 {
		o.Lookups = 64
	}
	return &gateway{
		desk:    desk{queue: eilev1.NewQueueServiceClient(conn), free: make(chan struct{}, o.Lookups)},
		health:  healthv1.NewHealthClient(conn),
		texts:   shipped,
		foreign: http.NewCrossOriginProtection(),
		timeout: o.Timeout,
		log:     o.Log,
	}
}

// Server returns an HTTP server whose limits outlast the gateway's own timeout
// and hold off callers that send or read slowly. The caller sets its address
// and its error log.
func Server(handler http.Handler) *http.Server {
	return &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       10 * time.Second,
		WriteTimeout:      20 * time.Second,
		IdleTimeout:       time.Minute,
		MaxHeaderBytes:    16 << 10,
	}
}

const (
	positionPrefix = "/v1/applications/"
	positionSuffix = "/position"
)

// ServeHTTP routes by hand. http.ServeMux would redirect or refuse an odd path
// before its handler runs, and so tell a malformed reference from an unknown one.
func (g *gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	guard(w.Header())
	if reference, ok := referenceOf(r.URL); ok {
		if g.allowed(w, r, http.MethodGet, http.MethodHead) {
			g.servePosition(w, r, reference)
		}
		return
	}
	switch r.URL.Path {
	case "/":
		switch {
		case r.Method == http.MethodPost:
			g.servePlace(w, r)
		case g.allowed(w, r, http.MethodGet, http.MethodHead, http.MethodPost):
			writePage(w, http.StatusOK, page{Text: g.texts.of(r)})
		}
	case "/healthz":
		if g.allowed(w, r, http.MethodGet, http.MethodHead) {
			g.serveHealth(w, r)
		}
	case "/openapi.json":
		if g.allowed(w, r, http.MethodGet, http.MethodHead) {
			write(w, http.StatusOK, contentJSON, openAPI)
		}
	default:
		write(w, http.StatusNotFound, contentText, []byte(g.texts.everywhere(words.Say("page.no_such_page"))+"\n"))
	}
}

// referenceOf takes the reference out of the position route, whatever was put
// there: nothing, slashes, escapes. A reference that cannot be unescaped comes
// back as it was sent, and is malformed by its percent sign.
func referenceOf(u *url.URL) (string, bool) {
	rest, ok := strings.CutPrefix(u.EscapedPath(), positionPrefix)
	if !ok {
		return "", false
	}
	escaped, ok := strings.CutSuffix(rest, positionSuffix)
	if !ok {
		return "", false
	}
	if reference, err := url.PathUnescape(escaped); err == nil {
		return reference, true
	}
	return escaped, true
}

// allowed returns 405 where the method is none of these.
func (g *gateway) allowed(w http.ResponseWriter, r *http.Request, methods ...string) bool {
	for _, method := range methods {
		if r.Method == method {
			return true
		}
	}
	w.Header().Set("Allow", strings.Join(methods, ", "))
	said := g.texts.answer(words.Say("answer.methods", words.Items("methods", methods...)))
	write(w, http.StatusMethodNotAllowed, contentText, []byte(said+"\n"))
	return false
}
