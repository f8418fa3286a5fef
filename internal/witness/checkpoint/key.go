package checkpoint

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/mod/sumdb/note"
)

// The types of c2sp.org/signed-note.
const (
	typeLog         byte = 0x01
	typeCosignature byte = 0x04

	keyIDBytes   = 4
	maxNameBytes = 255
	secretPrefix = "PRIVATE+KEY+"
)

// LogSigner signs the checkpoints of a log.
type LogSigner struct {
	signer note.Signer
	public string
	// as makes the signer of the same key under another name. It holds the private key where nothing prints it.
	as func(name string) (*LogSigner, error)
	// key signs other things than checkpoints.
	key keyHolder
}

// NewLogSigner reads a signer key of type 0x01. The error wraps [ErrMalformed] and does not hold the key.
func NewLogSigner(secret string) (*LogSigner, error) {
	name, private, err := parseSecret(secret, typeLog)
	if err != nil {
		return nil, err
	}
	return newLogSigner(name, private)
}

func newLogSigner(name string, private ed25519.PrivateKey) (*LogSigner, error) {
	if !validName(name) {
		return nil, fmt.Errorf("%w: key name %q", ErrMalformed, name)
	}
	signer, err := note.NewSigner(encodeSecret(name, typeLog, private))
	if err != nil {
		return nil, fmt.Errorf("%w: signer key: %w", ErrMalformed, err)
	}
	public, err := note.NewEd25519VerifierKey(name, publicOf(private))
	if err != nil {
		return nil, fmt.Errorf("%w: signer key: %w", ErrMalformed, err)
	}
	as := func(name string) (*LogSigner, error) { return newLogSigner(name, private) }
	return &LogSigner{signer: signer, public: public, as: as, key: keyHolder{publicOf(private), private.Sign}}, nil
}

// Name returns the key's name.
func (s *LogSigner) Name() string { return s.signer.Name() }

// For returns the signer of the same key for one log of several, by the name <name>/<log>: one key may sign for many,
// because what is signed begins with the origin. The error wraps [ErrMalformed].
func (s *LogSigner) For(log string) (*LogSigner, error) { return s.as(s.Name() + "/" + log) }

// Key returns the key itself, an Ed25519 one, for what is signed beside checkpoints and cannot be taken for one: a checkpoint is
// text.
func (s *LogSigner) Key() crypto.Signer { return s.key }

// keyHolder is a crypto.Signer that holds the private key where nothing prints it.
type keyHolder struct {
	public ed25519.PublicKey
	sign   func(rand io.Reader, message []byte, opts crypto.SignerOpts) ([]byte, error)
}

// Public implements crypto.Signer.
func (k keyHolder) Public() crypto.PublicKey { return k.public }

// Sign implements crypto.Signer.
func (k keyHolder) Sign(rand io.Reader, message []byte, opts crypto.SignerOpts) ([]byte, error) {
	return k.sign(rand, message, opts)
}

// PublicKey returns the key in the verifier key of a log. The error wraps [ErrMalformed].
func PublicKey(verifierKey string) (ed25519.PublicKey, error) {
	name, hash, public, err := parseKey(verifierKey, typeLog)
	if err != nil {
		return nil, err
	}
	if keyHash(name, typeLog, public) != hash {
		return nil, fmt.Errorf("%w: the ID of the key of %q is not its own", ErrMalformed, name)
	}
	return public, nil
}

// VerifierKey returns the public key as [NewLog] takes it.
func (s *LogSigner) VerifierKey() string { return s.public }

// Sign returns the checkpoint as a signed note. The error wraps [ErrMalformed].
func (s *LogSigner) Sign(c Checkpoint) ([]byte, error) {
	text, err := c.Text()
	if err != nil {
		return nil, err
	}
	signed, err := note.Sign(&note.Note{Text: text}, s.signer)
	if err != nil {
		return nil, fmt.Errorf("checkpoint: sign: %w", err)
	}
	return signed, nil
}

// Cosigner signs as one witness. One key serves one witness, because the signed message does not hold the key's name.
type Cosigner struct {
	verifier *Verifier
	// sign holds the private key where nothing prints it.
	sign func(message []byte) []byte
}

// NewCosigner reads a signer key of type 0x04. The error wraps [ErrMalformed] and does not hold the key.
func NewCosigner(secret string) (*Cosigner, error) {
	name, private, err := parseSecret(secret, typeCosignature)
	if err != nil {
		return nil, err
	}
	public := publicOf(private)
	return &Cosigner{
		verifier: &Verifier{name: name, hash: keyHash(name, typeCosignature, public), public: public},
		sign:     func(message []byte) []byte { return ed25519.Sign(private, message) },
	}, nil
}

// Verifier returns what verifies this witness's cosignatures.
func (c *Cosigner) Verifier() *Verifier { return c.verifier }

// Cosign returns the cosignature of the text of a checkpoint at a time, which must be after 1970.
func (c *Cosigner) Cosign(text string, at time.Time) (Cosignature, error) {
	if at.Unix() <= 0 {
		return Cosignature{}, fmt.Errorf("checkpoint: cosign at %s: the clock is wrong", at)
	}
	seconds := uint64(at.Unix()) // #nosec G115 -- positive
	raw := binary.BigEndian.AppendUint32(nil, c.verifier.hash)
	raw = binary.BigEndian.AppendUint64(raw, seconds)
	raw = append(raw, c.sign(cosigned(seconds, text))...)
	line := signatureLine(c.verifier.name, base64.StdEncoding.EncodeToString(raw))
	return Cosignature{Witness: c.verifier.name, Time: time.Unix(at.Unix(), 0), Line: line}, nil
}

// generate makes the signer key of a new Ed25519 key.
func generate(name string, typ byte) (secret string, err error) {
	if !validName(name) {
		return "", fmt.Errorf("%w: key name %q", ErrMalformed, name)
	}
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return "", fmt.Errorf("checkpoint: make a key: %w", err)
	}
	return encodeSecret(name, typ, private), nil
}

func encodeSecret(name string, typ byte, private ed25519.PrivateKey) string {
	return secretPrefix + encodeKey(name, keyHash(name, typ, publicOf(private)), typ, private.Seed())
}

func parseSecret(secret string, typ byte) (name string, private ed25519.PrivateKey, err error) {
	encoded, ok := strings.CutPrefix(secret, secretPrefix)
	if !ok {
		return "", nil, fmt.Errorf("%w: signer key", ErrMalformed)
	}
	name, hash, seed, err := parseKey(encoded, typ)
	if err != nil {
		return "", nil, fmt.Errorf("%w: signer key", ErrMalformed)
	}
	private = ed25519.NewKeyFromSeed(seed)
	if keyHash(name, typ, publicOf(private)) != hash {
		return "", nil, fmt.Errorf("%w: the ID of the signer key of %q is not its own", ErrMalformed, name)
	}
	return name, private, nil
}

func publicOf(private ed25519.PrivateKey) ed25519.PublicKey {
	return ed25519.PublicKey(private[ed25519.SeedSize:])
}

func encodeKey(name string, hash uint32, typ byte, material []byte) string {
	return fmt.Sprintf("%s+%08x+%s", name, hash, base64.StdEncoding.EncodeToString(append([]byte{typ}, material...)))
}

// parseKey reads <name>+<ID>+base64(type || 32 bytes). Whether the ID belongs to the key is the caller's to check.
func parseKey(encoded string, typ byte) (name string, hash uint32, material []byte, err error) {
	name, rest, _ := strings.Cut(encoded, "+")
	id, key, _ := strings.Cut(rest, "+")
	parsed, err1 := strconv.ParseUint(id, 16, 32)
	raw, err2 := base64.StdEncoding.Strict().DecodeString(key)
	if !validName(name) || len(id) != 2*keyIDBytes || err1 != nil || err2 != nil {
		return "", 0, nil, fmt.Errorf("%w: key", ErrMalformed)
	}
	if len(raw) != 1+ed25519.PublicKeySize || raw[0] != typ {
		return "", 0, nil, fmt.Errorf("%w: a key of another type than %#02x", ErrMalformed, typ)
	}
	return name, uint32(parsed), raw[1:], nil // #nosec G115 -- parsed as 32 bits
}

func keyHash(name string, typ byte, public ed25519.PublicKey) uint32 {
	sum := sha256.Sum256(append(append([]byte(name+"\n"), typ), public...))
	return binary.BigEndian.Uint32(sum[:])
}

func validName(name string) bool {
	return name != "" && len(name) <= maxNameBytes && utf8.ValidString(name) && !strings.ContainsFunc(name, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r) || r == '+'
	})
}
