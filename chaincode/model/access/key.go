package access

import (
	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/chaincode/model/canonical"
)

const accessKeyFormat = "pcc-access-key/v1"

// Key is one version of an access key, by which a member signs what it wants others to
// give it access for. It is registered by the member's own organisation on the
// ledger, with a signature by the new key: so nobody has another's key as its own.
type Key struct {
	Member  string   // member id
	Version uint64   // 1 for the first, then without gaps
	Key     Identity // a key
}

// Canonical returns the one encoding of k:
//
//	pcc-access-key/v1
//	<member id>
//	<version>
//	<key>
func (k Key) Canonical() ([]byte, error) { return canonicalText(k, MaxRecordBytes) }

// Hash returns the SHA-256 of k's canonical text, or the error of Canonical.
func (k Key) Hash() (model.Hash, error) { return hashOf(k, MaxRecordBytes) }

// ParseKey decodes canonical text. Any other text is a MALFORMED_RECORD.
func ParseKey(text []byte) (Key, error) {
	return parse(text, accessKeyFormat, MaxRecordBytes, func(l *canonical.Lines) Key {
		return Key{Member: l.Next("member"), Version: l.Uint("version"), Key: Identity(l.Next("key"))}
	})
}

func (k Key) encode() string {
	return text(accessKeyFormat, k.Member, decimal(k.Version), string(k.Key))
}

func (k Key) validate() error {
	switch {
	case !isMemberID(k.Member):
		return malformed("access key: malformed member id")
	case k.Version == 0:
		return malformed("access key: versions are numbered from 1")
	case !k.Key.IsKey():
		return malformed("access key: malformed key")
	}
	return nil
}
