package server

import (
	"context"
	"crypto/ed25519"
	"crypto/tls"
	"errors"
	"fmt"
	"os"

	"github.com/pcc-platform/pcc/services/vault/internal/certificate"
	"github.com/pcc-platform/pcc/services/vault/internal/keytree"
	"github.com/pcc-platform/pcc/services/vault/internal/sealing"
	"github.com/pcc-platform/pcc/services/vault/internal/voprf"
)

// KeysConfig names the vault's key files, each readable by its owner alone. Losing any of them loses data: without the
// tag key no VIN finds its handle, without the others no identity can be read.
type KeysConfig struct {
	// TagKeyFile holds the key of the VOPRF that VINs are found by, as long as it has one holder; else it is empty and
	// TagTrustees says who holds it.
	TagKeyFile string `yaml:"tag_key_file"`
	// TagTrustees are the holders of the shares of the tag key.
	TagTrustees TagTrusteesConfig `yaml:"tag_trustees"`
	// WrappingKeyFile holds the key that encrypts the two keysets and the key tree. It belongs on other backups than they do.
	WrappingKeyFile string `yaml:"wrapping_key_file"`
	// DataKeysetFile holds the keys of identities, encrypted.
	DataKeysetFile string `yaml:"data_keyset_file"`
	// HashKeysetFile holds the key of request hashes, encrypted.
	HashKeysetFile string `yaml:"hash_keyset_file"`
	// KeyTreeFile holds what the rows' own keys are derived of, encrypted. The vault writes it: each erasure takes keys out. An old
	// copy of it brings erased data back, together with an old backup of the database.
	KeyTreeFile string `yaml:"key_tree_file"`
	// CertificateKeyFile holds the Ed25519 key of certificates of erasure.
	CertificateKeyFile string `yaml:"certificate_key_file"`
}

// CreateKeys makes all the key files of a new vault. When all are there it does nothing; when some are missing it refuses,
// because data under the missing ones exists.
func CreateKeys(ctx context.Context, cfg KeysConfig) error {
	files := []string{cfg.WrappingKeyFile, cfg.DataKeysetFile, cfg.HashKeysetFile, cfg.KeyTreeFile, cfg.CertificateKeyFile}
	if cfg.TagKeyFile != "" {
		files = append(files, cfg.TagKeyFile)
	}
	present := 0
	for _, f := range files {
		switch _, err := os.Stat(f); {
		case err == nil:
			present++
		case !errors.Is(err, os.ErrNotExist):
			return fmt.Errorf("vault: keys: %w", err)
		}
	}
	if present == len(files) {
		return nil
	}
	if present > 0 {
		return fmt.Errorf("vault: only %d of %d key files are there: restore the others", present, len(files))
	}
	if cfg.TagKeyFile != "" {
		if err := voprf.CreateKey(cfg.TagKeyFile); err != nil {
			return err
		}
	}
	if err := sealing.CreateWrappingKey(cfg.WrappingKeyFile); err != nil {
		return err
	}
	wrapper, err := sealing.OpenWrapper(cfg.WrappingKeyFile)
	if err != nil {
		return err
	}
	return errors.Join(
		sealing.CreateDataKeyset(ctx, cfg.DataKeysetFile, wrapper),
		sealing.CreateHashKeyset(ctx, cfg.HashKeysetFile, wrapper),
		keytree.Create(ctx, cfg.KeyTreeFile, wrapper),
		certificate.CreateKey(cfg.CertificateKeyFile),
	)
}

// PublicCertificateKey returns the key that certificates of erasure are verified with.
func (cfg KeysConfig) PublicCertificateKey() (ed25519.PublicKey, error) {
	signer, err := certificate.Open(cfg.CertificateKeyFile)
	if err != nil {
		return nil, err
	}
	return signer.PublicKey(), nil
}

// keys are the opened key files.
type keys struct {
	tagger *voprf.Client
	sealer *sealing.Sealer
	hasher *sealing.Hasher
	tree   *keytree.File
	signer *certificate.Signer
}

// open opens the files. Own is the vault's certificate, by which trustees know it.
func (cfg KeysConfig) open(ctx context.Context, own tls.Certificate) (k keys, err error) {
	holders, err := cfg.holders(own)
	if err != nil {
		return k, err
	}
	if k.tagger, err = voprf.NewClient(holders); err != nil {
		return k, err
	}
	wrapper, err := sealing.OpenWrapper(cfg.WrappingKeyFile)
	if err != nil {
		return k, err
	}
	if k.tree, err = keytree.Open(ctx, cfg.KeyTreeFile, wrapper); err != nil {
		return k, err
	}
	if k.sealer, err = sealing.OpenSealer(ctx, cfg.DataKeysetFile, wrapper, k.tree); err != nil {
		return k, err
	}
	if k.hasher, err = sealing.OpenHasher(ctx, cfg.HashKeysetFile, wrapper); err != nil {
		return k, err
	}
	k.signer, err = certificate.Open(cfg.CertificateKeyFile)
	return k, err
}
