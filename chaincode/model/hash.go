package model

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
)

// Hash is a SHA-256 digest.
type Hash [sha256.Size]byte

// String returns the digest in lower-case hexadecimal, 64 characters.
func (h Hash) String() string { return hex.EncodeToString(h[:]) }

// IsZero reports whether h is all zero, which stands for "no predecessor".
func (h Hash) IsZero() bool { return h == Hash{} }

func (h Hash) base64() string { return base64.StdEncoding.EncodeToString(h[:]) }
