package archtest_test

import (
	"fmt"
	"go/ast"
	"path"
	"regexp"
	"strings"
	"unicode/utf8"
)

const (
	maxFileLines = 450
	maxMainLines = 20
)

// styleRules are about the text of hand-written files.
func styleRules() []rule {
	return []rule{
		{
			fmt.Sprintf("a file has at most %d lines", maxFileLines),
			handWritten(func(f *goFile) []string {
				if f.lines <= maxFileLines {
					return nil
				}
				return []string{fmt.Sprintf("%s has %d lines", f.path, f.lines)}
			}),
			oneFile("a.go", "package a\n"+strings.Repeat("\n", maxFileLines)),
		},
		{
			fmt.Sprintf("a main has at most %d lines", maxMainLines),
			handWritten(func(f *goFile) []string {
				isMain, _ := path.Match("cmd/*/main.go", strings.TrimPrefix(f.path, "chaincode/"))
				if !isMain || f.lines <= maxMainLines {
					return nil
				}
				return []string{fmt.Sprintf("%s has %d lines", f.path, f.lines)}
			}),
			oneFile("cmd/a/main.go", "package main\n"+strings.Repeat("\n", maxMainLines)),
		},
		{
			"nothing runs before main",
			handWritten(func(f *goFile) (violations []string) {
				for _, d := range f.syntax.Decls {
					if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == "init" {
						violations = append(violations, f.at(fn.Pos())+" declares init")
					}
				}
				return violations
			}),
			oneFile("a.go", "package a\n\nfunc init() {}\n"),
		},
		{
			"only main exits",
			handWritten(func(f *goFile) []string {
				if f.syntax.Name.Name == "main" {
					return nil
				}
				return calls(f, "os", "Exit")
			}),
			oneFile("a.go", "package a\n\nimport \"os\"\n\nfunc f() { os.Exit(1) }\n"),
		},
		{
			"tests neither sleep nor skip",
			handWritten(func(f *goFile) []string {
				if !f.test && !within(f.dir, "internal/testkit") {
					return nil
				}
				return append(calls(f, "time", "Sleep"), calls(f, "t", "Skip", "Skipf", "SkipNow")...)
			}),
			oneFile("a_test.go", "package a\n\nfunc TestA(t *testing.T) { t.Skip() }\n"),
		},
		{
			"money is no floating point number",
			handWritten(func(f *goFile) (violations []string) {
				if serviceOf(f.path) != "settlement" {
					return nil
				}
				ast.Inspect(f.syntax, func(n ast.Node) bool {
					if id, ok := n.(*ast.Ident); ok && (id.Name == "float32" || id.Name == "float64") {
						violations = append(violations, f.at(id.Pos())+" uses "+id.Name)
					}
					return true
				})
				return violations
			}),
			oneFile("services/settlement/a.go", "package settlement\n\nvar price float64\n"),
		},
		{
			"work left to do is no comment",
			handWritten(func(f *goFile) (violations []string) {
				for _, group := range f.syntax.Comments {
					for _, c := range group.List {
						if left := leftover.FindString(c.Text); left != "" {
							violations = append(violations, f.at(c.Pos())+" says "+left)
						}
					}
				}
				return violations
			}),
			oneFile("a.go", "package a\n\n// T"+"ODO: later\n"),
		},
		{
			"no path of one machine",
			func(tr *tree) (violations []string) {
				for name, content := range tr.files {
					if found := machinePath.Find(content); found != nil && utf8.Valid(content) {
						violations = append(violations, fmt.Sprintf("%s names %s", name, found))
					}
				}
				return violations
			},
			oneFile("README.md", "see /"+"home/ann/pcc\n"),
		},
	}
}

var (
	leftover    = regexp.MustCompile(`\b(TODO|FIXME|XXX|HACK)\b`)
	machinePath = regexp.MustCompile(`/(home|Users|root|work|mnt)/[a-z][\w.-]*`)
)

// handWritten makes a check out of one that looks at a single file.
func handWritten(check func(*goFile) []string) func(*tree) []string {
	return func(tr *tree) (violations []string) {
		for _, f := range tr.gos {
			if !f.generated {
				violations = append(violations, check(f)...)
			}
		}
		return violations
	}
}

// calls finds uses of x.name for the names given.
func calls(f *goFile, x string, names ...string) (violations []string) {
	ast.Inspect(f.syntax, func(n ast.Node) bool {
		selector, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		id, ok := selector.X.(*ast.Ident)
		for _, name := range names {
			if ok && id.Name == x && selector.Sel.Name == name {
				violations = append(violations, fmt.Sprintf("%s calls %s.%s", f.at(n.Pos()), x, name))
			}
		}
		return true
	})
	return violations
}
