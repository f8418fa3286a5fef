package server_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
)

const (
	vin = "0PCTESTTESTGW0001"
	// noHandle is a well-formed handle of nothing.
	noHandle = "00000000-0000-4000-8000-000000000000"
)

// bind returns the handle of vin.
func (r *running) bind(c *http.Client, headers ...string) string {
	r.t.Helper()
	vehicle, _ := r.do(c, http.MethodPost, "/v1/vehicles:bind", text(`{"vin":"`+vin+`"}`), headers...).object(r.t)["vehicle"].(string)
	return vehicle
}

// register returns the name of a new holder.
func (r *running) register(c *http.Client) string {
	r.t.Helper()
	body := `{"requestId":"` + uuid.NewString() + `","vehicle":"` + r.bind(c) + `","identity":{"fullName":"Ada Sample"}}`
	name, _ := r.do(c, http.MethodPost, "/v1/holders", text(body)).object(r.t)["name"].(string)
	return name
}

func TestACallReachesItsServiceAndComesBack(t *testing.T) {
	r := start(t, nil)
	oem := r.as(r.oem)
	vehicle := r.bind(oem)
	if !strings.HasPrefix(vehicle, "vehicles/") {
		t.Fatalf("vehicle %q", vehicle)
	}
	again := r.do(oem, http.MethodPost, "/v1/vehicles:bind", text(`{"vin":"`+vin+`"}`)).object(t)
	if created, written := again["created"]; again["vehicle"] != vehicle || created != false || !written {
		t.Errorf("bound again: %v; want the same handle and created written out", again)
	}
	name := r.register(oem)
	holder := r.do(oem, http.MethodGet, "/v1/"+name, nil).object(t)
	identity, _ := holder["identity"].(map[string]any)
	if identity["fullName"] != "Ada Sample" || holder["vehicle"] != vehicle {
		t.Errorf("holder %v", holder)
	}
	wantProblem(t, "another member", r.do(r.as(r.garage), http.MethodGet, "/v1/"+name, nil), 404, "HOLDER_NOT_FOUND", "")
	wantProblem(t, "a service's refusal", r.do(oem, http.MethodPost, "/v1/vehicles:bind", text(`{"vin":"1"}`)), 400, "VIN_LENGTH", "vin")
	wantProblem(t, "a proto's rule", r.do(oem, http.MethodPost, "/v1/holders", text(`{"requestId":"1"}`)), 400, "INVALID_FIELD", "request_id")
}

func TestABearerTokenIsEnough(t *testing.T) {
	r := start(t, nil)
	nobody := r.client(nil)
	byCertificate, byToken := r.bind(r.as(r.oem)), r.bind(nobody, "Authorization", r.token(r.oem, time.Now()))
	if byToken != byCertificate || byToken == "" {
		t.Errorf("handles %q and %q", byToken, byCertificate)
	}
	// Where both are there the token counts: garage's certificate, oem's holder.
	name := r.register(r.as(r.oem))
	got := r.do(r.as(r.garage), http.MethodGet, "/v1/"+name, nil, "Authorization", r.token(r.oem, time.Now())).object(t)
	if got["name"] != name {
		t.Errorf("holder %v", got)
	}
}

func TestNobodySmugglesAPrincipal(t *testing.T) {
	r := start(t, nil)
	name := r.register(r.as(r.oem))
	admin := r.oem.ID + "/admin"
	a := r.do(r.as(r.garage), http.MethodGet, "/v1/"+name, nil,
		"Pcc-Forwarded-Principal", admin, "Grpc-Metadata-Pcc-Forwarded-Principal", admin,
		"Grpc-Metadata-Authorization", r.token(r.oem, time.Now()), "Grpcgateway-Authorization", r.token(r.oem, time.Now()))
	wantProblem(t, "with another's name in the headers", a, 404, "HOLDER_NOT_FOUND", "")
}

func TestAServiceThatIsDownIsAProblem(t *testing.T) {
	r := start(t, nil)
	a := r.do(r.as(r.oem), http.MethodGet, "/v1/prices", nil)
	wantProblem(t, "down", a, 503, "UPSTREAM", "")
	if strings.Contains(string(a.body), "127.0.0.1") {
		t.Errorf("the problem names hosts: %s", a.body)
	}
}

func TestTheLogAndTheMetricsHaveRoutesAndNoPersonalData(t *testing.T) {
	r := start(t, nil)
	oem := r.as(r.oem)
	name := r.register(oem)
	r.do(oem, http.MethodGet, "/v1/"+name, nil).object(t)
	r.do(oem, http.MethodGet, "/v1/holders/"+vin+"?vin="+vin, nil)
	r.do(oem, http.MethodGet, "/"+vin, nil)
	r.do(oem, http.MethodPost, "/v1/vehicles:bind", text(`{"vin":"`+vin+`x"}`))
	r.do(oem, http.MethodPost, "/v1/vehicles:bind", text(`{"vin":{"`+vin+`":1}}`))
	log := r.log.String()
	for _, want := range []string{`"route":"/v1/{name=holders/*}"`, `"route":"/v1/vehicles:bind"`, `"member":"` + r.oem.ID + `"`} {
		if !strings.Contains(log, want) {
			t.Errorf("the log has no %s:\n%s", want, log)
		}
	}
	measured := r.metrics()
	for _, want := range []string{`http_route="/v1/{name=holders/*}"`, `pcc_reason="VIN_LENGTH"`, `pcc_reason="UNKNOWN_FIELD"`} {
		if !strings.Contains(measured, want) {
			t.Errorf("the metrics have no %s:\n%s", want, measured)
		}
	}
	for _, secret := range []string{vin, "Ada", strings.TrimPrefix(name, "holders/")} {
		if strings.Contains(log+measured, secret) {
			t.Errorf("log or metrics have %q:\n%s\n%s", secret, log, measured)
		}
	}
}

// metrics is what the admin port shows to a collector.
func (r *running) metrics() string {
	r.t.Helper()
	req, err := http.NewRequestWithContext(r.t.Context(), http.MethodGet, r.admin+"/metrics", nil)
	if err != nil {
		r.t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		r.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	return string(text)
}
