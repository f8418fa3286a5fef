package vault_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/pcc-platform/pcc/services/vault"
)

// planted is what must not be found.
const planted = "0PCAB123CD456E789"

// holding has the secrets where printers reach them by reflection.
type holding struct {
	Exported vault.VIN
	hidden   vault.VIN
	Identity vault.Identity
	inner    vault.Identity
}

func TestSecretsDoNotShow(t *testing.T) {
	vin, err := vault.ParseVIN(planted)
	if err != nil {
		t.Fatal(err)
	}
	identity, err := vault.NewIdentity(vault.Person{FullName: planted, PostalAddress: planted})
	if err != nil {
		t.Fatal(err)
	}
	outputs := map[string]string{}
	for what, v := range map[string]any{
		"VIN": vin, "pointer": &vin, "identity": identity,
		"struct": holding{vin, vin, identity, identity}, "struct pointer": &holding{vin, vin, identity, identity},
		"slice": []vault.VIN{vin}, "map": map[string]vault.VIN{"vin": vin}, "holder": vault.Holder{Identity: identity},
	} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%t", "%p", "%20s", "%w"} {
			outputs[what+" "+verb] = fmt.Sprintf(verb, v)
		}
		outputs[what+" in an error"] = fmt.Errorf("failed for %v", v).Error()
		outputs[what+" slog"] = logged(v)
		if text, err := json.Marshal(v); err == nil {
			outputs[what+" json"] = string(text)
		}
		if text, err := xml.Marshal(v); err == nil {
			outputs[what+" xml"] = string(text)
		}
	}
	outputs["String"], outputs["GoString"] = vin.String(), vin.GoString()
	hex := fmt.Sprintf("%x", planted)
	for how, text := range outputs {
		if strings.Contains(text, planted) || strings.Contains(strings.ToLower(text), hex) {
			t.Errorf("%s shows it: %s", how, text)
		}
	}
	for _, how := range []string{"VIN %v", "VIN %d", "VIN json", "VIN slog", "String", "GoString", "identity %+v", "map json"} {
		if !strings.Contains(outputs[how], "[redacted]") {
			t.Errorf("%s: %q is not redacted", how, outputs[how])
		}
	}
}

// logged is what the text and JSON handlers of slog make of v.
func logged(v any) string {
	var buf bytes.Buffer
	for _, h := range []slog.Handler{slog.NewTextHandler(&buf, nil), slog.NewJSONHandler(&buf, nil)} {
		slog.New(h).Info("value", slog.Any("v", v), slog.Group("g", slog.Any("v", v)))
	}
	return buf.String()
}
