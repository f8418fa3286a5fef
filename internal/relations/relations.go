// Package relations writes who may do what into Ory Keto, by the model in deploy/keto/namespaces.keto.ts. Checking is
// internal/authz's business.
package relations

import (
	"context"
	"fmt"
	"slices"
	"time"

	keto "github.com/ory/keto-client-go"
)

// writeTimeout bounds one change.
const writeTimeout = 10 * time.Second

// Relation says that Subject stands in Name to an object.
type Relation struct {
	Namespace, Object, Name string
	// Subject is "<member>/<principal>" or "service/<service>".
	Subject string
}

// Writer changes relations through Keto's REST APIs.
type Writer struct{ reader, writer *keto.APIClient }

// NewWriter returns a writer to the write API at writeURL, for example "http://127.0.0.1:4467", that looks at the read
// API at readURL first.
func NewWriter(readURL, writeURL string) *Writer {
	return &Writer{reader: newClient(readURL), writer: newClient(writeURL)}
}

func newClient(url string) *keto.APIClient {
	cfg := keto.NewConfiguration()
	cfg.Servers = keto.ServerConfigurations{{URL: url}}
	return keto.NewAPIClient(cfg)
}

// Put makes the relations hold. Those that hold already stay as they are; the missing ones are added all or none. Of two
// calls at once both may add the same relation, which Keto then holds twice and Remove takes away as one.
func (w *Writer) Put(ctx context.Context, relations ...Relation) error {
	ctx, cancel := context.WithTimeout(ctx, writeTimeout)
	defer cancel()
	var missing []Relation
	for _, r := range relations {
		holds, err := w.holds(ctx, r)
		if err != nil {
			return err
		}
		if !holds && !slices.Contains(missing, r) {
			missing = append(missing, r)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	return w.patch(ctx, missing, "insert")
}

// Remove makes the relations hold no longer, all or none.
func (w *Writer) Remove(ctx context.Context, relations ...Relation) error {
	ctx, cancel := context.WithTimeout(ctx, writeTimeout)
	defer cancel()
	return w.patch(ctx, relations, "delete")
}

// holds asks the read API for exactly this relation, without following the model.
func (w *Writer) holds(ctx context.Context, r Relation) (bool, error) {
	found, resp, err := w.reader.RelationshipApi.GetRelationships(ctx).
		Namespace(r.Namespace).Object(r.Object).Relation(r.Name).SubjectId(r.Subject).PageSize(1).Execute()
	if err != nil {
		return false, fmt.Errorf("relations: read: %w", err)
	}
	return len(found.GetRelationTuples()) > 0, resp.Body.Close()
}

func (w *Writer) patch(ctx context.Context, relations []Relation, action string) error {
	patches := make([]keto.RelationshipPatch, 0, len(relations))
	for _, r := range relations {
		patches = append(patches, keto.RelationshipPatch{
			Action: &action,
			RelationTuple: &keto.Relationship{
				Namespace: r.Namespace, Object: r.Object, Relation: r.Name, SubjectId: &r.Subject,
			},
		})
	}
	resp, err := w.writer.RelationshipApi.PatchRelationships(ctx).RelationshipPatch(patches).Execute()
	if err != nil {
		return fmt.Errorf("relations: write: %w", err)
	}
	return resp.Body.Close()
}

// Operator are the relations of the principal that admits members, records euro receipts and audits the ledger's sums.
func Operator(subject string) []Relation {
	var out []Relation
	for _, role := range []string{"administrators", "treasurers", "auditors"} {
		out = append(out, Relation{Namespace: "Consortium", Object: "pcc", Name: role, Subject: subject})
	}
	return out
}

// Services are the relations that the platform's own services need: who calls whose internal RPCs, and who reads the
// members' directory.
func Services() []Relation {
	calls := map[string][]string{
		"registry":   {"ingest", "gateway", "vault", "access"},
		"vault":      {"registry", "access"},
		"ingest":     {"registry", "anchor", "vault"},
		"settlement": {"registry", "anchor"},
	}
	var out []Relation
	for called, callers := range calls {
		for _, caller := range callers {
			out = append(out, Relation{Namespace: "Service", Object: called, Name: "callers", Subject: "service/" + caller})
		}
	}
	for _, s := range []string{"registry", "ingest", "vault", "anchor", "settlement", "access", "gateway"} {
		out = append(out, Relation{Namespace: "Consortium", Object: "pcc", Name: "participants", Subject: "service/" + s})
	}
	return out
}
