package transcode

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"slices"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"google.golang.org/grpc"

	"github.com/pcc-platform/pcc/gateway/internal/cloudevents"
	"github.com/pcc-platform/pcc/gateway/internal/problem"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
)

// eventsRoute takes, beside the JSON of its message, events as CloudEvents clients send them.
const eventsRoute = "/v1/events:ingest"

const (
	jsonType       = "application/json"
	eventType      = "application/cloudevents+json"
	eventBatchType = "application/cloudevents-batch+json"
)

// MediaTypes are what the body of a request to the route may be.
func MediaTypes(r *http.Request) []string {
	if isEventsRoute(r) {
		return []string{jsonType, eventType, eventBatchType}
	}
	return []string{jsonType}
}

func isEventsRoute(r *http.Request) bool {
	return r.Method == http.MethodPost && r.URL.Path == eventsRoute
}

// MediaType returns the declared type of a request's body without its parameters, "" when it is malformed.
func MediaType(r *http.Request) string {
	mediaType, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil {
		return ""
	}
	return mediaType
}

// events answers requests with CloudEvents and leaves all others to mux.
type events struct {
	mux   *runtime.ServeMux
	conn  *grpc.ClientConn
	hooks Hooks
}

// ServeHTTP implements http.Handler.
func (e events) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	mediaType := MediaType(r)
	if !isEventsRoute(r) || !slices.Contains([]string{eventType, eventBatchType}, mediaType) {
		e.mux.ServeHTTP(w, r)
		return
	}
	e.hooks.Route(r.Context(), eventsRoute)
	resp, err := e.ingest(r, mediaType)
	if err != nil {
		problem.Write(r.Context(), w, err)
		return
	}
	_, outbound := runtime.MarshalerForRequest(e.mux, r)
	runtime.ForwardResponseMessage(r.Context(), e.mux, outbound, w, r, resp)
}

func (e events) ingest(r *http.Request, mediaType string) (*ingestv1.IngestEventsResponse, error) {
	if r.URL.RawQuery != "" {
		return nil, errQuery
	}
	batch, err := readEvents(r.Body, mediaType)
	if err != nil {
		return nil, err
	}
	var ack *ingestv1.BatchAcknowledgement
	if len(batch.Events) > 0 {
		method := ingestv1.IngestService_IngestEvents_FullMethodName
		ctx, err := runtime.AnnotateContext(r.Context(), e.mux, r, method, runtime.WithHTTPPathPattern(eventsRoute))
		if err != nil {
			return nil, err
		}
		resp, err := ingestv1.NewIngestServiceClient(e.conn).IngestEvents(ctx, &ingestv1.IngestEventsRequest{Events: batch.Events})
		if err != nil {
			return nil, err
		}
		ack = resp.GetAcknowledgement()
	}
	return &ingestv1.IngestEventsResponse{Acknowledgement: batch.Complete(ack)}, nil
}

func readEvents(body io.Reader, mediaType string) (*cloudevents.Batch, error) {
	text, err := io.ReadAll(body)
	if err != nil {
		return nil, unreadable(err)
	}
	read := cloudevents.FromJSON
	if mediaType == eventBatchType {
		read = cloudevents.FromJSONBatch
	}
	batch, err := read(text)
	switch {
	case errors.Is(err, cloudevents.ErrMalformed):
		return nil, &problem.Error{Status: http.StatusBadRequest, Reason: "MALFORMED_JSON", Detail: "the body is not " + mediaType}
	case errors.Is(err, cloudevents.ErrTooMany):
		return nil, &problem.Error{Status: http.StatusBadRequest, Reason: "BATCH_TOO_LARGE", Field: "events", Detail: err.Error()}
	}
	return batch, err
}
