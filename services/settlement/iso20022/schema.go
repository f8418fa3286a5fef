package iso20022

import (
	"slices"
	"strings"

	"github.com/pcc-platform/pcc/internal/apperr"
)

// element describes what an element may hold: children in a sequence, one of several (choice), a value, or anything.
type element struct {
	children []particle
	choice   bool
	// value says whether the text of an element without children is right.
	value func(string) bool
	// currency is true for an amount, whose one attribute is Ccy.
	currency bool
	// opaque elements are not looked into.
	opaque bool
}

// particle is a child in its place, with how often it may come.
type particle struct {
	name     string
	min, max int
	of       element
}

// unbounded is the max of what may come any number of times: MaxDocument bounds it.
const unbounded = 1 << 30

func one(name string, of element) particle   { return particle{name, 1, 1, of} }
func maybe(name string, of element) particle { return particle{name, 0, 1, of} }
func some(name string, of element) particle  { return particle{name, 1, unbounded, of} }
func many(name string, of element) particle  { return particle{name, 0, unbounded, of} }

func upTo(limit int, name string, of element) particle { return particle{name, 0, limit, of} }

func sequence(children ...particle) element { return element{children: children} }
func choice(children ...particle) element   { return element{children: children, choice: true} }
func value(ok func(string) bool) element    { return element{value: ok} }
func amount() element                       { return element{value: isAmount, currency: true} }
func opaque() element                       { return element{opaque: true} }

// schemaInstance is the namespace of attributes by which a document may say where its schema is.
const schemaInstance = "http://www.w3.org/2001/XMLSchema-instance"

func invalid(n *node, format string, args ...any) *apperr.Error {
	return apperr.New(apperr.InvalidArgument, "DOCUMENT_INVALID", format, args...).WithField(n.path())
}

// check holds a document to its description. Every element is of the message's namespace, but for what is opaque.
func check(root *node, namespace string, document element) error {
	if root.name.Local != "Document" || root.name.Space != namespace {
		return invalid(root, "the document is no %s", strings.TrimPrefix(namespace, namespacePrefix))
	}
	return document.check(root, namespace)
}

func (e element) check(n *node, namespace string) error {
	if e.opaque {
		return nil
	}
	if err := e.checkAttributes(n); err != nil {
		return err
	}
	if e.value != nil {
		if len(n.children) > 0 || !e.value(n.text) {
			return invalid(n, "the value is not of the form that the message states")
		}
		return nil
	}
	if strings.Trim(n.text, xmlSpace) != "" {
		return invalid(n, "text between elements")
	}
	for _, c := range n.children {
		if c.name.Space != namespace {
			return invalid(c, "an element of another namespace")
		}
	}
	if e.choice {
		return e.checkChoice(n, namespace)
	}
	return e.checkSequence(n, namespace)
}

func (e element) checkAttributes(n *node) error {
	for _, a := range n.attributes {
		declaration := a.Name.Space == "xmlns" || a.Name.Space == "" && a.Name.Local == "xmlns"
		location := a.Name.Space == schemaInstance && a.Name.Local == "schemaLocation"
		if !declaration && !location && (!e.currency || a.Name.Space != "" || a.Name.Local != "Ccy") {
			return invalid(n, "an attribute that the message does not have")
		}
	}
	if code, ok := n.attribute("Ccy"); e.currency && (!ok || !isCurrency(code)) {
		return invalid(n, "an amount has a currency of three letters")
	}
	return nil
}

func (e element) checkSequence(n *node, namespace string) error {
	rest := n.children
	for _, p := range e.children {
		count := slices.IndexFunc(rest, func(c *node) bool { return c.name.Local != p.name })
		if count < 0 {
			count = len(rest)
		}
		switch {
		case count < p.min && len(rest) > 0:
			return invalid(rest[0], "%s is missing before the element, or the element is unknown or out of its place", p.name)
		case count < p.min || count > p.max:
			return invalid(n, "%s comes %d times", p.name, count)
		}
		for _, c := range rest[:count] {
			if err := p.of.check(c, namespace); err != nil {
				return err
			}
		}
		rest = rest[count:]
	}
	if len(rest) > 0 {
		return invalid(rest[0], "the element is unknown or out of its place")
	}
	return nil
}

func (e element) checkChoice(n *node, namespace string) error {
	if len(n.children) == 1 {
		for _, p := range e.children {
			if p.name == n.children[0].name.Local {
				return p.of.check(n.children[0], namespace)
			}
		}
	}
	return invalid(n, "exactly one of the alternatives is needed")
}
