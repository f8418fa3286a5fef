package verify_test

import (
	"bytes"
	"encoding/json"
	"slices"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/pcc-platform/pcc/verify"
)

// TestSchema holds the published JSON Schema to the vectors: it takes every document whose shape the verifier takes, and refuses
// every one that the verifier refuses for its shape. That fields have one order and spelling it cannot say.
func TestSchema(t *testing.T) {
	schema, err := jsonschema.NewCompiler().Compile("../docs/proof-document.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	var m manifest
	if err := json.Unmarshal(read(t, manifestFile), &m); err != nil {
		t.Fatal(err)
	}
	shape := []string{string(verify.ReasonDocumentMalformed), string(verify.ReasonClassesIncomplete), string(verify.ReasonSchemaUnknown)}
	refused := 0
	for _, c := range m.Cases {
		if c.At == "document" {
			continue
		}
		document, err := jsonschema.UnmarshalJSON(bytes.NewReader(read(t, c.Document)))
		if err != nil {
			t.Fatalf("%s: %v", c.Name, err)
		}
		err = schema.Validate(document)
		wantRefused := slices.Contains(shape, c.Expect)
		if (err != nil) != wantRefused {
			t.Errorf("%s: %v, want a refusal: %t", c.Name, err, wantRefused)
		}
		if wantRefused {
			refused++
		}
	}
	if refused == 0 {
		t.Error("no vector has a wrong shape")
	}
}
