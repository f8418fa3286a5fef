package archtest_test

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
)

// module is the import path of the root module.
const module = "github.com/pcc-platform/pcc"

// tree is the repository as the rules see it. Paths are relative to its root, with slashes.
type tree struct {
	files map[string][]byte
	gos   []*goFile
}

// goFile is one parsed file; of a generated one only the imports are parsed.
type goFile struct {
	path      string
	dir       string
	lines     int
	test      bool
	generated bool
	imports   []string
	set       *token.FileSet
	syntax    *ast.File
}

// at renders a place in the file, for messages.
func (f *goFile) at(pos token.Pos) string {
	return fmt.Sprintf("%s:%d", f.path, f.set.Position(pos).Line)
}

// load reads every file but those of ignored folders.
func load(t *testing.T, fsys fs.FS) *tree {
	t.Helper()
	tr := &tree{files: map[string][]byte{}}
	err := fs.WalkDir(fsys, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if ignored(p) {
				return fs.SkipDir
			}
			return nil
		}
		if !d.Type().IsRegular() {
			return nil
		}
		content, err := fs.ReadFile(fsys, p)
		if err != nil {
			return err
		}
		tr.files[p] = content
		if path.Ext(p) != ".go" {
			return nil
		}
		f, err := parse(p, content)
		if err != nil {
			return err
		}
		tr.gos = append(tr.gos, f)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return tr
}

// ignored reports whether a folder is none of the repository's: tools, data and build outputs (.gitignore).
func ignored(dir string) bool {
	base := path.Base(dir)
	return dir != "." && dir != ".ci" && (strings.HasPrefix(base, ".") || base == "node_modules" || dir == "bin")
}

func parse(p string, content []byte) (*goFile, error) {
	f := &goFile{
		path: p, dir: path.Dir(p), lines: bytes.Count(content, []byte("\n")), test: strings.HasSuffix(p, "_test.go"),
		generated: bytes.HasPrefix(content, []byte("// Code generated ")), set: token.NewFileSet(),
	}
	mode := parser.ParseComments | parser.SkipObjectResolution
	if f.generated {
		mode = parser.ImportsOnly
	}
	var err error
	if f.syntax, err = parser.ParseFile(f.set, p, content, mode); err != nil {
		return nil, err
	}
	for _, spec := range f.syntax.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			return nil, err
		}
		f.imports = append(f.imports, imported)
	}
	return f, nil
}

// has reports whether a file or a folder with a file is there.
func (tr *tree) has(name string) bool {
	if _, ok := tr.files[name]; ok {
		return true
	}
	for p := range tr.files {
		if strings.HasPrefix(p, name+"/") {
			return true
		}
	}
	return false
}

// services are the names of the folders of services/.
func (tr *tree) services() []string {
	var out []string
	seen := map[string]bool{}
	for p := range tr.files {
		if s := serviceOf(p); s != "" && !seen[s] {
			seen[s] = true
			out = append(out, s)
		}
	}
	return out
}

// serviceOf returns the service that a file belongs to, or "".
func serviceOf(p string) string {
	rest, ok := strings.CutPrefix(p, "services/")
	service, _, below := strings.Cut(rest, "/")
	if !ok || !below {
		return ""
	}
	return service
}

// within reports whether an import path, or a file's folder, is root or lies below it.
func within(p, root string) bool { return p == root || strings.HasPrefix(p, root+"/") }

func withinAny(p string, roots ...string) bool {
	for _, root := range roots {
		if within(p, root) {
			return true
		}
	}
	return false
}

// standard reports whether an import path is of Go's standard library.
func standard(imported string) bool {
	first, _, _ := strings.Cut(imported, "/")
	return !strings.Contains(first, ".")
}

// oneFile is a tree of one file.
func oneFile(name, content string) fstest.MapFS { return fstest.MapFS{name: {Data: []byte(content)}} }

// importing is a tree of one Go file with one import.
func importing(name, imported string) fstest.MapFS {
	return oneFile(name, fmt.Sprintf("package p\n\nimport _ %q\n", imported))
}
