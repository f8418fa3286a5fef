package fabric

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Definition of the chaincode on the channel.
const (
	chaincodeName     = "pcc"
	chaincodeVersion  = "1.0"
	chaincodeSequence = "1"
	chaincodeLabel    = chaincodeName + "_" + chaincodeVersion
)

// chaincodePackage is what a peer installs: not code, but where to reach it.
type chaincodePackage struct {
	Path string // file
	ID   string // as the peer will name it: label and SHA-256 of the file
}

// entry is one file of a package.
type entry struct {
	name string
	text []byte
}

// pack returns the package of one organisation's chaincode, making it on the first
// Up. The peer knows the chaincode by the package's hash, so that a package once
// made is kept, whatever later versions of this code would make.
func pack(cfg Config, org peerOrg) (chaincodePackage, error) {
	path := cfg.path("packages", org.Name+".tgz")
	whole, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		if whole, err = assemble(org); err == nil {
			err = os.WriteFile(path, whole, 0o600)
		}
	}
	if err != nil {
		return chaincodePackage{}, fmt.Errorf("package chaincode: %w", err)
	}
	digest := sha256.Sum256(whole)
	return chaincodePackage{Path: path, ID: chaincodeLabel + ":" + hex.EncodeToString(digest[:])}, nil
}

// assemble makes the package's bytes; the same inputs give the same bytes, so that
// the id follows from the inputs alone.
func assemble(org peerOrg) ([]byte, error) {
	connection, err := connectionJSON(org)
	if err != nil {
		return nil, err
	}
	metadata, err := json.Marshal(map[string]string{"label": chaincodeLabel, "type": "ccaas"})
	if err != nil {
		return nil, err
	}
	code, err := archive(entry{"connection.json", connection})
	if err != nil {
		return nil, err
	}
	return archive(entry{"metadata.json", metadata}, entry{"code.tar.gz", code})
}

// connectionJSON tells the peer the address of the chaincode and the TLS material of the link.
func connectionJSON(org peerOrg) ([]byte, error) {
	material := map[string]string{}
	for _, name := range []string{"ca.crt", "client.crt", "client.key"} {
		text, err := os.ReadFile(filepath.Join(org.LinkDir, name))
		if err != nil {
			return nil, err
		}
		material[name] = string(text)
	}
	return json.Marshal(map[string]any{
		"address":              loopback(org.ChaincodePort),
		"domain":               "localhost",
		"dial_timeout":         "10s",
		"tls_required":         true,
		"client_auth_required": true,
		"root_cert":            material["ca.crt"],
		"client_cert":          material["client.crt"],
		"client_key":           material["client.key"],
	})
}

// archive returns a gzipped tar without times, owners or anything else that varies.
func archive(entries ...entry) ([]byte, error) {
	var out bytes.Buffer
	zipped := gzip.NewWriter(&out)
	tarred := tar.NewWriter(zipped)
	for _, e := range entries {
		header := &tar.Header{Name: e.name, Mode: 0o644, Size: int64(len(e.text)), Format: tar.FormatUSTAR}
		if err := tarred.WriteHeader(header); err != nil {
			return nil, err
		}
		if _, err := tarred.Write(e.text); err != nil {
			return nil, err
		}
	}
	if err := tarred.Close(); err != nil {
		return nil, err
	}
	if err := zipped.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}
