package prooftest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"testing"

	mspproto "github.com/hyperledger/fabric-protos-go-apiv2/msp"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"google.golang.org/protobuf/proto"

	"github.com/pcc-platform/pcc/verify"
)

// Organisation is a member with its authority and one peer.
type Organisation struct {
	MSPID   string
	RootPEM string
	PeerPEM string
	peerKey *ecdsa.PrivateKey
}

// NewOrganisation makes an organisation whose peer's certificate carries the
// organizational unit given: "peer" for a real one. Equal names make equal
// organisations; authority tells several of one MSP apart.
func NewOrganisation(t testing.TB, mspID, authority, unit string) Organisation {
	t.Helper()
	rootKey, peerKey := newKey(t, mspID+authority+" root"), newKey(t, mspID+authority+unit)
	root := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "ca." + mspID}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: start(), NotAfter: start().AddDate(1, 0, 0), KeyUsage: x509.KeyUsageCertSign,
	}
	leaf := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "peer0." + mspID, OrganizationalUnit: []string{unit}},
		NotBefore: root.NotBefore, NotAfter: root.NotAfter, KeyUsage: x509.KeyUsageDigitalSignature,
	}
	return Organisation{
		MSPID:   mspID,
		RootPEM: certify(t, root, root, rootKey, rootKey),
		PeerPEM: certify(t, leaf, root, peerKey, rootKey),
		peerKey: peerKey,
	}
}

// newKey derives a key from its name, so that worlds can be made again, byte for byte.
func newKey(t testing.TB, name string) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), seed(name))
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// seed makes 32 bytes of a name.
func seed(name string) []byte {
	sum := sha256.Sum256([]byte("pcc prooftest " + name))
	return sum[:]
}

func certify(t testing.TB, subject, issuer *x509.Certificate, key, issuerKey *ecdsa.PrivateKey) string {
	t.Helper()
	der, err := x509.CreateCertificate(nil, subject, issuer, &key.PublicKey, issuerKey) // no randomness: RFC 6979
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
}

// Endorse makes what a peer makes, with Fabric's own messages.
func (o Organisation) Endorse(t testing.TB, chaincode string, status int32, payload string) verify.Endorsement {
	t.Helper()
	action := marshalProto(t, &peer.ChaincodeAction{
		Results: []byte("read and write set"), Events: []byte("events"),
		Response:    &peer.Response{Status: status, Payload: []byte(payload)},
		ChaincodeId: &peer.ChaincodeID{Name: chaincode, Version: "1"},
	})
	signed := marshalProto(t, &peer.ProposalResponsePayload{ProposalHash: make([]byte, 32), Extension: action})
	signed = append(signed, marshalProto(t, &mspproto.SerializedIdentity{Mspid: o.MSPID, IdBytes: []byte(o.PeerPEM)})...)
	digest := sha256.Sum256(signed)
	signature, err := o.peerKey.Sign(nil, digest[:], crypto.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	return verify.Endorsement{MSPID: o.MSPID, Certificate: o.PeerPEM, Signature: signature, Signed: signed}
}

func marshalProto(t testing.TB, message proto.Message) []byte {
	t.Helper()
	raw, err := proto.MarshalOptions{Deterministic: true}.Marshal(message)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}
