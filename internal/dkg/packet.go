package dkg

import (
	"bytes"
	"crypto/ed25519"
	"encoding/binary"
	"fmt"

	pedersen "go.dedis.ch/kyber/v4/share/dkg/pedersen"

	"github.com/pcc-platform/pcc/internal/dkg/internal/ristretto"
	"github.com/pcc-platform/pcc/internal/threshold"
)

// Phase is one of the three exchanges of a run.
type Phase byte

const (
	// Deals are of dealers.
	Deals Phase = 1
	// Responses are of holders; one without complaints says that all is well.
	Responses Phase = 2
	// Justifications are of dealers that holders complained of.
	Justifications Phase = 3
)

const (
	// MaxPacket bounds a packet, in bytes: deals to all the trustees there can be.
	MaxPacket = 3 + 2*(2+threshold.MaxTrustees*(2+sealedSize)) + ed25519.SignatureSize

	signatureDomain = "pcc-dkg/v1/packet"
	// sealedSize is that of a sealed value: an element, a scalar and the tag of AES-GCM.
	sealedSize = 2*threshold.Size + 16
)

// packet is one trustee's contribution to a phase: body is phase, index (2 bytes), then by phase
//
//	deals           number of coefficients (2), the coefficients; number of deals (2), each holder (2) and sealed value
//	responses       number of complaints (2), each a dealer (2)
//	justifications  number of values (2), each holder (2) and value
//
// The signature is over the domain, the session and the body.
type packet struct {
	phase     Phase
	index     int
	body, raw []byte
}

// seal signs a body.
func (c *Config) seal(body []byte) []byte {
	return append(bytes.Clone(body), ed25519.Sign(c.Signing, c.signed(body))...)
}

func (c *Config) signed(body []byte) []byte {
	text := append([]byte(signatureDomain), c.Session[:]...)
	return append(text, body...)
}

// open checks who signed a packet, and that it may speak in that phase. The error wraps ErrPacket.
func (c *Config) open(raw []byte) (packet, error) {
	if len(raw) < 5+ed25519.SignatureSize || len(raw) > MaxPacket {
		return packet{}, fmt.Errorf("%w: %d bytes", ErrPacket, len(raw))
	}
	body, signature := raw[:len(raw)-ed25519.SignatureSize], raw[len(raw)-ed25519.SignatureSize:]
	p := packet{phase: Phase(body[0]), index: int(binary.BigEndian.Uint16(body[1:])), body: body, raw: raw}
	from := find(c.speakers(p.phase), p.index)
	if from == nil {
		return packet{}, fmt.Errorf("%w: trustee %d has no part in phase %d", ErrPacket, p.index, p.phase)
	}
	if !ed25519.Verify(from.Signing, c.signed(body), signature) {
		return packet{}, fmt.Errorf("%w: not signed by trustee %d", ErrPacket, p.index)
	}
	return p, nil
}

func (c *Config) speakers(p Phase) []Party {
	switch p {
	case Deals, Justifications:
		return c.Dealers
	case Responses:
		return c.Holders
	default:
		return nil
	}
}

// writer appends to a body, reader takes from one and remembers that it was too short or had bytes left.
type writer []byte

func newBody(p Phase, index int) writer { return writer{byte(p)}.uint16(index) }

func (w writer) uint16(n int) writer     { return binary.BigEndian.AppendUint16(w, uint16(n)) }
func (w writer) bytes(raw []byte) writer { return append(w, raw...) }

type reader struct {
	rest []byte
	bad  bool
}

func (p packet) reader() *reader { return &reader{rest: p.body[3:]} }

func (r *reader) take(n int) []byte {
	if r.bad || len(r.rest) < n {
		r.bad = true
		return make([]byte, n)
	}
	taken := r.rest[:n]
	r.rest = r.rest[n:]
	return taken
}

func (r *reader) uint16() int { return int(binary.BigEndian.Uint16(r.take(2))) }

// count reads a number of things of which there are at most as many as trustees.
func (r *reader) count() int {
	n := r.uint16()
	if n > threshold.MaxTrustees {
		r.bad = true
		return 0
	}
	return n
}

func (r *reader) done() error {
	if r.bad || len(r.rest) != 0 {
		return fmt.Errorf("%w: malformed", ErrPacket)
	}
	return nil
}

func writeDeals(index int, b *pedersen.DealBundle) ([]byte, error) {
	w := newBody(Deals, index).uint16(len(b.Public))
	for _, c := range b.Public {
		raw, err := c.MarshalBinary()
		if err != nil {
			return nil, fmt.Errorf("dkg: encode a coefficient: %w", err)
		}
		w = w.bytes(raw)
	}
	w = w.uint16(len(b.Deals))
	for _, d := range b.Deals {
		w = w.uint16(int(d.ShareIndex) + 1).bytes(d.EncryptedShare)
	}
	return w, nil
}

func (c *Config) readDeals(p packet) (*pedersen.DealBundle, error) {
	r := p.reader()
	b := &pedersen.DealBundle{DealerIndex: uint32(p.index - 1), SessionID: c.Session[:]}
	for range r.count() {
		e := ristretto.Suite{}.Point()
		if err := e.UnmarshalBinary(r.take(threshold.Size)); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrPacket, err)
		}
		b.Public = append(b.Public, e)
	}
	for range r.count() {
		b.Deals = append(b.Deals, pedersen.Deal{ShareIndex: uint32(r.uint16() - 1), EncryptedShare: r.take(sealedSize)})
	}
	return b, r.done()
}

func writeResponses(index int, b *pedersen.ResponseBundle) []byte {
	w := newBody(Responses, index)
	if b == nil {
		return w.uint16(0)
	}
	w = w.uint16(len(b.Responses))
	for _, one := range b.Responses {
		w = w.uint16(int(one.DealerIndex) + 1)
	}
	return w
}

// readResponses returns nil if there is no complaint.
func (c *Config) readResponses(p packet) (*pedersen.ResponseBundle, error) {
	r := p.reader()
	b := &pedersen.ResponseBundle{ShareIndex: uint32(p.index - 1), SessionID: c.Session[:]}
	for range r.count() {
		b.Responses = append(b.Responses, pedersen.Response{DealerIndex: uint32(r.uint16() - 1), Status: pedersen.Complaint})
	}
	if len(b.Responses) == 0 {
		return nil, r.done()
	}
	return b, r.done()
}

func writeJustifications(index int, b *pedersen.JustificationBundle) ([]byte, error) {
	w := newBody(Justifications, index).uint16(len(b.Justifications))
	for _, j := range b.Justifications {
		raw, err := j.Share.MarshalBinary()
		if err != nil {
			return nil, fmt.Errorf("dkg: encode a value: %w", err)
		}
		w = w.uint16(int(j.ShareIndex) + 1).bytes(raw)
	}
	return w, nil
}

func (c *Config) readJustifications(p packet) (*pedersen.JustificationBundle, error) {
	r := p.reader()
	b := &pedersen.JustificationBundle{DealerIndex: uint32(p.index - 1), SessionID: c.Session[:]}
	for range r.count() {
		holder, k := r.uint16(), ristretto.Suite{}.Scalar()
		if err := k.UnmarshalBinary(r.take(threshold.Size)); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrPacket, err)
		}
		b.Justifications = append(b.Justifications, pedersen.Justification{ShareIndex: uint32(holder - 1), Share: k})
	}
	return b, r.done()
}
