package server_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"fmt"
	"testing"

	"github.com/cloudevents/sdk-go/binding/format/protobuf/v2/pb"
	"github.com/google/uuid"
	"google.golang.org/protobuf/proto"

	"github.com/pcc-platform/pcc/internal/testkit/stand"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
	"github.com/pcc-platform/pcc/signing"
)

// signer is a source that signs, with the key that it enrolled.
type signer struct {
	*signing.Signer
	private crypto.Signer
	name    string
}

func newEd25519(t *testing.T) crypto.Signer {
	t.Helper()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func newP256(t *testing.T) crypto.Signer {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// enrolment is the request to enrol key for a source; passport is empty for one that is no vehicle.
func enrolment(t *testing.T, key crypto.Signer, source, passport string) *ingestv1.RegisterSourceKeyRequest {
	t.Helper()
	public, err := signing.NewPublicKey(key.Public())
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := signing.SignEnrolment(key, signing.Enrolment{Source: source, Passport: passport})
	if err != nil {
		t.Fatal(err)
	}
	return &ingestv1.RegisterSourceKeyRequest{
		RequestId: uuid.NewString(), Source: source, Passport: passport, PublicKey: public.DER(), Enrolment: sealed,
	}
}

// keys is the client of m's administrator.
func (r running) keys(m *stand.Member) ingestv1.SourceKeyServiceClient {
	return ingestv1.NewSourceKeyServiceClient(r.Dial(m, "admin"))
}

// enrol enrols a new key for a source of m and returns the source.
func (r running) enrol(t *testing.T, m *stand.Member, key crypto.Signer, source, passport string) *signer {
	t.Helper()
	resp, err := r.keys(m).RegisterSourceKey(t.Context(), enrolment(t, key, source, passport))
	if err != nil {
		t.Fatal(err)
	}
	return &signer{Signer: newSigner(t, key, source, signing.State{}), private: key, name: resp.GetKey().GetName()}
}

func newSigner(t *testing.T, key crypto.Signer, source string, from signing.State) *signing.Signer {
	t.Helper()
	s, err := signing.NewSigner(key, source, from)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// sign makes a signed batch of events.
func (s *signer) sign(t *testing.T, events ...*pb.CloudEvent) *ingestv1.SignedBatch {
	t.Helper()
	batch := &ingestv1.SignedBatch{}
	for _, e := range events {
		encoded, err := proto.MarshalOptions{Deterministic: true}.Marshal(e) // the same bytes when it is sent again
		if err != nil {
			t.Fatal(err)
		}
		batch.CloudEvents = append(batch.CloudEvents, encoded)
	}
	var err error
	if batch.Statement, err = s.Sign(batch.GetCloudEvents()); err != nil {
		t.Fatal(err)
	}
	return batch
}

// signed makes a batch of n readings.
func (s *signer) signed(t *testing.T, m *stand.Member, prefix, passport string, n int) *ingestv1.SignedBatch {
	t.Helper()
	return s.sign(t, readings(t, m, prefix, passport, n)...)
}

func sendSigned(t *testing.T, client ingestv1.IngestServiceClient, batch *ingestv1.SignedBatch) *ingestv1.BatchAcknowledgement {
	t.Helper()
	resp, err := client.IngestEvents(t.Context(), &ingestv1.IngestEventsRequest{Signed: batch})
	if err != nil {
		t.Fatal(err)
	}
	return resp.GetAcknowledgement()
}

// wantAccepted checks that all of n events were accepted.
func wantAccepted(t *testing.T, what string, ack *ingestv1.BatchAcknowledgement, n int32) {
	t.Helper()
	if ack.GetAccepted() != n || len(ack.GetRejections()) > 0 {
		t.Errorf("%s: %v, want %d accepted", what, ack, n)
	}
}

// wantRefused checks that all of n events were refused for one reason.
func wantRefused(t *testing.T, what string, ack *ingestv1.BatchAcknowledgement, n int, reason string) {
	t.Helper()
	if ack.GetAccepted() != 0 || len(ack.GetRejections()) != n {
		t.Errorf("%s: %v, want %d refused", what, ack, n)
		return
	}
	for _, r := range ack.GetRejections() {
		if r.GetReason() != reason {
			t.Errorf("%s: %s (%s), want %s", what, r.GetReason(), r.GetDetail(), reason)
		}
	}
}

// gaps lists what is wrong with a member's chains, in words.
func gaps(t *testing.T, client ingestv1.IngestServiceClient) (words []string, all []*ingestv1.SourceGap) {
	t.Helper()
	req := &ingestv1.ListSourceGapsRequest{PageSize: 1}
	for {
		resp, err := client.ListSourceGaps(t.Context(), req)
		if err != nil {
			t.Fatal(err)
		}
		for _, g := range resp.GetGaps() {
			words = append(words, fmt.Sprintf("%s %d-%d", g.GetKind(), g.GetFirst(), g.GetLast()))
		}
		all = append(all, resp.GetGaps()...)
		if req.PageToken = resp.GetNextPageToken(); req.PageToken == "" {
			return words, all
		}
	}
}
