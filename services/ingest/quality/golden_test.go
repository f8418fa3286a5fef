package quality_test

import (
	"bufio"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"github.com/pcc-platform/pcc/services/ingest/quality"
)

var update = flag.Bool("update", false, "make the golden vectors anew")

// vector is one line of testdata/vectors.jsonl: other implementations compare themselves with them, and this one with
// itself on other machines.
type vector struct {
	Inputs        quality.Inputs
	Score         quality.Score
	Contributions []quality.Contribution
}

func TestGoldenVectors(t *testing.T) {
	path := filepath.Join("testdata", "vectors.jsonl")
	if *update {
		writeVectors(t, path)
	}
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	lines := bufio.NewScanner(file)
	n := 0
	for ; lines.Scan(); n++ {
		var want vector
		if err := json.Unmarshal(lines.Bytes(), &want); err != nil {
			t.Fatal(err)
		}
		if got := vectorOf(want.Inputs); !reflect.DeepEqual(got, want) {
			t.Errorf("line %d: %+v, want %+v", n+1, got, want)
		}
	}
	if lines.Err() != nil || n < 100 {
		t.Errorf("%d vectors, %v", n, lines.Err())
	}
}

func vectorOf(in quality.Inputs) vector {
	return vector{Inputs: in, Score: policy.Score(in), Contributions: policy.Explain(in)}
}

func writeVectors(t *testing.T, path string) {
	t.Helper()
	var text []byte
	for i := range 120 {
		n := quality.Millionths(i)
		in := quality.Inputs{
			Kind:     []quality.Kind{quality.Odometer, quality.Repair, quality.Incident, quality.Register}[i%4],
			BaseRate: 400_000 + n*5000, Confirmations: n * n * 12_345, Refutations: n * 77_777 % 3_000_000,
			Plausibility: one - n*8000, Provenance: 500_000 + n*99_991%500_001, Completeness: n * 333_331 % (one + 1),
			Delay: time.Duration(i*i) * 7 * time.Hour, Corroborators: i % 5, Withdrawn: i == 119,
		}
		line, err := json.Marshal(vectorOf(in))
		if err != nil {
			t.Fatal(err)
		}
		text = append(append(text, line...), '\n')
	}
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
}
