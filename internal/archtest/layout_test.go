package archtest_test

import (
	"bytes"
	"fmt"
	"go/ast"
	"maps"
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
			"an example configuration names the services that its service dials, and no others",
			dialledServices,
			fstest.MapFS{
				"services/a/server/server.go": {Data: []byte("package server\n\nvar conn, err = base.Dial(\"b\")\n")},
				"services/b/doc.go":           {Data: []byte("package b\n")},
				"deploy/config/a.yaml":        {Data: []byte("services:\n  c: c.example.org:7001\n")},
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
	rpcLine        = regexp.MustCompile(`(?m)^  rpc (\w+)\(`)
	servicePath    = regexp.MustCompile(`^proto/pcc/(\w+)/v1/\w+\.proto$`)
	busMessage     = regexp.MustCompile(`Subject: ([\w.]+)\.(?: Consumers?: ([\w, ]+)\.)?\n`)
	exampleService = regexp.MustCompile(`(?m)^  (\w+): `)
	consumeFile    = regexp.MustCompile(`^services/(\w+)/internal/events/consume_(\w+)\.go$`)
)

func rpcFiles(tr *tree) (violations []string) {
	for name, content := range tr.files {
		service := servicePath.FindStringSubmatch(name)
		if service == nil {
			continue
		}
		folder := fmt.Sprintf("services/%s/internal/api", service[1])
		if service[1] == "journal" { // which several services answer, by one implementation
			folder = "internal/journal/logserver"
		}
		for _, rpc := range rpcLine.FindAllSubmatch(content, -1) {
			file := fmt.Sprintf("%s/%s.go", folder, snakeCase(string(rpc[1])))
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

// dialledServices takes every name of another service in a composition root for one that is dialled.
func dialledServices(tr *tree) (violations []string) {
	dialled := map[string]map[string]bool{}
	for _, s := range tr.services() {
		dialled[s] = map[string]bool{}
	}
	for _, f := range tr.gos {
		service := serviceOf(f.path)
		if f.test || f.dir != path.Join("services", service, "server") {
			continue
		}
		ast.Inspect(f.syntax, func(n ast.Node) bool {
			if literal, ok := n.(*ast.BasicLit); ok {
				if name := strings.Trim(literal.Value, `"`); name != service && dialled[name] != nil {
					dialled[service][name] = true
				}
			}
			return true
		})
	}
	for service, names := range dialled {
		example := "deploy/config/" + service + ".yaml"
		_, section, _ := strings.Cut(string(tr.files[example]), "\nservices:\n")
		section, _, _ = strings.Cut(section, "\n\n")
		written := map[string]bool{}
		for _, line := range exampleService.FindAllStringSubmatch(section, -1) {
			written[line[1]] = true
		}
		if !maps.Equal(names, written) {
			violations = append(violations, fmt.Sprintf("%s names %v, the service dials %v", example, written, names))
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
