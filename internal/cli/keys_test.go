package cli

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/cloudevents/sdk-go/binding/format/protobuf/v2/pb"
	"github.com/google/uuid"
	"google.golang.org/grpc"

	"github.com/pcc-platform/pcc/internal/app"
	"github.com/pcc-platform/pcc/internal/client"
	"github.com/pcc-platform/pcc/internal/pki"
	"github.com/pcc-platform/pcc/internal/sourcesign"
	"github.com/pcc-platform/pcc/internal/testkit/stand"
	"github.com/pcc-platform/pcc/proto/event"
	eventsv1 "github.com/pcc-platform/pcc/proto/gen/pcc/events/v1"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
	registryv1 "github.com/pcc-platform/pcc/proto/gen/pcc/registry/v1"
	"github.com/pcc-platform/pcc/services/ingest/server"
	"github.com/pcc-platform/pcc/signing"
	"github.com/pcc-platform/pcc/verify"
)

// everyPassport is a registry in which every passport is there.
type everyPassport struct {
	registryv1.UnimplementedPassportServiceServer
}

// ResolvePassports implements the RPC.
func (everyPassport) ResolvePassports(_ context.Context, req *registryv1.ResolvePassportsRequest) (*registryv1.ResolvePassportsResponse, error) {
	resp := &registryv1.ResolvePassportsResponse{}
	for _, name := range req.GetNames() {
		tag := sha256.Sum256([]byte(name))
		resp.Passports = append(resp.Passports, &registryv1.ResolvedPassport{Name: name, Tag: tag[:]})
	}
	return resp, nil
}

// TestKeysFromTheCommandLine enrols a key, signs with it, lists it for verifiers and revokes it, against a real ingest service.
func TestKeysFromTheCommandLine(t *testing.T) {
	s := stand.New(t, "ingest")
	s.Fake("registry", func(g *grpc.Server) { registryv1.RegisterPassportServiceServer(g, everyPassport{}) })
	oem := s.Member("oem", registryv1.MemberClass_MEMBER_CLASS_MAKER)
	s.Start(func(ctx context.Context, p *app.Process) (app.Runner, error) {
		return server.New(ctx, server.Config{ServiceConfig: s.Config()}, p)
	})
	profile := profileOf(t, s, oem)
	keyFile, source := filepath.Join(t.TempDir(), "key.pem"), "/members/"+oem.ID+"/cloud"

	created := run(t, 0, "keys", "create", keyFile)
	run(t, 1, "keys", "create", keyFile) // never replaced
	registered := run(t, 0, "--profile", profile, "keys", "register", keyFile, "--source", source)
	if name := strings.TrimSpace(created); !strings.HasPrefix(registered, name+" signs for "+source) {
		t.Errorf("created %q, registered %q", created, registered)
	}
	signer, err := sourcesign.Open(keyFile, source)
	must(t, err)
	ingest := ingestv1.NewIngestServiceClient(s.Dial(oem, "admin"))
	if ack := sendOne(t, ingest, signer, source); ack.GetAccepted() != 1 {
		t.Errorf("signed: %v", ack)
	}

	var keys []verify.SourceKey
	must(t, json.Unmarshal([]byte(run(t, 0, "--profile", profile, "keys", "list", oem.Name(), "--trust")), &keys))
	if len(keys) != 1 || keys[0].Source != source || keys[0].EndSequence != nil {
		t.Errorf("keys %+v", keys)
	}
	public, err := signing.ParsePublicKey(keys[0].PublicKey)
	if err != nil || "sourceKeys/"+public.ID().String() != strings.TrimSpace(created) {
		t.Errorf("key %s, %v", public.ID(), err)
	}

	revoked := run(t, 0, "--profile", profile, "keys", "revoke", strings.TrimSpace(created), "--reason", "lost")
	if !strings.Contains(revoked, "ends before entry") {
		t.Errorf("revoked %q", revoked)
	}
	if listed := run(t, 0, "--profile", profile, "keys", "list", oem.Name()); !strings.Contains(listed, "lost") || !strings.Contains(listed, "EdDSA") {
		t.Errorf("listed %q", listed)
	}
	if ack := sendOne(t, ingest, signer, source); len(ack.GetRejections()) != 1 || ack.GetRejections()[0].GetReason() != "KEY_REVOKED" {
		t.Errorf("after the revocation: %v", ack)
	}
	if told := run(t, 1, "--profile", profile, "keys", "revoke", strings.TrimSpace(created)); !strings.Contains(told, "SOURCE_KEY_REVOKED") {
		t.Errorf("revoked twice: %q", told)
	}
}

// run runs a command and returns what it wrote.
func run(t *testing.T, wantCode int, args ...string) string {
	t.Helper()
	var out bytes.Buffer
	if code := Main(args, strings.NewReader(""), &out, &out); code != wantCode {
		t.Fatalf("pcc %s: exit code %d: %s", strings.Join(args, " "), code, out.String())
	}
	return out.String()
}

func profileOf(t *testing.T, s *stand.Stand, m *stand.Member) string {
	t.Helper()
	pair, err := m.Authority.Issue(pki.Leaf{CommonName: "admin"})
	must(t, err)
	files, file := pki.FilesIn(t.TempDir(), "admin"), filepath.Join(t.TempDir(), "profile.yaml")
	must(t, pair.Write(files))
	must(t, client.Profile{
		Gateway: "https://none.invalid", Services: map[string]string{"ingest": s.Config().Listen}, CAFile: s.Config().TLS.CAFile,
		CertificateFile: files.Certificate, KeyFile: files.Key, Member: m.ID,
	}.Save(file))
	return file
}

func sendOne(t *testing.T, ingest ingestv1.IngestServiceClient, signer *sourcesign.Source, source string) *ingestv1.BatchAcknowledgement {
	t.Helper()
	e, err := event.New(uuid.NewString(), source, "passports/"+uuid.NewString(), time.Unix(1_700_000_000, 0), &eventsv1.Wash{})
	must(t, err)
	batch, err := signer.Sign([]*pb.CloudEvent{e})
	must(t, err)
	resp, err := ingest.IngestEvents(t.Context(), &ingestv1.IngestEventsRequest{Signed: batch})
	must(t, err)
	must(t, signer.Acknowledged())
	return resp.GetAcknowledgement()
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
