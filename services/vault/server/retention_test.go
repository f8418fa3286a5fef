package server_test

import (
	"fmt"
	"log/slog"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	vaultv1 "github.com/pcc-platform/pcc/proto/gen/pcc/vault/v1"
	"github.com/pcc-platform/pcc/services/vault"
	"github.com/pcc-platform/pcc/services/vault/internal/keytree"
	"github.com/pcc-platform/pcc/services/vault/internal/postgres"
	"github.com/pcc-platform/pcc/services/vault/internal/sealing"
)

// retention is what the vault runs hourly, at another time.
func (r running) retention(t *testing.T, now time.Time) *vault.Retention {
	t.Helper()
	pool, err := pgxpool.New(t.Context(), r.DatabaseURL+"&search_path=vault")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	wrapper, err := sealing.OpenWrapper(r.keys.WrappingKeyFile)
	if err != nil {
		t.Fatal(err)
	}
	tree, err := keytree.Open(t.Context(), r.keys.KeyTreeFile, wrapper)
	if err != nil {
		t.Fatal(err)
	}
	store := postgres.NewStore(pool, pool)
	return &vault.Retention{
		Store: store, Desk: &vault.Desk{Store: store, Shredder: tree}, Shredder: tree, Logger: slog.New(slog.DiscardHandler),
		Now: func() time.Time { return now },
	}
}

func (r running) pass(t *testing.T, now time.Time) {
	t.Helper()
	if err := r.retention(t, now).Pass(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// TestRetentionRulesAreOnRecord holds docs/records-of-processing.md to the rules.
func TestRetentionRulesAreOnRecord(t *testing.T) {
	text, err := os.ReadFile("../../../docs/records-of-processing.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, rule := range vault.RetentionRules() {
		line := fmt.Sprintf("| %s | %s | %d days | %s |\n", rule.Name, rule.What, int(rule.Keep.Hours()/24), rule.Why)
		if !strings.Contains(string(text), line) {
			t.Errorf("the records lack %s", line)
		}
	}
}

// TestRetentionRulesActByThemselves looks a day before and a day after each is due.
func TestRetentionRulesActByThemselves(t *testing.T) {
	r := start(t)
	vehicle, now := r.bind(t, testVIN(1)), time.Now()
	former, waiting, latest := r.register(t, r.oem, vehicle), r.register(t, r.oem, vehicle), r.register(t, r.garage, vehicle)
	r.open(t, accessKind, holderScope, waiting)
	answered := r.open(t, accessKind, holderScope, waiting)
	refusal := &vaultv1.RefuseSubjectRequestRequest{Name: answered.GetName(), Reason: vaultv1.RefusalReason_REFUSAL_REASON_EXCESSIVE}
	if _, err := r.desk("oem", "admin").RefuseSubjectRequest(t.Context(), refusal); err != nil {
		t.Fatal(err)
	}
	const keep = 3 * 365 * 24 * time.Hour
	r.pass(t, now.Add(keep-24*time.Hour))
	if h, q := r.count(t, `SELECT count(*) FROM holder`), r.count(t, `SELECT count(*) FROM subject_request`); h != 3 || q != 2 {
		t.Fatalf("%d holders and %d requests before their time", h, q)
	}
	r.pass(t, now.Add(keep+24*time.Hour))
	_, err := r.oem.GetHolder(t.Context(), &vaultv1.GetHolderRequest{Name: former})
	wantReason(t, "a former holder", err, "HOLDER_NOT_FOUND", "")
	if _, err := r.oem.GetHolder(t.Context(), &vaultv1.GetHolderRequest{Name: waiting}); err != nil {
		t.Errorf("a former holder who waits for an answer: %v", err)
	}
	if _, err := r.garage.GetHolder(t.Context(), &vaultv1.GetHolderRequest{Name: latest}); err != nil {
		t.Errorf("the latest holder: %v", err)
	}
	if q, doomed := r.count(t, `SELECT count(*) FROM subject_request`), r.count(t, `SELECT count(*) FROM doomed_key`); q != 1 || doomed != 0 {
		t.Errorf("%d requests, want the one that is not answered; %d keys wait to be destroyed", q, doomed)
	}
}

// TestRowsThatCameBackAreDeleted erases, and puts the rows there again as a backup does.
func TestRowsThatCameBackAreDeleted(t *testing.T) {
	r := start(t)
	vehicle := r.bind(t, erasedVIN)
	holder := r.register(t, r.oem, vehicle)
	r.bind(t, keptVIN)
	for _, save := range []string{"CREATE TABLE saved_identity AS TABLE vehicle_identity", "CREATE TABLE saved_holder AS TABLE holder"} {
		if _, err := r.db.Exec(t.Context(), save); err != nil {
			t.Fatal(err)
		}
	}
	r.erase(t, r.openErasure(t, holder))
	for _, back := range []string{
		"INSERT INTO vehicle_identity SELECT * FROM saved_identity ON CONFLICT DO NOTHING", "INSERT INTO holder SELECT * FROM saved_holder",
	} {
		if _, err := r.db.Exec(t.Context(), back); err != nil {
			t.Fatal(err)
		}
	}
	r.pass(t, time.Now())
	if n, h := r.count(t, `SELECT count(*) FROM vehicle_identity`), r.count(t, `SELECT count(*) FROM holder`); n != 1 || h != 0 {
		t.Errorf("%d identities and %d holders are left, want the vehicle's that nobody erased", n, h)
	}
}
