package server

import (
	"crypto/tls"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"

	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/internal/threshold"
	"github.com/pcc-platform/pcc/services/vault/internal/voprf"
)

// TagTrusteesConfig says who holds the tag key in shares.
type TagTrusteesConfig struct {
	// PublicKey is the tag key's public key, base64: that of the file whose key was shared out, so that all tags stay. Trustees
	// are believed only under it.
	PublicKey string `yaml:"public_key"`
	// KeyNumber is the key's on the ledger.
	KeyNumber uint64 `yaml:"key_number"`
	// Trustees are where the holders answer, as their records on the ledger say.
	Trustees []TagTrustee `yaml:"trustees"`
}

// TagTrustee is one holder.
type TagTrustee struct {
	ID string `yaml:"id"`
	// Address is "host:port".
	Address string `yaml:"address"`
	// CertificateSHA256 is the hash of its certificate (DER), hexadecimal.
	CertificateSHA256 string `yaml:"certificate_sha256"`
}

// PublicTagKey returns the public key of the tag key, 32 bytes, for the trust lists of those who read proof documents.
func (cfg KeysConfig) PublicTagKey() ([]byte, error) {
	holders, err := cfg.holders(tls.Certificate{})
	if err != nil {
		return nil, err
	}
	public := holders.Public()
	return public[:], nil
}

// holders returns who has the tag key: the file's owner alone, or the trustees.
func (cfg KeysConfig) holders(own tls.Certificate) (voprf.Holders, error) {
	shared := cfg.TagTrustees
	if (cfg.TagKeyFile == "") == (len(shared.Trustees) == 0) {
		return nil, errors.New("vault: the tag key is either in tag_key_file or with tag_trustees")
	}
	if cfg.TagKeyFile != "" {
		return voprf.OpenKey(cfg.TagKeyFile)
	}
	public, err := base64.StdEncoding.DecodeString(shared.PublicKey)
	if err != nil || len(public) != threshold.Size {
		return nil, errors.New("vault: tag_trustees.public_key is not 32 bytes in base64")
	}
	var trustees []voprf.Trustee
	for _, t := range shared.Trustees {
		pin, err := hex.DecodeString(t.CertificateSHA256)
		if err != nil || len(pin) != len(model.Hash{}) || t.ID == "" || t.Address == "" {
			return nil, fmt.Errorf("vault: tag_trustees: %q is not complete", t.ID)
		}
		trustees = append(trustees, voprf.Trustee{ID: t.ID, Address: t.Address, Certificate: model.Hash(pin)})
	}
	return voprf.NewTrustees(threshold.Element(public), shared.KeyNumber, own, trustees), nil
}
