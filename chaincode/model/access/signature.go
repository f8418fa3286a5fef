package access

import (
	"strings"

	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/chaincode/model/canonical"
)

// Limits of signatures.
const (
	MaxSignatures      = 16       // over one text
	MaxSignaturesBytes = 16 << 10 // of their text
)

// Signature is one over the SHA-256 of a text.
type Signature struct {
	Identity Identity // a member, who signs by its access key, or a key
	Bytes    []byte   // 64, see Identity.Verify
}

// Signatures are those over one text, each identity once, in byte order.
type Signatures []Signature

// String returns the text that ParseSignatures decodes: "<identity> <signature,
// base64>", one line each. It is not signed or hashed itself.
func (s Signatures) String() string {
	var b strings.Builder
	for _, one := range s {
		b.WriteString(string(one.Identity) + " " + encode64(one.Bytes) + "\n")
	}
	return b.String()
}

// ParseSignatures decodes at most MaxSignatures lines; there may be none. Any other
// text is a MALFORMED_RECORD.
func ParseSignatures(text string) (Signatures, error) {
	if len(text) > MaxSignaturesBytes {
		return nil, malformed("signatures of %d bytes, at most %d are allowed", len(text), MaxSignaturesBytes)
	}
	var all Signatures
	l := canonical.Read([]byte(text))
	for l.More() {
		fields := l.Fields("signature", 2)
		one := Signature{Identity: Identity(fields[0]), Bytes: l.ParseBytes("signature", fields[1])}
		if l.Err() != nil {
			break
		}
		_, isMember := one.Identity.MemberID()
		switch {
		case !isMember && !one.Identity.IsKey():
			return nil, malformed("signature %d is of no member and no key", len(all)+1)
		case len(all) == MaxSignatures:
			return nil, malformed("more than %d signatures", MaxSignatures)
		case len(all) > 0 && all[len(all)-1].Identity >= one.Identity:
			return nil, malformed("signatures are not in the order of their identities, each once")
		}
		all = append(all, one)
	}
	if err := l.Err(); err != nil {
		return nil, malformed("%v", err)
	}
	if all.String() != text {
		return nil, malformed("signatures are not in canonical form")
	}
	return all, nil
}

// Satisfied verifies all signatures over a digest and returns their identities.
// accessKey returns the latest access key of a member. One signature that does not
// verify is a SIGNATURE_INVALID for all: nobody sends it by accident.
func (s Signatures) Satisfied(digest model.Hash, accessKey func(member string) (Identity, error)) (Identities, error) {
	var have Identities
	for i, one := range s {
		key := one.Identity
		if member, ok := one.Identity.MemberID(); ok {
			var err error
			if key, err = accessKey(member); err != nil {
				return nil, err
			}
		}
		if !key.Verify(digest, one.Bytes) {
			return nil, model.Errorf(model.ReasonSignatureInvalid, "signature %d does not verify", i+1)
		}
		have = append(have, one.Identity)
	}
	return have, nil
}
