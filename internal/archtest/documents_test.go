package archtest_test

import (
	"fmt"
	"go/ast"
	"maps"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing/fstest"
	"unicode"
)

// documentRules keep the documents true where a machine can.
func documentRules() []rule {
	return []rule{
		{
			"links of documents lead somewhere",
			documentLinks,
			oneFile("docs/a.md", "see [b](b.md)\n"),
		},
		{
			"paths in documents are there",
			documentPaths,
			fstest.MapFS{"docs/a.md": {Data: []byte("see `docs/nothing.go`\n")}},
		},
		{
			"the map in CONTRIBUTING.md has every folder",
			folderMap,
			oneFile("internal/new/doc.go", "// Package new is new.\npackage new\n"),
		},
		{
			"README.md names every RPC service",
			rpcServices,
			oneFile("proto/pcc/a/v1/a_service.proto", "service NewService {\n}\n"),
		},
		{
			"make targets in documents are there",
			makeTargets,
			oneFile("docs/a.md", "run `make coffee`\n"),
		},
		{
			"docs/errors.md has every reason, and no other",
			errorReasons,
			fstest.MapFS{
				"docs/errors.md":         {Data: []byte("| `GONE` | NOT_FOUND | |\n")},
				"proto/pcc/a/v1/a.proto": {Data: []byte("  // Errors: THING_MISSING.\n")},
				"services/a/errors.go":   {Data: []byte("package a\n\nvar errX = apperr.New(apperr.NotFound, \"OTHER\", \"other\")\n")},
			},
		},
		{
			"docs/errors.md has every reason of the contracts, and no other",
			ledgerReasons,
			fstest.MapFS{
				"docs/errors.md":            {Data: []byte("| `GONE` | epoch | |\n")},
				"chaincode/model/errors.go": {Data: []byte("package model\n\nconst ReasonX Reason = \"OTHER\"\n")},
			},
		},
	}
}

var (
	markdownLink = regexp.MustCompile(`\]\(([^)#\s]+)(?:#[^)]*)?\)`)
	codeSpan     = regexp.MustCompile("`([^`\n]+)`")
	serviceLine  = regexp.MustCompile(`(?m)^service (\w+) {`)
	makeCommand  = regexp.MustCompile("(?m)(?:`|^    )make ((?:[a-z-]+ ?)+)")
	makeTarget   = regexp.MustCompile(`(?m)^([a-z-]+):.*## `)
	protoErrors  = regexp.MustCompile(`(?s)(?:(?:Errors?|Reasons)\b[^:]*:|refused with)(.*?)(?:\n\s*\n|\n\s*[^\s/])`)
	reasonRow    = regexp.MustCompile("(?m)^\\| `([A-Z][A-Z0-9_]+)` \\| ([A-Z_]+|per event|HTTP \\d+) \\|")
	reasonWord   = regexp.MustCompile(`\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b`)
)

func documents(tr *tree) map[string]string {
	out := map[string]string{}
	for name, content := range tr.files {
		if path.Ext(name) == ".md" {
			out[name] = string(content)
		}
	}
	return out
}

func documentLinks(tr *tree) (violations []string) {
	for name, text := range documents(tr) {
		for _, link := range markdownLink.FindAllStringSubmatch(text, -1) {
			if !strings.Contains(link[1], "://") && !tr.has(path.Join(path.Dir(name), link[1])) {
				violations = append(violations, fmt.Sprintf("%s links to %s", name, link[1]))
			}
		}
	}
	return violations
}

// documentPaths looks at code spans that begin with a folder of the repository and hold no placeholder.
func documentPaths(tr *tree) (violations []string) {
	for name, text := range documents(tr) {
		for _, span := range codeSpan.FindAllStringSubmatch(text, -1) {
			p := strings.TrimSuffix(span[1], "/")
			top, _, nested := strings.Cut(p, "/")
			if nested && !strings.ContainsAny(p, "<>*{}$ …,:") && tr.has(top) && !tr.has(p) {
				violations = append(violations, fmt.Sprintf("%s names %s", name, p))
			}
		}
	}
	return violations
}

// folderMap looks for the folders of the root and for those of internal/ and services/.
func folderMap(tr *tree) (violations []string) {
	mapped := map[string]bool{}
	for _, span := range codeSpan.FindAllStringSubmatch(string(tr.files["CONTRIBUTING.md"]), -1) {
		mapped[span[1]] = true
	}
	missing := map[string]bool{}
	for p := range tr.files {
		parts := strings.Split(p, "/")
		folder := parts[0]
		if len(parts) > 2 && (folder == "internal" || folder == "services") {
			folder = path.Join(folder, parts[1])
		}
		if len(parts) > 1 && folder != "internal" && folder != "services" && !mapped[folder] {
			missing[folder] = true
		}
	}
	for _, folder := range slices.Sorted(maps.Keys(missing)) {
		violations = append(violations, "CONTRIBUTING.md does not say what "+folder+" is")
	}
	return violations
}

func rpcServices(tr *tree) (violations []string) {
	for name, content := range tr.files {
		if servicePath.FindString(name) == "" {
			continue
		}
		for _, service := range serviceLine.FindAllSubmatch(content, -1) {
			if !strings.Contains(string(tr.files["README.md"]), "`"+string(service[1])+"`") {
				violations = append(violations, fmt.Sprintf("README.md lacks %s of %s", service[1], name))
			}
		}
	}
	return violations
}

// makeTargets looks at commands in code spans and blocks.
func makeTargets(tr *tree) (violations []string) {
	targets := map[string]bool{}
	for _, target := range makeTarget.FindAllSubmatch(tr.files["Makefile"], -1) {
		targets[string(target[1])] = true
	}
	for name, text := range documents(tr) {
		for _, command := range makeCommand.FindAllStringSubmatch(text, -1) {
			for _, target := range strings.Fields(command[1]) {
				if !targets[target] {
					violations = append(violations, fmt.Sprintf("%s says make %s", name, target))
				}
			}
		}
	}
	return violations
}

// errorReasons compares docs/errors.md with the reasons that the protos name and the code makes, and with their codes.
func errorReasons(tr *tree) (violations []string) {
	written := map[string]string{}
	for _, row := range reasonRow.FindAllStringSubmatch(string(tr.files["docs/errors.md"]), -1) {
		written[row[1]] = row[2]
	}
	codes := madeReasons(tr)
	known := namedReasons(tr)
	for reason, code := range codes {
		known[reason] = true
		if got, ok := written[reason]; ok && code != "" && got != code {
			violations = append(violations, fmt.Sprintf("docs/errors.md gives %s the code %s, the code gives it %s", reason, got, code))
		}
	}
	for _, reason := range slices.Sorted(maps.Keys(known)) {
		if written[reason] == "" {
			violations = append(violations, "docs/errors.md lacks "+reason)
		}
	}
	for reason := range written {
		if !known[reason] {
			violations = append(violations, "docs/errors.md has "+reason+", which nothing returns")
		}
	}
	return violations
}

// namedReasons are the reasons in the comments of the protos.
func namedReasons(tr *tree) map[string]bool {
	named := map[string]bool{}
	for name, content := range tr.files {
		if !strings.HasPrefix(name, "proto/pcc/") || path.Ext(name) != ".proto" {
			continue
		}
		for _, block := range protoErrors.FindAllStringSubmatch(string(content)+"\n\n", -1) {
			for _, reason := range reasonWord.FindAllString(block[1], -1) {
				named[reason] = true
			}
		}
	}
	return named
}

// madeReasons are the literal reasons in code that is no test, with the code of their kind: of apperr.New, and, without a
// code, of the gateway's own refusals.
func madeReasons(tr *tree) map[string]string {
	made := map[string]string{}
	for _, f := range tr.gos {
		if f.test || f.generated {
			continue
		}
		ast.Inspect(f.syntax, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CallExpr:
				if len(n.Args) > 2 && isSelector(n.Fun, "apperr", "New") {
					note(made, n.Args[1], n.Args[0])
				}
			case *ast.KeyValueExpr:
				if key, ok := n.Key.(*ast.Ident); ok && key.Name == "Reason" && within(f.dir, "gateway") {
					note(made, n.Value, nil)
				}
			}
			return true
		})
	}
	return made
}

// note records a reason that is a literal, with the code of its kind when that is a constant's name.
func note(made map[string]string, reason, kind ast.Expr) {
	literal, ok := reason.(*ast.BasicLit)
	if !ok {
		return
	}
	text, err := strconv.Unquote(literal.Value)
	if err != nil {
		return
	}
	if _, known := made[text]; !known {
		made[text] = ""
	}
	if name, ok := kind.(*ast.SelectorExpr); ok {
		made[text] = statusCode(name.Sel.Name)
	}
}

func isSelector(e ast.Expr, x, name string) bool {
	s, ok := e.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	id, ok := s.X.(*ast.Ident)
	return ok && id.Name == x && s.Sel.Name == name
}

// statusCode is the gRPC code of an apperr kind: its name in upper snake case.
func statusCode(kind string) string {
	return strings.Map(unicode.ToUpper, snakeCase(kind))
}
