package verify

import (
	"encoding/json"
	"time"
)

// Schema is the version of the document that this package reads and writes.
const Schema = "pcc-proof/v3"

// Limits of a document.
const (
	MaxDocumentBytes = 64 << 20
	// MaxEntries bounds the entries of all lists together, shown or withheld.
	MaxEntries      = 100_000
	MaxStatements   = 100_000
	MaxEndorsements = 64
	// MaxTagParts bounds the parts of a proof of a tag.
	MaxTagParts = 64
	// MaxNumber bounds every number of a document outside the views: an integer that every language holds exactly.
	MaxNumber = 1<<53 - 1

	// maxPath bounds the hashes of an inclusion proof: the depth of the largest tree.
	maxPath = 48
)

// Document is a proof document, see the package documentation.
type Document struct {
	Schema   string `json:"schema"`
	Passport string `json:"passport"`
	// Tag is the vehicle's public tag, 32 bytes. With a class it makes the key of a list.
	Tag []byte `json:"tag"`
	// TagProof is nil unless the document shows whose tag it is to those who know the VIN.
	TagProof    *TagProof `json:"tag_proof,omitzero"`
	GeneratedAt time.Time `json:"generated_at"`
	Epoch       Epoch     `json:"epoch"`
	Index       Index     `json:"index"`
	// Statements are what sources signed about events shown, each once, in the order in which entries first refer to them.
	Statements [][]byte `json:"statements"`
	// Lists are those of all classes, in the order of eventlist.Classes.
	Lists []List `json:"lists"`
}

// TagProof shows, to who knows the VIN, that the tag is that VIN's: package verify/vintag checks it.
type TagProof struct {
	// Blind is the scalar by which the VIN was blinded, 32 bytes: who has the VIN can repeat what the tag's evaluators were asked.
	Blind []byte `json:"blind"`
	// Parts are the answers of as many holders of the tag key as it takes, ascending by index; of one if one has it whole.
	Parts []TagPart `json:"parts"`
}

// TagPart is what one holder of the tag key, or of a share of it, answered.
type TagPart struct {
	// Index is the place of the holder's share, from 1.
	Index int `json:"index"`
	// Key is the public counterpart of the share, an element of 32 bytes. Those of all parts make the tag key.
	Key []byte `json:"key"`
	// Evaluation is the answer, an element of 32 bytes.
	Evaluation []byte `json:"evaluation"`
	// Proof shows that the answer was computed with the share, two scalars of 32 bytes.
	Proof []byte `json:"proof"`
}

// Epoch is the record on the ledger that the document rests on.
type Epoch struct {
	// Record is the canonical text of a model.EpochRecord.
	Record       string        `json:"record"`
	Transaction  Transaction   `json:"transaction"`
	Endorsements []Endorsement `json:"endorsements"`
}

// Transaction says where on the ledger to look for the record.
type Transaction struct {
	ID        string `json:"id"`
	Channel   string `json:"channel"`
	Chaincode string `json:"chaincode"`
	Block     uint64 `json:"block"`
}

// Endorsement is one peer's signature, as package chaincode/endorsement takes it.
type Endorsement struct {
	MSPID string `json:"msp_id"`
	// Certificate is PEM, byte for byte as in the signed identity.
	Certificate string `json:"certificate"`
	Signature   []byte `json:"signature"`
	Signed      []byte `json:"signed"`
}

// Index shows that the record is in the log of all epoch records, which witnesses watch.
type Index struct {
	// Note is the log's checkpoint with the signatures of log and witnesses, a signed note.
	Note string `json:"note"`
	// Path leads from the record, entry number-1 of the log, to the checkpoint's root; hashes of 32 bytes.
	Path [][]byte `json:"path"`
}

// List is the list of the vehicle's events of one class, with the proof of what the map of completeness says of it. It has
// either Entries or Withheld.
type List struct {
	Class string `json:"class"`
	// Proof is that of package internal/headmap/proof: of inclusion, or of non-inclusion for an empty list.
	Proof []byte `json:"proof"`
	// Entries is the whole list in its order; not nil unless the list is withheld.
	Entries  []Entry   `json:"entries,omitzero"`
	Withheld *Withheld `json:"withheld,omitzero"`
}

// Withheld is all that a document says of a list that it does not show.
type Withheld struct {
	// Count is the list's length, Root its RFC 6962 root.
	Count uint64 `json:"count"`
	Root  []byte `json:"root"`
}

// Entry is an event of a list: shown, with Leaf and View, or withheld, with Commitment alone.
type Entry struct {
	// Leaf is the exact frame that was journaled.
	Leaf []byte `json:"leaf,omitzero"`
	// View is what people are shown of the event.
	View json.RawMessage `json:"event,omitzero"`
	// Signature is what verifies the signature that the leaf names, nil if it names none.
	Signature *SignatureReference `json:"signature,omitzero"`
	// Position is where in the journal the event stands, or nil: nothing but the validity of a source's key needs it.
	Position *Position `json:"position,omitzero"`
	// Commitment is the hash of a leaf that is not shown.
	Commitment []byte `json:"commitment,omitzero"`
}

// SignatureReference is an event's way to one of the document's statements.
type SignatureReference struct {
	// Statement is the index in Document.Statements.
	Statement uint64 `json:"statement"`
	// Path leads from the event's bytes to the statement's root; hashes of 32 bytes.
	Path [][]byte `json:"path"`
}

// Signature is a source's statement and an event's way to it.
type Signature struct {
	// Statement is the sealed statement, whose hash the leaf names.
	Statement []byte
	// Path holds hashes of 32 bytes, from the event to the statement's root.
	Path [][]byte
}

// Position is an entry's place in a stream of the journal.
type Position struct {
	Stream string `json:"stream"`
	// Seq is the entry's number in the stream, from 0.
	Seq uint64 `json:"seq"`
	// Path leads from the entry to the stream's root in the epoch; hashes of 32 bytes.
	Path [][]byte `json:"path"`
}

// SignatureOf returns what the document shows of an entry's signature, nil if there is nothing. It is empty, and so no leaf's, if
// the statement is not there.
func (d Document) SignatureOf(e Entry) *Signature {
	switch {
	case e.Signature == nil:
		return nil
	case e.Signature.Statement >= uint64(len(d.Statements)):
		return &Signature{}
	}
	return &Signature{Statement: d.Statements[e.Signature.Statement], Path: e.Signature.Path}
}

// Shown reports whether the document has the event itself.
func (e Entry) Shown() bool { return e.Leaf != nil }
