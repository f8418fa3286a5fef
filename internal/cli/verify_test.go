package cli

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pcc-platform/pcc/verify"
)

const aVIN = "0PC11111111111111" // of the vectors

func vector(name string) string {
	return filepath.Join("..", "..", "verify", "testdata", "vectors", name)
}

// verifyVector runs `pcc verify` on a document of the vectors.
func verifyVector(t *testing.T, wantCode int, input, document string, flags ...string) string {
	t.Helper()
	var out bytes.Buffer
	args := append([]string{"verify", vector(document), "--trust", vector("trust_sources.json")}, flags...)
	if code := Main(args, strings.NewReader(input), &out, &out); code != wantCode {
		t.Fatalf("pcc %s: exit code %d: %s", strings.Join(args, " "), code, out.String())
	}
	return out.String()
}

func TestVerifySaysWhatIsShownAndWhatIsNot(t *testing.T) {
	out := verifyVector(t, 0, "", "valid/signed_event_withheld.json")
	for _, want := range []string{
		"VERIFIED  passports/0199e9d4-0000-7000-8000-000000000001: complete up to 2026-01-31 11:00:00 UTC (", "epoch 3\n",
		"  odometer    3 events, 1 withheld\n", "  workshop    1 event\n", "  no events of usage, battery, damage, theft, recall, register, note\n",
		"  endorsed by GarageMSP, InsurerMSP, OemMSP\n", "  cosigned by oem.example at 2026-01-31 11:00:05 UTC\n",
		"2 of the 5 events were signed by their sources", "Withheld: of 1 events", "Never submitted:", "Vehicle:",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
}

func TestVerifyOfAVIN(t *testing.T) {
	var v struct {
		verify.Report
		AgeSeconds int64 `json:"age_seconds"`
		VINProven  bool  `json:"vin_proven"`
	}
	out := verifyVector(t, 0, aVIN+"\n", "valid/VIN_known.json", "--vin-stdin", "--json")
	if err := json.Unmarshal([]byte(out), &v); err != nil {
		t.Fatal(err)
	}
	if !v.VINProven || v.EpochNumber != 3 || v.AgeSeconds <= 0 || v.Events() != 6 || strings.Contains(out, "Vehicle:") || strings.Contains(out, aVIN) {
		t.Errorf("%s", out)
	}
	for input, want := range map[string]string{"0PC11111111111112": "OTHER_VEHICLE", "": "no VIN"} {
		if out := verifyVector(t, 1, input, "valid/VIN_known.json", "--vin-stdin"); !strings.Contains(out, want) {
			t.Errorf("%q: %s", input, out)
		}
	}
}

// TestPrint writes no PDF of a document that does not verify.
func TestPrint(t *testing.T) {
	out := filepath.Join(t.TempDir(), "passport.pdf")
	trust := []string{"--trust", vector("trust.json"), "-o", out}
	run(t, 1, append([]string{"print", vector("forged/event_dropped.json")}, trust...)...)
	if _, err := os.Stat(out); !os.IsNotExist(err) {
		t.Errorf("a forgery is printed: %v", err)
	}
	run(t, 0, append([]string{"print", vector("valid/complete.json"), "--link", "https://pcc.example/verify"}, trust...)...)
	pdf, err := os.ReadFile(out)
	if err != nil || !bytes.HasPrefix(pdf, []byte("%PDF-")) {
		t.Errorf("%.10q, %v", pdf, err)
	}
}

func TestVerifyRefuses(t *testing.T) {
	out := verifyVector(t, 1, "", "forged/event_dropped.json")
	if !strings.Contains(out, "LIST_NOT_IN_MAP at lists[0]") || strings.Contains(out, "VERIFIED") {
		t.Errorf("%s", out)
	}
}
