package probe

import (
	"fmt"
	"regexp"
	"strings"

	"google.golang.org/genproto/googleapis/api/annotations"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// pathField is "{name}" or "{name=pattern}" in the template of a path.
var pathField = regexp.MustCompile(`\{([a-z_.]+)(?:=([^}]+))?\}`)

// Route says how a request is made over REST; ok is false for an RPC without a route.
func Route(m protoreflect.MethodDescriptor, request proto.Message) (verb, path string, body []byte, ok bool) {
	rule, _ := proto.GetExtension(m.Options(), annotations.E_Http).(*annotations.HttpRule)
	verb, template := verbOf(rule)
	if template == "" {
		return "", "", nil, false
	}
	path = pathField.ReplaceAllStringFunc(template, func(f string) string {
		parts := pathField.FindStringSubmatch(f)
		return valueFor(request.ProtoReflect(), parts[1], parts[2])
	})
	if rule.GetBody() != "" {
		message := request
		if rule.GetBody() != "*" {
			r := request.ProtoReflect()
			message = r.Get(r.Descriptor().Fields().ByName(protoreflect.Name(rule.GetBody()))).Message().Interface()
		}
		if body, _ = protojson.Marshal(message); body == nil {
			body = []byte("{}")
		}
	}
	return verb, path, body, true
}

func verbOf(rule *annotations.HttpRule) (verb, template string) {
	switch p := rule.GetPattern().(type) {
	case *annotations.HttpRule_Get:
		return "GET", p.Get
	case *annotations.HttpRule_Post:
		return "POST", p.Post
	case *annotations.HttpRule_Patch:
		return "PATCH", p.Patch
	case *annotations.HttpRule_Put:
		return "PUT", p.Put
	case *annotations.HttpRule_Delete:
		return "DELETE", p.Delete
	default:
		return "", ""
	}
}

// valueFor is the value of a field, such as "passport" or "member.name", or one that fits its pattern in the path.
func valueFor(m protoreflect.Message, field, pattern string) string {
	for name := range strings.SplitSeq(field, ".") {
		d := m.Descriptor().Fields().ByName(protoreflect.Name(name))
		if d == nil {
			break
		}
		if d.Message() != nil {
			m = m.Get(d).Message()
			continue
		}
		v := fmt.Sprint(m.Get(d).Interface())
		if pattern == "" || like(pattern, v) {
			return v
		}
	}
	if pattern == "" {
		return "1"
	}
	return strings.NewReplacer("**", "1", "*", "00000000-0000-4000-8000-000000000000").Replace(pattern)
}

// like reports whether v fits a pattern of the path's grammar, in which * is a segment and ** some.
func like(pattern, v string) bool {
	expression := strings.NewReplacer(`\*\*`, ".+", `\*`, "[^/]+").Replace(regexp.QuoteMeta(pattern))
	return regexp.MustCompile("^" + expression + "$").MatchString(v)
}
