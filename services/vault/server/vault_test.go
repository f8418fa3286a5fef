package server_test

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/pcc-platform/pcc/internal/app"
	"github.com/pcc-platform/pcc/internal/apperr"
	"github.com/pcc-platform/pcc/internal/testkit/stand"
	registryv1 "github.com/pcc-platform/pcc/proto/gen/pcc/registry/v1"
	vaultv1 "github.com/pcc-platform/pcc/proto/gen/pcc/vault/v1"
	"github.com/pcc-platform/pcc/services/vault/server"
)

// running is a vault with two members.
type running struct {
	*stand.Stand
	oem, garage vaultv1.VaultServiceClient
	// members are theirs, stores what an erasure asks.
	members map[string]*stand.Member
	stores  *stores
	keys    server.KeysConfig
	// db is the superuser's.
	db *pgx.Conn
}

func start(t *testing.T) running {
	t.Helper()
	s := stand.New(t, "vault")
	oem, garage := s.Member("oem", registryv1.MemberClass_MEMBER_CLASS_MAKER), s.Member("garage", registryv1.MemberClass_MEMBER_CLASS_GARAGE)
	stores := serveStores(s)
	keys := testKeys(s.Dir())
	if err := server.CreateKeys(t.Context(), keys); err != nil {
		t.Fatal(err)
	}
	s.Start(func(ctx context.Context, p *app.Process) (app.Runner, error) {
		return server.New(ctx, server.Config{ServiceConfig: s.Config(), Keys: keys}, p)
	})
	return running{
		Stand: s, db: connect(t, s.DatabaseURL), members: map[string]*stand.Member{"oem": oem, "garage": garage}, stores: stores, keys: keys,
		oem: vaultv1.NewVaultServiceClient(s.Dial(oem, "admin")), garage: vaultv1.NewVaultServiceClient(s.Dial(garage, "admin")),
	}
}

// connect connects as the superuser.
func connect(t *testing.T, url string) *pgx.Conn {
	t.Helper()
	db, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close(context.Background()) })
	if _, err := db.Exec(t.Context(), "SET search_path = vault"); err != nil {
		t.Fatal(err)
	}
	return db
}

func testKeys(dir string) server.KeysConfig {
	return server.KeysConfig{
		TagKeyFile: filepath.Join(dir, "keys", "tag.key"), WrappingKeyFile: filepath.Join(dir, "keys", "wrapping.key"),
		DataKeysetFile: filepath.Join(dir, "keys", "data.keyset"), HashKeysetFile: filepath.Join(dir, "keys", "hash.keyset"),
		KeyTreeFile:        filepath.Join(dir, "keys", "key.tree"),
		CertificateKeyFile: filepath.Join(dir, "keys", "certificate.key"),
	}
}

// bind returns the handle of vin, made or found by the manufacturer.
func (r running) bind(t *testing.T, vin string) string {
	t.Helper()
	resp, err := r.oem.BindVehicle(t.Context(), &vaultv1.BindVehicleRequest{Vin: vin})
	if err != nil {
		t.Fatal(err)
	}
	return resp.GetVehicle()
}

// count returns the number that a query selects.
func (r running) count(t *testing.T, query string, args ...any) (n int) {
	t.Helper()
	if err := r.db.QueryRow(t.Context(), query, args...).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func wantReason(t *testing.T, what string, err error, reason, field string) {
	t.Helper()
	e := apperr.As(err)
	if e == nil || e.Reason != reason || e.Field != field {
		t.Errorf("%s: error %v, want %s of field %q", what, err, reason, field)
	}
}

// testVIN returns the n-th of many VINs.
func testVIN(n int) string { return fmt.Sprintf("0PCTESTTEST%06d", n) }

func newRequestID() string { return uuid.NewString() }
