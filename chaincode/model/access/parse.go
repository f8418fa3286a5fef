package access

import (
	"strconv"
	"strings"
)

const policyPrefix = "policy:"

// ParseExpression decodes an expression; the grammar is in the package's
// documentation. Spaces are free, and parentheses that change nothing are left out:
// String returns the one text, and only that text is allowed in a policy. What
// breaks the grammar or a limit is a MALFORMED_RECORD that says where.
func ParseExpression(text string) (Expression, error) {
	if len(text) > MaxRecordBytes {
		return Expression{}, malformed("an expression of %d bytes, at most %d are allowed", len(text), MaxRecordBytes)
	}
	p := &parser{rest: text, length: len(text)}
	e, err := p.expression(1)
	if err != nil {
		return Expression{}, err
	}
	if p.peek() != 0 {
		return Expression{}, p.fail("an operator or the end is missing")
	}
	return e, nil
}

// parser reads from the left. Its recursion is bounded by MaxDepth.
type parser struct {
	rest   string
	length int
	atoms  int
}

func (p *parser) fail(what string) error {
	return malformed("expression, at byte %d: %s", p.length-len(p.rest)+1, what)
}

// peek returns the next byte that is no space, or 0 at the end.
func (p *parser) peek() byte {
	p.rest = strings.TrimLeft(p.rest, " ")
	if p.rest == "" {
		return 0
	}
	return p.rest[0]
}

// take consumes c if it is next.
func (p *parser) take(c byte) bool {
	if p.peek() != c {
		return false
	}
	p.rest = p.rest[1:]
	return true
}

func (p *parser) expression(depth int) (Expression, error) {
	first, err := p.term(depth)
	if err != nil {
		return Expression{}, err
	}
	operator := p.peek()
	if operator != '&' && operator != '|' {
		return first, nil
	}
	parts := []Expression{first}
	for p.take(operator) {
		next, err := p.term(depth)
		if err != nil {
			return Expression{}, err
		}
		parts = append(parts, next)
	}
	if other := p.peek(); other == '&' || other == '|' {
		return Expression{}, p.fail("& and | are mixed: say by parentheses which comes first")
	}
	if operator == '&' {
		return Expression{kind: isAll, need: len(parts), parts: parts}, nil
	}
	return Expression{kind: isAny, need: 1, parts: parts}, nil
}

func (p *parser) term(depth int) (Expression, error) {
	if p.take('(') {
		if depth == MaxDepth {
			return Expression{}, p.fail("brackets are too deep")
		}
		inner, err := p.expression(depth + 1)
		if err != nil {
			return Expression{}, err
		}
		if !p.take(')') {
			return Expression{}, p.fail("a ) is missing")
		}
		return inner, nil
	}
	word := p.word()
	if word == "" {
		return Expression{}, p.fail("an identity is missing")
	}
	if strings.Trim(word, "0123456789") == "" {
		return p.threshold(word, depth)
	}
	return p.atom(word)
}

// threshold reads what follows the number in "2 of (a, b, c)".
func (p *parser) threshold(number string, depth int) (Expression, error) {
	need, err := strconv.Atoi(number)
	if err != nil || p.word() != "of" || !p.take('(') {
		return Expression{}, p.fail(`not of the form "2 of (a, b, c)"`)
	}
	if depth == MaxDepth {
		return Expression{}, p.fail("brackets are too deep")
	}
	e := Expression{kind: isThreshold, need: need}
	for more := true; more; more = p.take(',') {
		part, err := p.expression(depth + 1)
		if err != nil {
			return Expression{}, err
		}
		e.parts = append(e.parts, part)
	}
	if !p.take(')') {
		return Expression{}, p.fail("a , or a ) is missing")
	}
	if need < 1 || need > len(e.parts) {
		return Expression{}, p.fail("the number is not between 1 and that of the parts")
	}
	return e, nil
}

func (p *parser) atom(word string) (Expression, error) {
	if p.atoms++; p.atoms > MaxAtoms {
		return Expression{}, p.fail("too many identities")
	}
	if named, found := strings.CutPrefix(word, policyPrefix); found {
		id, action, _ := strings.Cut(named, "/")
		a := Atom{Policy: PolicyID(id), Action: Action(action)}
		if !a.Policy.Valid() || !a.Action.Known() {
			return Expression{}, p.fail("malformed policy")
		}
		return Expression{atom: a}, nil
	}
	a := Atom{Identity: Identity(word)}
	if a.Identity != AnyMember && !a.Identity.Valid() {
		return Expression{}, p.fail("malformed identity")
	}
	return Expression{atom: a}, nil
}

// word consumes the bytes up to a space or a sign of the grammar.
func (p *parser) word() string {
	p.peek()
	end := strings.IndexAny(p.rest, " &|(),")
	if end < 0 {
		end = len(p.rest)
	}
	word := p.rest[:end]
	p.rest = p.rest[end:]
	return word
}
