package verify_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"testing"
	"time"

	mspproto "github.com/hyperledger/fabric-protos-go-apiv2/msp"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"golang.org/x/mod/sumdb/tlog"
	"google.golang.org/protobuf/proto"

	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/internal/journal/proof"
	"github.com/pcc-platform/pcc/verify"
)

const (
	channel   = "pcc-channel"
	chaincode = "pcc"
	mine      = "passports/mine"
	leafType  = "test.v1.Note"
)

// organisation is a member with its authority and one peer.
type organisation struct {
	mspID   string
	rootPEM string
	peerPEM string
	peerKey *ecdsa.PrivateKey
}

func newOrganisation(t testing.TB, mspID, unit string) organisation {
	t.Helper()
	rootKey, peerKey := newKey(t), newKey(t)
	root := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "ca." + mspID}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), KeyUsage: x509.KeyUsageCertSign,
	}
	leaf := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "peer0." + mspID, OrganizationalUnit: []string{unit}},
		NotBefore: root.NotBefore, NotAfter: root.NotAfter, KeyUsage: x509.KeyUsageDigitalSignature,
	}
	return organisation{
		mspID:   mspID,
		rootPEM: certify(t, root, root, rootKey, rootKey),
		peerPEM: certify(t, leaf, root, peerKey, rootKey),
		peerKey: peerKey,
	}
}

func newKey(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func certify(t testing.TB, subject, issuer *x509.Certificate, key, issuerKey *ecdsa.PrivateKey) string {
	t.Helper()
	der, err := x509.CreateCertificate(rand.Reader, subject, issuer, &key.PublicKey, issuerKey)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
}

// endorse makes what a peer makes, with Fabric's own messages.
func (o organisation) endorse(t *testing.T, chaincode string, status int32, payload string) verify.Endorsement {
	t.Helper()
	action := marshalProto(t, &peer.ChaincodeAction{
		Results: []byte("read and write set"), Events: []byte("events"),
		Response:    &peer.Response{Status: status, Payload: []byte(payload)},
		ChaincodeId: &peer.ChaincodeID{Name: chaincode, Version: "1"},
	})
	signed := marshalProto(t, &peer.ProposalResponsePayload{ProposalHash: make([]byte, 32), Extension: action})
	signed = append(signed, marshalProto(t, &mspproto.SerializedIdentity{Mspid: o.mspID, IdBytes: []byte(o.peerPEM)})...)
	digest := sha256.Sum256(signed)
	signature, err := ecdsa.SignASN1(rand.Reader, o.peerKey, digest[:])
	if err != nil {
		t.Fatal(err)
	}
	return verify.Endorsement{MSPID: o.mspID, Certificate: o.peerPEM, Signature: signature, Signed: signed}
}

func marshalProto(t *testing.T, message proto.Message) []byte {
	t.Helper()
	raw, err := proto.Marshal(message)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// note is the payload of the test's leaves.
type note struct {
	Passport string         `json:"passport"`
	View     map[string]any `json:"view"`
}

func decodeNote(typ string, payload []byte) (string, json.RawMessage, error) {
	if typ != leafType {
		return "", nil, errors.New("unknown type")
	}
	var n struct {
		Passport string          `json:"passport"`
		View     json.RawMessage `json:"view"`
	}
	err := json.Unmarshal(payload, &n)
	return n.Passport, n.View, err
}

// world is a small network with two streams, in which every third entry belongs
// to the passport shown.
type world struct {
	organisations []organisation
	trust         verify.Trust
	epoch         model.EpochRecord
	document      verify.Document
	// others are events of another passport, with valid proofs.
	others []verify.Event
}

func newWorld(t *testing.T) world {
	t.Helper()
	w := world{trust: verify.Trust{Channel: channel, Chaincode: chaincode, MinEndorsements: 2}}
	for _, id := range []string{"GarageMSP", "InsurerMSP", "OemMSP"} {
		o := newOrganisation(t, id, "peer")
		w.organisations = append(w.organisations, o)
		w.trust.MSPs = append(w.trust.MSPs, verify.MSP{ID: id, RootCertificates: []string{o.rootPEM}})
	}
	w.epoch = model.EpochRecord{Number: 1, TimeUnixMilli: time.Date(2026, 1, 31, 11, 0, 0, 0, time.UTC).UnixMilli()}
	w.document = verify.Document{Schema: verify.Schema, Passport: mine, GeneratedAt: time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC)}
	w.addStream(t, "ingest/garage", 1)
	w.addStream(t, "ingest/oem", 8)
	text, err := w.epoch.Canonical()
	if err != nil {
		t.Fatal(err)
	}
	w.document.Epoch = verify.Epoch{
		Record:      string(text),
		Transaction: verify.Transaction{ID: "transaction", Channel: channel, Chaincode: chaincode, Block: 7},
	}
	for _, o := range w.organisations {
		w.document.Epoch.Endorsements = append(w.document.Epoch.Endorsements, o.endorse(t, chaincode, 200, w.hash(t)))
	}
	return w
}

func (w *world) hash(t *testing.T) string {
	t.Helper()
	hash, err := w.epoch.Hash()
	if err != nil {
		t.Fatal(err)
	}
	return hash.String()
}

// addStream fills a stream and puts its checkpoint and events in their places.
func (w *world) addStream(t *testing.T, name string, size int) {
	t.Helper()
	var stored []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		hashes := make([]tlog.Hash, len(indexes))
		for i, index := range indexes {
			hashes[i] = stored[index]
		}
		return hashes, nil
	})
	events := make([]verify.Event, size)
	for i := range events {
		events[i] = newEvent(t, name, i)
		hashes, err := tlog.StoredHashes(int64(i), events[i].Leaf, reader)
		if err != nil {
			t.Fatal(err)
		}
		stored = append(stored, hashes...)
	}
	root, err := tlog.TreeHash(int64(size), reader)
	if err != nil {
		t.Fatal(err)
	}
	w.epoch.Streams = append(w.epoch.Streams, model.StreamCheckpoint{Stream: name, Size: uint64(size), Root: model.Hash(root)})
	w.document.Streams = append(w.document.Streams, verify.Stream{Stream: name, Size: uint64(size), Root: root[:]})
	for i, e := range events {
		path, err := tlog.ProveRecord(int64(size), int64(i), reader)
		if err != nil {
			t.Fatal(err)
		}
		for _, h := range path {
			e.Proof = append(e.Proof, h[:])
		}
		if i%3 == 0 {
			w.document.Events = append(w.document.Events, e)
		} else {
			w.others = append(w.others, e)
		}
	}
}

func newEvent(t *testing.T, stream string, seq int) verify.Event {
	t.Helper()
	n := note{Passport: mine, View: map[string]any{
		"id": fmt.Sprint("event-", seq), "odometer_metres": 1000 * (1000 + seq), "quality": map[string]any{"index": 80, "policy": "p1"}, "text": "<é> \u2028",
	}}
	if seq%3 != 0 {
		n.Passport = "passports/other"
	}
	payload, err := json.Marshal(n)
	if err != nil {
		t.Fatal(err)
	}
	view, err := json.Marshal(n.View)
	if err != nil {
		t.Fatal(err)
	}
	var salt [16]byte
	if _, err := rand.Read(salt[:]); err != nil {
		t.Fatal(err)
	}
	return verify.Event{Stream: stream, Seq: uint64(seq), Leaf: proof.Frame(leafType, salt, payload), View: view}
}

func (w *world) encode(t *testing.T) []byte {
	t.Helper()
	text, err := verify.Encode(w.document)
	if err != nil {
		t.Fatal(err)
	}
	return text
}
