package transcode

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"github.com/grpc-ecosystem/grpc-gateway/v2/utilities"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/pcc-platform/pcc/gateway/internal/problem"
)

// parameterName is what a problem may repeat of a parameter's name.
var parameterName = regexp.MustCompile(`^[A-Za-z0-9_.]{1,64}$`)

// queryParser reads query parameters into a message and refuses those that it does not have, which grpc-gateway's own
// parser would ignore.
type queryParser struct{}

// Parse implements runtime.QueryParameterParser. taken are the fields that path and body give already.
func (queryParser) Parse(msg proto.Message, values url.Values, taken *utilities.DoubleArray) error {
	for name, v := range values {
		path, ok := fieldPath(msg.ProtoReflect().Descriptor(), name)
		if !ok || taken.HasCommonPrefix(path) {
			return parameterProblem("UNKNOWN_FIELD", name, "the request has no such parameter")
		}
		if err := (&runtime.DefaultQueryParser{}).Parse(msg, url.Values{name: v}, taken); err != nil {
			return parameterProblem("INVALID_PARAMETER", name, "the parameter's value is not of its type")
		}
	}
	return nil
}

func parameterProblem(reason, name, detail string) error {
	p := &problem.Error{Status: http.StatusBadRequest, Reason: reason, Detail: detail}
	if parameterName.MatchString(name) {
		p.Field = name
	}
	return p
}

// fieldPath resolves a dotted name, each part in its JSON or proto form, to proto names.
func fieldPath(m protoreflect.MessageDescriptor, name string) (path []string, ok bool) {
	for part := range strings.SplitSeq(name, ".") {
		if m == nil {
			return nil, false
		}
		f := m.Fields().ByJSONName(part)
		if f == nil {
			f = m.Fields().ByTextName(part)
		}
		if f == nil {
			return nil, false
		}
		path, m = append(path, string(f.Name())), f.Message()
	}
	return path, true
}
