package edge

import (
	"log/slog"
	"net/http"
	"time"
)

// Log writes one line a request when it is over: the route's pattern and not the path, which a client may have put
// anything into, and the member and not its principal, which may be a person.
func Log(logger *slog.Logger, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		ctx, c := r.Context(), callOf(r.Context())
		counted := &countingWriter{ResponseWriter: w, status: http.StatusOK}
		next.ServeHTTP(counted, r)
		logger.InfoContext(ctx, "request",
			slog.String("method", r.Method), slog.String("route", c.route), slog.Int("status", counted.status),
			slog.Int64("bytes", counted.bytes), slog.Duration("took", time.Since(start)), slog.String("member", c.principal.Member))
	})
}

// countingWriter sees the status and the size of an answer.
type countingWriter struct {
	http.ResponseWriter
	status int
	bytes  int64
}

func (w *countingWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

func (w *countingWriter) Write(p []byte) (int, error) {
	n, err := w.ResponseWriter.Write(p)
	w.bytes += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController reach the original.
func (w *countingWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
