package relations_test

import (
	"context"
	"testing"
	"time"

	rts "github.com/ory/keto/proto/ory/keto/relation_tuples/v1alpha2"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"github.com/pcc-platform/pcc/internal/relations"
	"github.com/pcc-platform/pcc/internal/testkit"
)

func writer(t *testing.T) *relations.Writer {
	keto := testkit.Keto(t)
	return relations.NewWriter("http://"+keto.Read, "http://"+keto.Write)
}

// held counts how often Keto holds a relation.
func held(t *testing.T, r relations.Relation) int {
	t.Helper()
	conn, err := grpc.NewClient(testkit.Keto(t).Read, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	resp, err := rts.NewReadServiceClient(conn).ListRelationTuples(t.Context(), &rts.ListRelationTuplesRequest{
		RelationQuery: &rts.RelationQuery{Namespace: &r.Namespace, Object: &r.Object, Relation: &r.Name, Subject: rts.NewSubjectID(r.Subject)},
	})
	if err != nil {
		t.Fatal(err)
	}
	return len(resp.GetRelationTuples())
}

func relation(t *testing.T, role string) relations.Relation {
	t.Helper()
	member := testkit.ID("member")
	return relations.Relation{Namespace: "Member", Object: member, Name: role, Subject: member + "/admin"}
}

func TestPutTwiceHoldsOnce(t *testing.T) {
	w, first, second := writer(t), relation(t, "administrators"), relation(t, "readers")
	if err := w.Put(t.Context(), first, first); err != nil {
		t.Fatal(err)
	}
	if err := w.Put(t.Context(), first, second); err != nil {
		t.Fatal(err)
	}
	if a, b := held(t, first), held(t, second); a != 1 || b != 1 {
		t.Errorf("held %d and %d times, want once each", a, b)
	}
}

func TestPutIsAllOrNothing(t *testing.T) {
	w, good, bad := writer(t), relation(t, "administrators"), relation(t, "administrators")
	bad.Namespace = "Nowhere"
	if err := w.Put(t.Context(), good, bad); err == nil {
		t.Fatal("a relation of an unknown namespace is taken")
	}
	if got := held(t, good); got != 0 {
		t.Errorf("held %d times, want 0", got)
	}
}

func TestRemove(t *testing.T) {
	w, gone, stays := writer(t), relation(t, "administrators"), relation(t, "readers")
	if err := w.Put(t.Context(), gone, stays); err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second finds nothing to do
		if err := w.Remove(t.Context(), gone); err != nil {
			t.Fatal(err)
		}
	}
	if a, b := held(t, gone), held(t, stays); a != 0 || b != 1 {
		t.Errorf("held %d and %d times, want 0 and 1", a, b)
	}
}

func TestAnAbsentKetoIsAnError(t *testing.T) {
	w := relations.NewWriter("http://127.0.0.1:1", "http://127.0.0.1:1")
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	if err := w.Put(ctx, relation(t, "readers")); err == nil {
		t.Error("Put succeeds")
	}
	if err := w.Remove(ctx, relation(t, "readers")); err == nil {
		t.Error("Remove succeeds")
	}
}

func TestServicesMayReadTheDirectory(t *testing.T) {
	participants := map[string]bool{}
	for _, r := range relations.Services() {
		if r.Namespace == "Consortium" && r.Name == "participants" {
			participants[r.Subject] = true
		}
		if r.Namespace == "Service" && r.Subject == "service/"+r.Object {
			t.Errorf("%s calls itself over the network", r.Object)
		}
	}
	for _, s := range []string{"registry", "ingest", "vault", "anchor", "settlement", "gateway"} {
		if !participants["service/"+s] {
			t.Errorf("%s may not read the members' directory", s)
		}
	}
}
