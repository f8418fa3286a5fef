package transcode

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"regexp"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"google.golang.org/genproto/googleapis/api/httpbody"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	"github.com/pcc-platform/pcc/gateway/internal/problem"
	// The kinds of event, which an event's data names by "@type": JSON of a kind that is not linked can be neither read nor
	// written. In a process with other services it is linked by them, in the gateway's own by nobody else.
	_ "github.com/pcc-platform/pcc/proto/gen/pcc/events/v1"
)

// maxDepth bounds the nesting of a request; no message of the API comes near it.
const maxDepth = 50

// The decoder's errors are texts: these find the field in them. A value that they quote is not looked at.
var (
	unknownField = regexp.MustCompile(`unknown field "([A-Za-z0-9_.-]{1,64})"`)
	badField     = regexp.MustCompile(`(?:invalid value for \w+ field|duplicate field|error parsing) "?([A-Za-z0-9_]{1,64})"?`)
)

// codec is proto3 JSON: field names in lowerCamelCase, default values written, unknown fields refused.
type codec struct{ *runtime.JSONPb }

func newCodec() codec {
	return codec{&runtime.JSONPb{
		MarshalOptions:   protojson.MarshalOptions{EmitDefaultValues: true},
		UnmarshalOptions: protojson.UnmarshalOptions{RecursionLimit: maxDepth},
	}}
}

// ContentType is JSON, but for a file, which says what it is.
func (c codec) ContentType(v any) string {
	if file, ok := v.(*httpbody.HttpBody); ok {
		return file.GetContentType()
	}
	return c.JSONPb.ContentType(v)
}

// Marshal writes JSON, but for a file, which it leaves as it is.
func (c codec) Marshal(v any) ([]byte, error) {
	if file, ok := v.(*httpbody.HttpBody); ok {
		return file.GetData(), nil
	}
	return c.JSONPb.Marshal(v)
}

// NewDecoder returns a decoder of one body. It returns io.EOF for an empty one, which the handlers take for an empty
// message, and otherwise a *problem.Error.
func (c codec) NewDecoder(r io.Reader) runtime.Decoder {
	return runtime.DecoderFunc(func(v any) error {
		body, err := io.ReadAll(r)
		if err != nil {
			return unreadable(err)
		}
		if len(bytes.TrimSpace(body)) == 0 {
			return io.EOF
		}
		m, err := messageIn(v)
		if err != nil {
			return err
		}
		// The runtime's own decoder would ignore what follows the first document.
		if err := c.UnmarshalOptions.Unmarshal(body, m); err != nil {
			return malformed(err)
		}
		return nil
	})
}

// messageIn returns the message that a handler wants filled: v itself, or the one that v, a field for the body, points to,
// which is made.
func messageIn(v any) (proto.Message, error) {
	if m, ok := v.(proto.Message); ok {
		return m, nil
	}
	if field := reflect.ValueOf(v); field.Kind() == reflect.Pointer && field.Elem().Kind() == reflect.Pointer {
		field.Elem().Set(reflect.New(field.Elem().Type().Elem()))
		if m, ok := field.Elem().Interface().(proto.Message); ok {
			return m, nil
		}
	}
	return nil, fmt.Errorf("gateway: a body of type %T", v)
}

func unreadable(err error) error {
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return BodyTooLarge(tooLarge.Limit)
	}
	return &problem.Error{Status: http.StatusBadRequest, Reason: "MALFORMED_JSON", Detail: "the body ended early"}
}

// BodyTooLarge is the refusal of a body over limit bytes.
func BodyTooLarge(limit int64) *problem.Error {
	return &problem.Error{
		Status: http.StatusRequestEntityTooLarge, Reason: "BODY_TOO_LARGE", Detail: fmt.Sprintf("a body has at most %d bytes", limit),
	}
}

func malformed(err error) error {
	text := err.Error()
	if m := unknownField.FindStringSubmatch(text); m != nil {
		return &problem.Error{Status: http.StatusBadRequest, Reason: "UNKNOWN_FIELD", Field: m[1], Detail: "the message has no such field"}
	}
	p := &problem.Error{Status: http.StatusBadRequest, Reason: "MALFORMED_JSON", Detail: "the body is not JSON of the request's message"}
	if m := badField.FindStringSubmatch(text); m != nil {
		p.Field, p.Detail = m[1], "the field's value is not of its type, or it stands there twice"
	}
	return p
}
