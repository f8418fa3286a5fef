package access

import (
	"crypto/sha256"
	"encoding/base64"
	"slices"
	"strconv"
	"strings"

	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/chaincode/model/canonical"
)

// MaxRecordBytes bounds every canonical text that is not a batch.
const MaxRecordBytes = 8 << 10

// none stands for an absent value in a text.
const none = "-"

// everything stands for all members, purposes or classes in a text.
const everything = "*"

// record is one text of the ledger.
type record interface {
	encode() string
	validate() error // what can be judged without another record
}

// canonicalText returns the one encoding of r, or the MALFORMED_RECORD that it is.
func canonicalText(r record, limit int) ([]byte, error) {
	if err := r.validate(); err != nil {
		return nil, err
	}
	text := r.encode()
	if len(text) > limit {
		return nil, malformed("a text of %d bytes, at most %d are allowed", len(text), limit)
	}
	return []byte(text), nil
}

func hashOf(r record, limit int) (model.Hash, error) {
	text, err := canonicalText(r, limit)
	if err != nil {
		return model.Hash{}, err
	}
	return sha256.Sum256(text), nil
}

// parse decodes a canonical text; any other is a MALFORMED_RECORD.
func parse[R record](text []byte, format string, limit int, read func(*canonical.Lines) R) (R, error) {
	var zero R
	if len(text) > limit {
		return zero, malformed("a text of %d bytes, at most %d are allowed", len(text), limit)
	}
	l := canonical.Read(text)
	l.Literal(format)
	r := read(l)
	if err := l.Err(); err != nil {
		return zero, malformed("%v", err)
	}
	if err := r.validate(); err != nil {
		return zero, err
	}
	if r.encode() != string(text) {
		return zero, malformed("%s: not in canonical form", format)
	}
	return r, nil
}

func malformed(format string, args ...any) *model.Error {
	return model.Errorf(model.ReasonMalformed, format, args...)
}

// text joins lines, each with its end.
func text(lines ...string) string { return strings.Join(lines, "\n") + "\n" }

func decimal[N int64 | uint64](n N) string {
	if n < 0 {
		return none // validate refuses it
	}
	return strconv.FormatUint(uint64(n), 10)
}

func encode64(raw []byte) string { return base64.StdEncoding.EncodeToString(raw) }

// list is a comma separated list of values in byte order, or everything if it is empty.
func list[S ~string](values []S) string {
	if len(values) == 0 {
		return everything
	}
	parts := make([]string, len(values))
	for i, v := range values {
		parts[i] = string(v)
	}
	return strings.Join(parts, ",")
}

func parseList[S ~string](line string) []S {
	if line == everything {
		return nil
	}
	var values []S
	for part := range strings.SplitSeq(line, ",") {
		values = append(values, S(part))
	}
	return values
}

// isSubset reports whether values are some of known, in byte order and unique.
func isSubset[S ~string](values, known []S) bool {
	for i, v := range values {
		if !slices.Contains(known, v) || i > 0 && values[i-1] >= v {
			return false
		}
	}
	return true
}

// covers reports whether values, of which none means all, include v.
func covers[S ~string](values []S, v S) bool { return len(values) == 0 || slices.Contains(values, v) }

func isMemberID(id string) bool {
	return canonical.IsName(id, model.MaxMemberIDBytes, canonical.IsIDByte)
}
