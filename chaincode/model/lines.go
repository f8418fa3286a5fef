package model

import (
	"encoding/base64"
	"strconv"
	"strings"
)

// lines reads a canonical text line by line and remembers the first failure, so
// that a parser can read all fields and check once. It is lenient about what the
// final comparison with the re-encoded record decides anyway.
type lines struct {
	rest string
	err  *Error
}

func (l *lines) fail(what string) {
	if l.err == nil {
		l.err = Errorf(ReasonMalformed, "%s", what)
	}
}

func (l *lines) more() bool { return l.err == nil && l.rest != "" }

func (l *lines) next(what string) string {
	line, rest, found := strings.Cut(l.rest, "\n")
	if !found {
		l.fail(what + ": missing or unended line")
		return ""
	}
	l.rest = rest
	return line
}

func (l *lines) literal(want string) {
	if l.next("format line") != want {
		l.fail("format line is not " + strconv.Quote(want))
	}
}

func (l *lines) uint(what string) uint64 { return l.parseUint(what, l.next(what)) }

func (l *lines) parseUint(what, text string) uint64 {
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		l.fail(what + " is not a decimal number")
	}
	return n
}

func (l *lines) hash(what string) Hash { return l.parseHash(what, l.next(what)) }

func (l *lines) parseHash(what, text string) (h Hash) {
	raw, err := base64.StdEncoding.Strict().DecodeString(text)
	if err != nil || len(raw) != len(h) {
		l.fail(what + " is not a base64 SHA-256 digest")
		return Hash{}
	}
	return Hash(raw)
}
