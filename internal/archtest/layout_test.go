package archtest_test

import (
	"bytes"
	"fmt"
	"go/ast"
	"path"
	"regexp"
	"strings"
	"testing/fstest"
	"unicode"
)

// layoutRules hold the places where a reader looks.
func layoutRules() []rule {
	return []rule{
		{
			"every service has the same shape",
			serviceShape,
			oneFile("services/a/doc.go", "package a\n"),
		},
		{
			"every RPC has a file of its own",
			rpcFiles,
			oneFile("proto/pcc/a/v1/a_service.proto", "  rpc GetThing(GetThingRequest) returns (GetThingResponse) {\n"),
		},
		{
			"every message between services has the consumers that it names, and no others",
			consumerFiles,
			fstest.MapFS{
				"proto/pcc/a/v1/messages.proto":            {Data: []byte("// Subject: pcc.a.v1.thing_done. Consumers: b, c.\nmessage ThingDone {}\n")},
				"services/b/internal/events/consume_x.go":  {Data: []byte("package events\n")},
				"services/c/internal/events/thing_done.go": {Data: []byte("package events\n")},
			},
		},
		{
			"every package says what it is for",
			packageDocs,
			oneFile("internal/a/a.go", "package a\n"),
		},
	}
}

func serviceShape(tr *tree) (violations []string) {
	for _, s := range tr.services() {
		wanted := []string{"cmd/" + s + "d/main.go", "migrations/" + s, "deploy/config/" + s + ".yaml"}
		for _, part := range []string{"doc.go", "errors.go", "service.go", "server", "internal/api", "internal/postgres/queries.sql"} {
			wanted = append(wanted, path.Join("services", s, part))
		}
		for _, w := range wanted {
			if !tr.has(w) {
				violations = append(violations, fmt.Sprintf("service %s has no %s", s, w))
			}
		}
	}
	return violations
}

var (
	rpcLine     = regexp.MustCompile(`(?m)^  rpc (\w+)\(`)
	servicePath = regexp.MustCompile(`^proto/pcc/(\w+)/v1/\w+\.proto$`)
	busMessage  = regexp.MustCompile(`Subject: ([\w.]+)\.(?: Consumers?: ([\w, ]+)\.)?\n`)
	consumeFile = regexp.MustCompile(`^services/(\w+)/internal/events/consume_(\w+)\.go$`)
)

func rpcFiles(tr *tree) (violations []string) {
	for name, content := range tr.files {
		service := servicePath.FindStringSubmatch(name)
		if service == nil {
			continue
		}
		for _, rpc := range rpcLine.FindAllSubmatch(content, -1) {
			file := fmt.Sprintf("services/%s/internal/api/%s.go", service[1], snakeCase(string(rpc[1])))
			if !declares(tr, file, string(rpc[1])) {
				violations = append(violations, fmt.Sprintf("%s: no method %s in %s", name, rpc[1], file))
			}
		}
	}
	return violations
}

func declares(tr *tree, file, method string) bool {
	for _, f := range tr.gos {
		if f.path != file {
			continue
		}
		for _, d := range f.syntax.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv != nil && fn.Name.Name == method {
				return true
			}
		}
	}
	return false
}

func consumerFiles(tr *tree) (violations []string) {
	named := map[string]bool{} // service and message
	for name, content := range tr.files {
		if servicePath.FindString(name) == "" {
			continue
		}
		for _, m := range busMessage.FindAllSubmatch(content, -1) {
			message := path.Ext(string(m[1]))[1:]
			for _, consumer := range bytes.FieldsFunc(m[2], func(r rune) bool { return r == ',' || r == ' ' }) {
				named[string(consumer)+" "+message] = true
				if file := fmt.Sprintf("services/%s/internal/events/consume_%s.go", consumer, message); !tr.has(file) {
					violations = append(violations, fmt.Sprintf("%s names a consumer of %s: no %s", name, message, file))
				}
			}
		}
	}
	for name := range tr.files {
		if m := consumeFile.FindStringSubmatch(name); m != nil && !strings.HasSuffix(name, "_test.go") && !named[m[1]+" "+m[2]] {
			violations = append(violations, name+" consumes a message that does not name "+m[1])
		}
	}
	return violations
}

func packageDocs(tr *tree) (violations []string) {
	documented := map[string]bool{}
	for _, f := range tr.gos {
		if !f.test && !f.generated {
			documented[f.dir] = documented[f.dir] || f.syntax.Doc != nil
		}
	}
	for dir, ok := range documented {
		if !ok {
			violations = append(violations, dir+" has no package comment")
		}
	}
	return violations
}

func snakeCase(camel string) string {
	var b strings.Builder
	for i, r := range camel {
		if unicode.IsUpper(r) && i > 0 {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}
