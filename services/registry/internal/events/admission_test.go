package events_test

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/nats-io/nats.go/jetstream"
	"google.golang.org/protobuf/proto"

	"github.com/pcc-platform/pcc/internal/messaging"
	"github.com/pcc-platform/pcc/internal/relations"
	"github.com/pcc-platform/pcc/internal/testkit"
	"github.com/pcc-platform/pcc/migrations"
	registryv1 "github.com/pcc-platform/pcc/proto/gen/pcc/registry/v1"
	"github.com/pcc-platform/pcc/services/registry"
	"github.com/pcc-platform/pcc/services/registry/internal/events"
	"github.com/pcc-platform/pcc/services/registry/internal/postgres"
)

// patience bounds the wait for a step.
const patience = 20 * time.Second

// flakyWriter fails the first times it is asked.
type flakyWriter struct {
	mu       sync.Mutex
	failures int
	asked    [][]relations.Relation
}

func (w *flakyWriter) Put(_ context.Context, rs ...relations.Relation) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.asked = append(w.asked, rs)
	if len(w.asked) <= w.failures {
		return errors.New("keto is away")
	}
	return nil
}

// A step is repeated until it succeeds, and is marked as done only then.
func TestFailedStepIsRepeated(t *testing.T) {
	sources, err := migrations.Sources("registry")
	must(t, err)
	pool, broker := testkit.Schema(t, "registry", sources...), testkit.NATS(t)
	must(t, messaging.EnsureBus(t.Context(), broker.JetStream))
	store := postgres.NewStore(pool)
	must(t, store.InTx(t.Context(), func(tx postgres.Tx) error {
		must(t, tx.AddMember(t.Context(), registry.Member{ID: "oem", Class: registry.Maker, CreateTime: time.Now()}, nil))
		return tx.AddRoleGrants(t.Context(), []registry.RoleGrant{
			{Member: "oem", Name: "a", Role: registry.RoleAdministrator}, {Member: "oem", Name: "devices", Role: registry.RoleContributor},
		})
	}))
	writer := &flakyWriter{failures: 2}
	admission := events.Admission{
		Pool: pool, JS: broker.JetStream, Logger: slog.New(slog.DiscardHandler), Complete: postgres.CompleteStep,
	}
	roles := events.Roles{Admission: admission, Writer: writer, Grants: postgres.LockedRoleGrants}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- roles.Admitted().Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		must(t, <-ended)
	})
	m := &registryv1.MemberAdmitted{Member: &registryv1.Member{Name: "members/oem", Administrators: []string{"oem/a"}}}
	payload, err := proto.Marshal(m)
	must(t, err)
	_, err = broker.JetStream.Publish(t.Context(), messaging.Subject(m), payload, jetstream.WithMsgID("1"))
	must(t, err)
	awaitStep(t, store, registry.StepRelations)

	want := []relations.Relation{
		{Namespace: "Member", Object: "oem", Name: "administrators", Subject: "oem/a"},
		{Namespace: "Member", Object: "oem", Name: "principals", Subject: "oem/a"},
		{Namespace: "Consortium", Object: "pcc", Name: "participants", Subject: "oem/a"},
		{Namespace: "Member", Object: "oem", Name: "contributors", Subject: "oem/devices"},
	}
	writer.mu.Lock()
	defer writer.mu.Unlock()
	if diff := cmp.Diff([][]relations.Relation{want, want, want}, writer.asked); diff != "" {
		t.Error(diff)
	}
}

// Remove is asked for what nobody has.
func (w *flakyWriter) Remove(context.Context, ...relations.Relation) error { return nil }

func awaitStep(t *testing.T, store *postgres.Store, step registry.AdmissionStep) {
	t.Helper()
	ticker := time.NewTicker(20 * time.Millisecond)
	defer ticker.Stop()
	deadline := time.After(patience)
	for {
		m, err := store.Member(t.Context(), "oem")
		must(t, err)
		if slices.Contains(m.Completed, step) {
			return
		}
		select {
		case <-ticker.C:
		case <-deadline:
			t.Fatalf("the step %s was not done in %s", step, patience)
		}
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
