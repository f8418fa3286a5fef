package nats

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
)

// TestTheLogShowsNoVIN has lines as the server writes them of a device that uses a VIN as its names.
func TestTheLogShowsNoVIN(t *testing.T) {
	const vin = "WVWZZZ1KZAW000101"
	var out bytes.Buffer
	l := newLogger(slog.New(slog.NewJSONHandler(&out, nil)), nil)
	l.Errorf("authentication error - User %q", vin)
	l.Errorf("%q - Publish Violation - Subject %q", strings.ToLower(vin), "pcc.v1.passports."+vin+".events.json")
	l.Noticef("account %s", "AB3W5HXQLPXDVWP3IPL35K2SSCHY77MOYWEBJEQNUEFRPTUCG3VZIED5")
	if text := strings.ToUpper(out.String()); strings.Contains(text, vin) || strings.Count(text, "[REDACTED]") != 3 {
		t.Errorf("the log shows a VIN, or lacks what is none:\n%s", out.String())
	}
	if !strings.Contains(out.String(), "AB3W5HXQ") {
		t.Errorf("the log lacks what is no VIN:\n%s", out.String())
	}
}
