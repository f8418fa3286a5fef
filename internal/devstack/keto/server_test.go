package keto_test

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"testing"

	rts "github.com/ory/keto/proto/ory/keto/relation_tuples/v1alpha2"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"github.com/pcc-platform/pcc/internal/devstack/keto"
	"github.com/pcc-platform/pcc/internal/devstack/postgres"
	"github.com/pcc-platform/pcc/internal/devstack/proc"
	"github.com/pcc-platform/pcc/internal/devstack/toolchain"
	"github.com/pcc-platform/pcc/internal/testkit"
)

const namespaces = `
import { Namespace, SubjectSet, Context } from "@ory/keto-namespace-types"

class User implements Namespace {}

class Organisation implements Namespace {
  related: { staff: User[] }
}

class Garage implements Namespace {
  related: { owners: SubjectSet<Organisation, "staff">[] }
  permits = { repair: (ctx: Context): boolean => this.related.owners.includes(ctx.subject) }
}
`

// configure starts a PostgreSQL cluster for Keto and returns Keto's configuration.
func configure(t *testing.T, s *proc.Supervisor, dir string) keto.Config {
	t.Helper()
	root, err := filepath.Abs("../../..")
	if err != nil {
		t.Fatal(err)
	}
	server, err := toolchain.FindPostgres(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	database := filepath.Join(dir, "postgres")
	cluster, err := postgres.Open(t.Context(), postgres.Config{BinDir: server.BinDir, Dir: database, Port: testkit.FreePort(t)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { // after the supervisor's stop
		if err := postgres.Remove(database); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(func() {
		if err := s.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
	if err := s.Start(t.Context(), cluster.Spec()); err != nil {
		t.Fatal(err)
	}
	err = cluster.Provision(t.Context(), []postgres.Role{{Name: "keto"}}, []postgres.Database{{Name: "keto", Owner: "keto"}})
	if err != nil {
		t.Fatal(err)
	}
	dsn, err := cluster.URL("keto", "keto")
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "namespaces.keto.ts")
	if err := os.WriteFile(file, []byte(namespaces), 0o600); err != nil {
		t.Fatal(err)
	}
	return keto.Config{
		Path: toolchain.Bin(root, "keto"), Dir: filepath.Join(dir, "keto"),
		DSN: dsn, Namespaces: file, ReadPort: testkit.FreePort(t), WritePort: testkit.FreePort(t),
	}
}

func dial(t *testing.T, addr string) *grpc.ClientConn {
	t.Helper()
	conn, err := grpc.NewClient(addr, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

func TestServerAnswersChecksFromItsDatabase(t *testing.T) {
	dir := t.TempDir()
	s, err := proc.New(dir, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	cfg := configure(t, s, dir)
	for range 2 { // the second time there is nothing to migrate
		if err := keto.Prepare(t.Context(), cfg); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Start(t.Context(), keto.Spec(cfg)); err != nil {
		t.Fatal(err)
	}
	_, err = rts.NewWriteServiceClient(dial(t, cfg.WriteAddr())).TransactRelationTuples(t.Context(), &rts.TransactRelationTuplesRequest{
		RelationTupleDeltas: rts.RelationTupleToDeltas([]*rts.RelationTuple{
			{Namespace: "Organisation", Object: "acme", Relation: "staff", Subject: rts.NewSubjectID("ann")},
			{Namespace: "Garage", Object: "g1", Relation: "owners", Subject: rts.NewSubjectSet("Organisation", "acme", "staff")},
		}, rts.RelationTupleDelta_ACTION_INSERT),
	})
	if err != nil {
		t.Fatal(err)
	}
	checks := rts.NewCheckServiceClient(dial(t, cfg.ReadAddr()))
	for subject, want := range map[string]bool{"ann": true, "bob": false} {
		got, err := checks.Check(t.Context(), &rts.CheckRequest{Tuple: &rts.RelationTuple{
			Namespace: "Garage", Object: "g1", Relation: "repair", Subject: rts.NewSubjectID(subject),
		}})
		if err != nil || got.GetAllowed() != want {
			t.Errorf("%s may repair: %v, %v; want %t", subject, got.GetAllowed(), err, want)
		}
	}
}

func TestPrepareNeedsTheNamespaces(t *testing.T) {
	cfg := keto.Config{Dir: t.TempDir(), Namespaces: filepath.Join(t.TempDir(), "none.ts")}
	if err := keto.Prepare(t.Context(), cfg); err == nil {
		t.Error("prepared without namespaces")
	}
}
