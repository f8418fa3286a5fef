package bundle

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"strings"
)

// Files of the source beside the modules.
const (
	pageFile  = "page.html"
	styleFile = "style.css"
	mainName  = "main"
)

// Places in the page that are filled.
const (
	policyPlace = "{{policy}}"
	stylePlace  = "{{style}}"
	scriptPlace = "{{script}}"
)

var (
	importLine = regexp.MustCompile(`(?m)^import (\{[^}]*\}) from "\./([\w-]+)\.js";\n`)
	exported   = regexp.MustCompile(`(?m)^export ((?:async )?(?:const|function|class) )(\w+)`)
	moduleWord = regexp.MustCompile(`(?m)^(?:import|export)\b.*`)
)

// Page joins the source into the page.
func Page(source fs.FS) ([]byte, error) {
	page, err := fs.ReadFile(source, pageFile)
	if err != nil {
		return nil, fmt.Errorf("bundle: %w", err)
	}
	style, err := fs.ReadFile(source, styleFile)
	if err != nil {
		return nil, fmt.Errorf("bundle: %w", err)
	}
	s := script{source: source, done: map[string]bool{}}
	if err := s.add(mainName); err != nil {
		return nil, err
	}
	code := "\n\"use strict\";\nconst modules = {};\n\n" + strings.TrimSpace(s.text.String()) + "\n"
	css := "\n" + strings.TrimSpace(string(style)) + "\n"
	if strings.Contains(code, "</script") || strings.Contains(css, "</style") {
		return nil, errors.New("bundle: the source would end its own element")
	}
	return []byte(strings.NewReplacer(policyPlace, policy(code, css), stylePlace, css, scriptPlace, code).Replace(string(page))), nil
}

// policy allows the page its own script and style sheet and nothing else: no connection, no frame, no form.
func policy(script, style string) string {
	return fmt.Sprintf("default-src 'none'; script-src '%s'; style-src '%s'; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
		source(script), source(style))
}

// source is the hash of an element's text as a policy names it.
func source(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

// script collects modules, each in a function of its own after those that it imports: what a module does not export nobody else
// sees, as in the source.
type script struct {
	source fs.FS
	// done says of a module that is begun whether it is ended.
	done map[string]bool
	text strings.Builder
}

func (s *script) add(name string) error {
	if ended, begun := s.done[name]; begun {
		if !ended {
			return fmt.Errorf("bundle: %s imports itself in a circle", name)
		}
		return nil
	}
	s.done[name] = false
	text, err := fs.ReadFile(s.source, name+".js")
	if err != nil {
		return fmt.Errorf("bundle: %w", err)
	}
	body := string(text)
	for _, imported := range importLine.FindAllStringSubmatch(body, -1) {
		if err := s.add(imported[2]); err != nil {
			return err
		}
	}
	var exports []string
	for _, e := range exported.FindAllStringSubmatch(body, -1) {
		exports = append(exports, e[2])
	}
	body = importLine.ReplaceAllString(body, "const $1 = modules.$2;\n")
	body = exported.ReplaceAllString(body, "$1$2")
	if left := moduleWord.FindString(body); left != "" {
		return fmt.Errorf("bundle: %s has a line that is not understood: %s", name, left)
	}
	fmt.Fprintf(&s.text, "modules.%s = (() => {\n%s\n\nreturn { %s };\n})();\n\n", name, strings.TrimSpace(body), strings.Join(exports, ", "))
	s.done[name] = true
	return nil
}
