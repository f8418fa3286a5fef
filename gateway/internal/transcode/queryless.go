package transcode

import (
	"net/http"
	"regexp"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"google.golang.org/genproto/googleapis/api/annotations"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	"github.com/pcc-platform/pcc/gateway/internal/problem"
)

// pathVariable finds the field names in a route's pattern.
var pathVariable = regexp.MustCompile(`\{([a-z0-9_.]+)`)

// wholeBody is the body option of a route that takes all fields from its body.
const wholeBody = "*"

var errQuery = &problem.Error{Status: http.StatusBadRequest, Reason: "UNKNOWN_FIELD", Detail: "the route has no query parameters"}

// queryless says of each route, "METHOD pattern", whether it takes no query parameter. The generated handler of one that takes
// none does not look at the query and so refuses nothing in it.
type queryless map[string]bool

// findQueryless reads the http options of all linked protos.
func findQueryless() queryless {
	routes := queryless{}
	protoregistry.GlobalFiles.RangeFiles(func(f protoreflect.FileDescriptor) bool {
		for i := range f.Services().Len() {
			methods := f.Services().Get(i).Methods()
			for j := range methods.Len() {
				rule, _ := proto.GetExtension(methods.Get(j).Options(), annotations.E_Http).(*annotations.HttpRule)
				routes.add(methods.Get(j), rule)
				for _, another := range rule.GetAdditionalBindings() {
					routes.add(methods.Get(j), another)
				}
			}
		}
		return true
	})
	return routes
}

// add notes whether the route of a rule takes all fields of the method's request from its path and body.
func (q queryless) add(m protoreflect.MethodDescriptor, rule *annotations.HttpRule) {
	pattern, method := rule.GetGet(), http.MethodGet
	if pattern == "" {
		pattern, method = rule.GetPost(), http.MethodPost
	}
	if pattern == "" {
		return
	}
	elsewhere := map[string]bool{rule.GetBody(): true}
	for _, variable := range pathVariable.FindAllStringSubmatch(pattern, -1) {
		elsewhere[variable[1]] = true
	}
	fields := m.Input().Fields()
	for i := range fields.Len() {
		if !elsewhere[string(fields.Get(i).Name())] && !elsewhere[wholeBody] {
			q[method+" "+pattern] = false
			return
		}
	}
	q[method+" "+pattern] = true
}

// refuse lets a request to a queryless route pass only without a query.
func (q queryless) refuse(next runtime.HandlerFunc) runtime.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request, params map[string]string) {
		if pattern, ok := runtime.HTTPPattern(r.Context()); ok && r.URL.RawQuery != "" && q[r.Method+" "+pattern.String()] {
			problem.Write(r.Context(), w, errQuery)
			return
		}
		next(w, r, params)
	}
}
