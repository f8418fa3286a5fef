package access

import (
	"encoding/hex"

	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/chaincode/model/canonical"
)

// readHex reads a line with a hash by which a record is found: such hashes are in
// hexadecimal, as in keys and names; those of predecessors are in base64.
func readHex(l *canonical.Lines, what string) model.Hash { return parseHex(l, what, l.Next(what)) }

func parseHex(l *canonical.Lines, what, text string) (h model.Hash) {
	h, ok := ParseHash(text)
	if !ok {
		l.Fail(what + " is not a SHA-256 digest in lower-case hexadecimal")
	}
	return h
}

// ParseHash decodes 64 lower-case hexadecimal digits, such as the id of a request.
func ParseHash(text string) (model.Hash, bool) {
	raw, err := hex.DecodeString(text)
	if err != nil || len(raw) != len(model.Hash{}) || model.Hash(raw).String() != text {
		return model.Hash{}, false
	}
	return model.Hash(raw), true
}
