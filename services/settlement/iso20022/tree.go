package iso20022

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/pcc-platform/pcc/internal/apperr"
)

const (
	// MaxDocument bounds the bytes of a document that is read; in base64 it fits a request of REST.
	MaxDocument = 3_000_000
	// maxDepth bounds how deep elements may nest; the messages' own need fewer than 20.
	maxDepth = 40
	// byteOrderMark may begin a document in UTF-8.
	byteOrderMark = "\ufeff"
)

// node is an element of a document.
type node struct {
	name       xml.Name
	attributes []xml.Attr
	children   []*node
	text       string
	raw        []byte // of text, while it is read
	parent     *node
	// nth counts the element among its parent's children of the same name, from 1.
	nth int
}

// path is where the element is. The number of a first one is left out.
func (n *node) path() string {
	step := n.name.Local
	if n.nth > 1 {
		step = fmt.Sprintf("%s[%d]", step, n.nth)
	}
	if n.parent == nil {
		return step
	}
	return n.parent.path() + "/" + step
}

// at is the first descendant by a path of names, nil when there is none.
func (n *node) at(names ...string) *node {
	for _, name := range names {
		all := n.all(name)
		if len(all) == 0 {
			return nil
		}
		n = all[0]
	}
	return n
}

// all lists the children of a name.
func (n *node) all(name string) (out []*node) {
	if n == nil {
		return nil
	}
	for _, c := range n.children {
		if c.name.Local == name {
			out = append(out, c)
		}
	}
	return out
}

// value is the text of a descendant, "" when there is none.
func (n *node) value(names ...string) string {
	if found := n.at(names...); found != nil {
		return found.text
	}
	return ""
}

// attribute is the value of an attribute without a namespace.
func (n *node) attribute(name string) (value string, ok bool) {
	for _, a := range n.attributes {
		if a.Name.Space == "" && a.Name.Local == name {
			return a.Value, true
		}
	}
	return "", false
}

func malformed(format string, args ...any) *apperr.Error {
	return apperr.New(apperr.InvalidArgument, "DOCUMENT_MALFORMED", format, args...).WithField("document")
}

// parse reads a document of at most MaxDocument bytes in UTF-8. It takes elements, attributes, text and comments; entities
// but XML's own five, a DTD and processing instructions are refused, so that what was checked is all there is.
func parse(document []byte) (*node, error) {
	if len(document) > MaxDocument {
		return nil, malformed("a document has at most %d bytes", MaxDocument)
	}
	decoder := xml.NewDecoder(bytes.NewReader(bytes.TrimPrefix(document, []byte(byteOrderMark))))
	builder := &treeBuilder{}
	for {
		declarationMayCome := decoder.InputOffset() == 0
		token, err := decoder.Token()
		switch {
		case errors.Is(err, io.EOF) && builder.open == nil && builder.root != nil:
			return builder.root, nil
		case err != nil:
			return nil, malformed("the document is not well-formed XML in UTF-8").Wrap(err)
		}
		if err := builder.add(token, declarationMayCome); err != nil {
			return nil, err
		}
	}
}

// treeBuilder makes a tree of tokens.
type treeBuilder struct {
	root, open *node
	depth      int
}

func (b *treeBuilder) add(token xml.Token, declarationMayCome bool) error {
	switch t := token.(type) {
	case xml.StartElement:
		return b.start(t)
	case xml.EndElement:
		b.open.text, b.open.raw = string(b.open.raw), nil
		b.open = b.open.parent
		b.depth--
	case xml.CharData:
		if b.open != nil {
			b.open.raw = append(b.open.raw, t...)
		} else if strings.Trim(string(t), xmlSpace) != "" {
			return malformed("text outside the document element")
		}
	case xml.ProcInst:
		if t.Target != "xml" || !declarationMayCome {
			return malformed("processing instructions are not taken")
		}
	case xml.Directive:
		return malformed("a document type declaration is not taken")
	}
	return nil
}

func (b *treeBuilder) start(t xml.StartElement) error {
	if b.open == nil && b.root != nil {
		return malformed("a second document element")
	}
	if b.depth++; b.depth > maxDepth {
		return malformed("elements nest deeper than %d", maxDepth)
	}
	for i, a := range t.Attr {
		if slices.ContainsFunc(t.Attr[:i], func(other xml.Attr) bool { return other.Name == a.Name }) {
			return malformed("an attribute comes twice")
		}
	}
	n := &node{name: t.Name, attributes: t.Copy().Attr, parent: b.open, nth: 1}
	if b.open == nil {
		b.root = n
	} else {
		// Siblings of one name follow each other in these messages, so the one before tells the number.
		if last := len(b.open.children); last > 0 && b.open.children[last-1].name == n.name {
			n.nth = b.open.children[last-1].nth + 1
		}
		b.open.children = append(b.open.children, n)
	}
	b.open = n
	return nil
}
