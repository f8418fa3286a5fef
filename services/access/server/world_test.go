package server_test

import (
	"context"
	"crypto/ecdh"
	"crypto/rand"
	"crypto/sha256"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"google.golang.org/grpc"

	"github.com/pcc-platform/pcc/chaincode/model"
	rules "github.com/pcc-platform/pcc/chaincode/model/access"
	"github.com/pcc-platform/pcc/chaincode/possession"
	"github.com/pcc-platform/pcc/internal/accesskey"
	"github.com/pcc-platform/pcc/internal/app"
	"github.com/pcc-platform/pcc/internal/apperr"
	"github.com/pcc-platform/pcc/internal/devstack/fabric"
	"github.com/pcc-platform/pcc/internal/devstack/fabric/fabrictest"
	"github.com/pcc-platform/pcc/internal/fabricgw"
	"github.com/pcc-platform/pcc/internal/rpc"
	"github.com/pcc-platform/pcc/internal/testkit/stand"
	accessv1 "github.com/pcc-platform/pcc/proto/gen/pcc/access/v1"
	registryv1 "github.com/pcc-platform/pcc/proto/gen/pcc/registry/v1"
	vaultv1 "github.com/pcc-platform/pcc/proto/gen/pcc/vault/v1"
	"github.com/pcc-platform/pcc/services/access/server"
)

// world is the service on a real ledger, whose organisations are three members with access keys.
type world struct {
	*stand.Stand
	t        *testing.T
	network  *fabrictest.Stand
	registry *registry
	members  map[string]*stand.Member // by organisation
	keys     map[string]accesskey.Key
}

// registry is the fake of what access asks it for.
type registry struct {
	registryv1.UnimplementedPassportServiceServer
	mu         sync.Mutex
	ownerships map[string]*registryv1.GetOwnershipResponse
}

func (r *registry) GetOwnership(_ context.Context, req *registryv1.GetOwnershipRequest) (*registryv1.GetOwnershipResponse, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	o, found := r.ownerships[req.GetPassport()]
	if !found {
		return nil, rpc.ToStatus(apperr.New(apperr.NotFound, "PASSPORT_NOT_FOUND", "no such passport")).Err()
	}
	return o, nil
}

// hold makes a passport's present period one of the member's.
func (r *registry) hold(passport string, period int32, member *stand.Member) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.ownerships[passport] = &registryv1.GetOwnershipResponse{Vehicle: "vehicles/" + uuid.NewString(), Period: period, Steward: member.Name()}
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{
		Stand: stand.New(t, server.Name), t: t, network: fabrictest.New(t, fabric.Raft1),
		registry: &registry{ownerships: map[string]*registryv1.GetOwnershipResponse{}},
		members:  map[string]*stand.Member{}, keys: map[string]accesskey.Key{},
	}
	w.network.Up()
	w.Fake("registry", func(s *grpc.Server) { registryv1.RegisterPassportServiceServer(s, w.registry) })
	w.Fake("vault", func(s *grpc.Server) { vaultv1.RegisterShredServiceServer(s, vaultv1.UnimplementedShredServiceServer{}) })
	for org, class := range map[string]registryv1.MemberClass{
		"oem": registryv1.MemberClass_MEMBER_CLASS_MAKER, "insurer": registryv1.MemberClass_MEMBER_CLASS_INSURER,
		"garage": registryv1.MemberClass_MEMBER_CLASS_GARAGE,
	} {
		w.members[org] = w.Member(org, class)
	}
	w.registerMembers()
	oem, _ := w.network.Network.Org("oem")
	w.Start(func(ctx context.Context, p *app.Process) (app.Runner, error) {
		return server.New(ctx, server.Config{
			ServiceConfig: w.Config(), Recovery: "2 of (member:kba, member:court)",
			Fabric: fabricgw.Settings{
				Endpoint: oem.PeerEndpoint, TLSCAFile: oem.PeerTLSRootFile, MSPID: oem.MSPID, CertificateFile: oem.UserCertFile, KeyFile: oem.UserKeyFile,
				Channel: w.network.Network.Channel, Chaincode: w.network.Network.Chaincode,
			},
		}, p)
	})
	return w
}

// registerMembers puts the members and their access keys on the ledger.
func (w *world) registerMembers() {
	w.t.Helper()
	founder := w.network.Client("oem")
	for _, org := range []string{"oem", "insurer", "garage"} {
		mspID, _ := w.network.Network.Org(org)
		record := model.MemberRecord{
			ID: w.members[org].ID, MSPID: mspID.MSPID, Class: model.ClassGarage, Status: model.StatusActive, CARootSHA256: model.Hash{1}, Version: 1,
		}
		_, err := founder.Submit(w.t.Context(), "membership:RegisterMember", text(w.t, record))
		must(w.t, err)
		key, err := accesskey.Generate()
		must(w.t, err)
		w.keys[org] = key
		registration := text(w.t, rules.Key{Member: w.members[org].ID, Version: 1, Key: key.Identity()})
		_, err = w.network.Client(org).Submit(w.t.Context(), "access:RegisterAccessKey", registration, accesskey.Sign([]byte(registration), key.Itself()).String())
		must(w.t, err)
	}
}

// clients are those of a member's principal.
type clients struct {
	accessv1.PolicyServiceClient
	accessv1.ConsentServiceClient
	accessv1.ReadRequestServiceClient
}

func (w *world) as(org string) clients { return w.asPrincipal(org, "admin") }

func (w *world) asPrincipal(org, principal string) clients {
	conn := w.Dial(w.members[org], principal)
	return clients{accessv1.NewPolicyServiceClient(conn), accessv1.NewConsentServiceClient(conn), accessv1.NewReadRequestServiceClient(conn)}
}

// member signs as a member.
func (w *world) member(org string) accesskey.Signer { return w.keys[org].Member(w.members[org].ID) }

func signed(t *testing.T, r interface{ Canonical() ([]byte, error) }, signers ...accesskey.Signer) *accessv1.SignedText {
	t.Helper()
	content := text(t, r)
	return &accessv1.SignedText{Text: content, Signatures: accesskey.Sign([]byte(content), signers...).String()}
}

// request is the insurer's for damage under version 1, changed by edit, with the signers' signatures.
func (w *world) request(policy *accessv1.Policy, edit func(*rules.ReadRequest), signers ...accesskey.Signer) *accessv1.SubmitReadRequestRequest {
	w.t.Helper()
	secret, err := ecdh.X25519().GenerateKey(rand.Reader)
	must(w.t, err)
	parsed, err := rules.ParsePolicy([]byte(policy.GetText()))
	must(w.t, err)
	r := rules.ReadRequest{
		Policy: parsed.ID, PolicyVersion: parsed.Version, Class: "damage", Reader: w.members["insurer"].ID, KEM: rules.X25519,
		ReaderKey: secret.PublicKey().Bytes(), Purpose: "claim_assessment", ExpiryUnixMilli: time.Now().Add(time.Hour).UnixMilli(), MaxAnswers: 1,
	}
	edit(&r)
	request := signed(w.t, r, signers...)
	proof, err := possession.Prove(secret, sha256.Sum256([]byte(request.GetText())))
	must(w.t, err)
	return &accessv1.SubmitReadRequestRequest{Parent: policy.GetName(), Request: request, Possession: proof}
}

func asIs(*rules.ReadRequest) {}

func text(t *testing.T, r interface{ Canonical() ([]byte, error) }) string {
	t.Helper()
	canonical, err := r.Canonical()
	must(t, err)
	return string(canonical)
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantReason(t *testing.T, what string, err error, reason string) {
	t.Helper()
	if got := apperr.ReasonOf(err); got != reason {
		t.Errorf("%s: reason %q, want %q: %v", what, got, reason, err)
	}
}
