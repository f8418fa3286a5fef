package model

import (
	"encoding/base64"
	"encoding/binary"
	"strconv"
	"strings"

	"github.com/pcc-platform/pcc/chaincode/model/canonical"
)

// Limits of a note.
const (
	MaxNoteBytes      = 64 << 10 // bytes of a signed note
	MaxNoteSignatures = 128      // signature lines
)

const signaturePrefix = "— " // em dash and space, U+2014 U+0020

// Note is a checkpoint of the index log, by c2sp.org/tlog-checkpoint, in a signed
// note by c2sp.org/signed-note:
//
//	<origin>
//	<size>
//	<root, base64>
//
//	— <key name> base64(key ID, 4 bytes || signature)     (one line a signature)
//
// Only ParseNote makes one. It holds the text and the lines, and says nothing of
// whether a signature verifies.
type Note struct {
	Origin string // names the log: a-z, 0-9, '.', '/' and '-', at most MaxKeyNameBytes
	Size   uint64 // epochs
	Root   Hash   // RFC 6962 root over their leaves, see EpochRecord.IndexLeaf

	text       string // what is signed: the lines before the empty one
	signatures []signature
}

// signature is one signature line.
type signature struct {
	name  string
	keyID uint32
	bytes []byte
}

// ParseNote decodes a signed note whose text has these three lines and no other,
// in the one form that each line has. Names of keys are as origins are: nothing on
// the ledger is free text. Any other text is a NOTE_MALFORMED.
func ParseNote(signed []byte) (Note, error) {
	if len(signed) > MaxNoteBytes {
		return Note{}, Errorf(ReasonNoteMalformed, "note of %d bytes, at most %d are allowed", len(signed), MaxNoteBytes)
	}
	body, lines, found := strings.Cut(string(signed), "\n\n")
	if !found {
		return Note{}, Errorf(ReasonNoteMalformed, "no empty line before the signatures")
	}
	n, err := parseCheckpoint(body + "\n")
	if err != nil {
		return Note{}, err
	}
	for line := range strings.Lines(lines) {
		if len(n.signatures) == MaxNoteSignatures {
			return Note{}, Errorf(ReasonNoteMalformed, "more than %d signature lines", MaxNoteSignatures)
		}
		s, ok := parseSignature(line)
		if !ok {
			return Note{}, Errorf(ReasonNoteMalformed, "signature line %d is malformed", len(n.signatures)+1)
		}
		n.signatures = append(n.signatures, s)
	}
	if len(n.signatures) == 0 {
		return Note{}, Errorf(ReasonNoteMalformed, "no signature line")
	}
	return n, nil
}

func parseCheckpoint(text string) (Note, error) {
	l := canonical.Read([]byte(text))
	n := Note{Origin: l.Next("origin"), Size: l.Uint("size"), Root: l.Digest("root"), text: text}
	switch {
	case l.Err() != nil:
		return Note{}, Errorf(ReasonNoteMalformed, "%v", l.Err())
	case !canonical.IsName(n.Origin, MaxKeyNameBytes, isKeyNameByte):
		return Note{}, Errorf(ReasonNoteMalformed, "malformed origin")
	case n.Origin+"\n"+strconv.FormatUint(n.Size, 10)+"\n"+n.Root.base64()+"\n" != text:
		return Note{}, Errorf(ReasonNoteMalformed, "the checkpoint is not in canonical form, or has more lines")
	}
	return n, nil
}

// parseSignature decodes one line with its newline.
func parseSignature(line string) (signature, bool) {
	rest, dashed := strings.CutPrefix(line, signaturePrefix)
	rest, ended := strings.CutSuffix(rest, "\n")
	name, encoded, split := strings.Cut(rest, " ")
	if !dashed || !ended || !split || !canonical.IsName(name, MaxKeyNameBytes, isKeyNameByte) {
		return signature{}, false
	}
	raw, err := base64.StdEncoding.Strict().DecodeString(encoded)
	// The decoder skips line breaks, so that only encoding again tells the one form.
	if err != nil || len(raw) <= keyIDBytes || base64.StdEncoding.EncodeToString(raw) != encoded {
		return signature{}, false
	}
	return signature{name: name, keyID: binary.BigEndian.Uint32(raw), bytes: raw[keyIDBytes:]}, true
}
