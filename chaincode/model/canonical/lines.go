// Package canonical reads the text of the ledger's records: lines of UTF-8, each
// ended by "\n".
//
// A record has exactly one text. [Lines] is lenient about what that rule decides
// anyway: whoever parses a record encodes it again and compares.
package canonical

import (
	"encoding/base64"
	"errors"
	"math"
	"strconv"
	"strings"
)

const digestBytes = 32

// Lines reads a text line by line and remembers the first failure, so that a
// parser can read all fields and look once.
type Lines struct {
	rest string
	err  error
}

// Read returns the lines of text.
func Read(text []byte) *Lines { return &Lines{rest: string(text)} }

// Err returns what failed first, or nil.
func (l *Lines) Err() error { return l.err }

// Fail makes Err say what, unless something failed before.
func (l *Lines) Fail(what string) {
	if l.err == nil {
		l.err = errors.New(what)
	}
}

// More reports whether there is text left and nothing failed.
func (l *Lines) More() bool { return l.err == nil && l.rest != "" }

// Rest returns what is left, and leaves nothing.
func (l *Lines) Rest() []byte {
	rest := l.rest
	l.rest = ""
	return []byte(rest)
}

// Next returns the next line without its end.
func (l *Lines) Next(what string) string {
	line, rest, found := strings.Cut(l.rest, "\n")
	if !found {
		l.Fail(what + ": missing or unended line")
		return ""
	}
	l.rest = rest
	return line
}

// Literal fails unless the next line is want.
func (l *Lines) Literal(want string) {
	if l.Next("format line") != want {
		l.Fail("format line is not " + strconv.Quote(want))
	}
}

// Fields returns the n fields of the next line, separated by single spaces; n
// empty ones after a failure.
func (l *Lines) Fields(what string, n int) []string {
	fields := strings.Split(l.Next(what), " ")
	if len(fields) != n {
		l.Fail(what + " does not have " + strconv.Itoa(n) + " fields")
		return make([]string, n)
	}
	return fields
}

// Uint reads a line with a decimal number.
func (l *Lines) Uint(what string) uint64 { return l.ParseUint(what, l.Next(what)) }

// ParseUint reads a decimal number.
func (l *Lines) ParseUint(what, text string) uint64 {
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		l.Fail(what + " is not a decimal number")
	}
	return n
}

// Int reads a line with a decimal number of 63 bits, such as a time.
func (l *Lines) Int(what string) int64 { return l.ParseInt(what, l.Next(what)) }

// ParseInt reads a decimal number of 63 bits.
func (l *Lines) ParseInt(what, text string) int64 {
	n := l.ParseUint(what, text)
	if n > math.MaxInt64 {
		l.Fail(what + " is out of range")
		return 0
	}
	return int64(n)
}

// Digest reads a line with 32 bytes in base64.
func (l *Lines) Digest(what string) [digestBytes]byte { return l.ParseDigest(what, l.Next(what)) }

// ParseDigest reads 32 bytes in base64.
func (l *Lines) ParseDigest(what, text string) (digest [digestBytes]byte) {
	raw := l.ParseBytes(what, text)
	if len(raw) != digestBytes {
		l.Fail(what + " is not a base64 SHA-256 digest")
		return digest
	}
	return [digestBytes]byte(raw)
}

// ParseBytes reads base64 with padding.
func (l *Lines) ParseBytes(what, text string) []byte {
	raw, err := base64.StdEncoding.Strict().DecodeString(text)
	if err != nil {
		l.Fail(what + " is not base64")
	}
	return raw
}
