package edge

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/pcc-platform/pcc/gateway/internal/problem"
	"github.com/pcc-platform/pcc/gateway/internal/transcode"
)

const (
	// maxBody bounds a request's body, as rpc.MaxMessageBytes bounds the message made of it.
	maxBody = 4 << 20
	// callDeadline bounds a call as a whole; services bound their part by no more.
	callDeadline = 30 * time.Second
)

// clientClaims are headers that the transcoder would believe: the deadline is the gateway's to set, and it knows itself
// who calls and under which name.
var clientClaims = []string{"Grpc-Timeout", "X-Forwarded-For", "X-Forwarded-Host"}

// Bound refuses bodies that are too large or not declared as JSON that the route takes, and gives the call its deadline. The
// media type is insisted on because a form on a foreign page can post JSON as text/plain with a browser's client certificate.
func Bound(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.ContentLength > maxBody {
			problem.Write(r.Context(), w, transcode.BodyTooLarge(maxBody))
			return
		}
		if hasBody := r.Method != http.MethodGet && r.Method != http.MethodHead; hasBody {
			if accepted := transcode.MediaTypes(r); !slices.Contains(accepted, transcode.MediaType(r)) {
				problem.Write(r.Context(), w, &problem.Error{
					Status: http.StatusUnsupportedMediaType, Reason: "MEDIA_TYPE_UNSUPPORTED", Detail: "send " + strings.Join(accepted, ", "),
				})
				return
			}
		}
		ctx, cancel := context.WithTimeout(r.Context(), callDeadline)
		defer cancel()
		r = r.WithContext(ctx)
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		for _, name := range clientClaims {
			r.Header.Del(name)
		}
		next.ServeHTTP(w, r)
	})
}
