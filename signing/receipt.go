package signing

import (
	"crypto"
	"crypto/sha256"
	"fmt"
	"time"
)

const (
	receiptType = "pcc.acceptance-receipt/1"
	// maxStreamBytes bounds the name of a stream, maxDelay what may be promised.
	maxStreamBytes = 128
	maxDelay       = 30 * 24 * time.Hour
)

// AcceptedEvent is an event as a receipt names it.
type AcceptedEvent struct {
	// Source and ID are the CloudEvent's; neither holds a NUL.
	Source, ID string
	// Content is the SHA-256 of the encoded CloudEvent.
	Content Hash
}

// Hash is what stands for the event in a receipt's tree: SHA-256(source || 0 || id || 0 || content).
func (e AcceptedEvent) Hash() Hash {
	b := make([]byte, 0, len(e.Source)+len(e.ID)+2+len(e.Content))
	b = append(append(b, e.Source...), 0)
	b = append(append(b, e.ID...), 0)
	return sha256.Sum256(append(b, e.Content[:]...))
}

// Receipt is what the platform promises when it acknowledges events: every record of an epoch that covers the stream, and
// whose time is later than AcceptedAt by more than Delay, has them all in the stream.
type Receipt struct {
	// Stream is the journal stream of the member that sent the events, such as "ingest/oem".
	Stream string
	// Count is how many events there are, and Root that of the Tree over their hashes, in the order of their batch.
	Count uint64
	Root  Hash
	// AcceptedAt is when, in microseconds; Delay is of whole seconds.
	AcceptedAt time.Time
	Delay      time.Duration
}

// NewReceipt makes the receipt of 1 to MaxEvents events by their hashes. The error wraps ErrMalformed.
func NewReceipt(stream string, events []Hash, at time.Time, delay time.Duration) (Receipt, error) {
	tree, err := NewTree(events)
	if err != nil {
		return Receipt{}, err
	}
	return Receipt{Stream: stream, Count: uint64(len(events)), Root: tree.Root(), AcceptedAt: at, Delay: delay}, nil
}

// Deadline is when the promise is due.
func (r Receipt) Deadline() time.Time { return r.AcceptedAt.Add(r.Delay) }

func (r Receipt) check() error {
	switch {
	case r.Stream == "" || len(r.Stream) > maxStreamBytes:
		return fmt.Errorf("%w: a stream's name has 1 to %d bytes", ErrMalformed, maxStreamBytes)
	case r.Count < 1 || r.Count > MaxEvents:
		return fmt.Errorf("%w: a receipt is of 1 to %d events", ErrMalformed, MaxEvents)
	case r.AcceptedAt.UnixMicro() <= 0:
		return fmt.Errorf("%w: accepted at %s", ErrMalformed, r.AcceptedAt)
	case r.Delay < time.Second || r.Delay > maxDelay || r.Delay%time.Second != 0:
		return fmt.Errorf("%w: a delay of %s", ErrMalformed, r.Delay)
	}
	return nil
}

// receiptPayload is a Receipt as CBOR.
type receiptPayload struct {
	Type       string `cbor:"1,keyasint"`
	Stream     string `cbor:"2,keyasint"`
	Count      uint64 `cbor:"3,keyasint"`
	Root       []byte `cbor:"4,keyasint"`
	AcceptedAt uint64 `cbor:"5,keyasint"`
	Delay      uint64 `cbor:"6,keyasint"`
}

// ReceiptSigner signs receipts. It is safe for concurrent use.
type ReceiptSigner struct {
	key    crypto.Signer
	public PublicKey
}

// NewReceiptSigner returns the signer with a key, an Ed25519 or P-256 one. The error wraps ErrKey.
func NewReceiptSigner(key crypto.Signer) (*ReceiptSigner, error) {
	public, err := NewPublicKey(key.Public())
	if err != nil {
		return nil, err
	}
	return &ReceiptSigner{key: key, public: public}, nil
}

// Sign returns the sealed receipt. The error wraps ErrMalformed or ErrKey.
func (s *ReceiptSigner) Sign(r Receipt) ([]byte, error) {
	if err := r.check(); err != nil {
		return nil, err
	}
	payload, err := encodePayload(receiptPayload{
		receiptType, r.Stream, r.Count, r.Root[:], uint64(r.AcceptedAt.UnixMicro()), uint64(r.Delay / time.Second), //nolint:gosec // checked above
	})
	if err != nil {
		return nil, err
	}
	return seal(s.key, s.public, payload)
}

// OpenReceipt reads a sealed receipt, in its one encoding, and checks that key signed it. The error wraps ErrMalformed or
// ErrSignature.
func OpenReceipt(data []byte, key PublicKey) (Receipt, error) {
	e, err := open(data)
	if err != nil {
		return Receipt{}, err
	}
	p, err := decodePayload[receiptPayload](e.message.Payload)
	if err != nil {
		return Receipt{}, err
	}
	if p.Type != receiptType || len(p.Root) != sha256.Size || p.AcceptedAt > MaxSequence || p.Delay > uint64(maxDelay/time.Second) {
		return Receipt{}, fmt.Errorf("%w: not a %s", ErrMalformed, receiptType)
	}
	r := Receipt{
		Stream: p.Stream, Count: p.Count, Root: Hash(p.Root),
		AcceptedAt: time.UnixMicro(int64(p.AcceptedAt)).UTC(), Delay: time.Duration(p.Delay) * time.Second, //nolint:gosec // bounded above
	}
	if err := r.check(); err != nil {
		return Receipt{}, err
	}
	return r, e.verify(key)
}
