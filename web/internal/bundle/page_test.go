package bundle_test

import (
	"crypto/sha256"
	"encoding/base64"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/pcc-platform/pcc/web/internal/bundle"
)

// source is a page whose main module has the given text.
func source(main string, modules map[string]string) fstest.MapFS {
	files := fstest.MapFS{
		"page.html": {Data: []byte("<meta {{policy}}><style>{{style}}</style><script>{{script}}</script>")},
		"style.css": {Data: []byte("b { color: red; }")},
		"main.js":   {Data: []byte(main)},
	}
	for name, text := range modules {
		files[name+".js"] = &fstest.MapFile{Data: []byte(text)}
	}
	return files
}

// TestModulesComeAfterThoseTheyImport and each comes once.
func TestModulesComeAfterThoseTheyImport(t *testing.T) {
	page, err := bundle.Page(source("import { a } from \"./a.js\";\nimport { b } from \"./b.js\";\na(b);\n", map[string]string{
		"a": "import { b } from \"./b.js\";\n\nexport function a() { return b; }\n",
		"b": "export const b = 1;\n",
	}))
	if err != nil {
		t.Fatal(err)
	}
	text := string(page)
	a, b, main := strings.Index(text, "modules.a = "), strings.Index(text, "modules.b = "), strings.Index(text, "modules.main = ")
	if b < 0 || a < b || main < a || strings.Count(text, "const b = 1;") != 1 || strings.Contains(text, "export") {
		t.Errorf("page:\n%s", text)
	}
	for _, element := range []string{"style", "script"} {
		_, rest, _ := strings.Cut(text, "<"+element+">")
		content, _, _ := strings.Cut(rest, "</"+element+">")
		sum := sha256.Sum256([]byte(content))
		if !strings.Contains(text, element+"-src 'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+"'") {
			t.Errorf("the policy does not allow the page's %s", element)
		}
	}
}

func TestWhatIsNotUnderstoodIsRefused(t *testing.T) {
	for name, files := range map[string]fstest.MapFS{
		"a circle":         source("import { a } from \"./a.js\";\n", map[string]string{"a": "import { main } from \"./main.js\";\n"}),
		"no such module":   source("import { a } from \"./a.js\";\n", nil),
		"a namespace":      source("import * as a from \"./a.js\";\n", map[string]string{"a": ""}),
		"a default export": source("export default 1;\n", nil),
		"an element's end": source("const a = \"</script>\";\n", nil),
		"no page":          {"main.js": {}, "style.css": {}},
		"no style":         {"main.js": {}, "page.html": {}},
	} {
		if page, err := bundle.Page(files); err == nil {
			t.Errorf("%s:\n%s", name, page)
		}
	}
}
