// Package helm_test renders the chart and holds it, and the example configurations, to what services read.
package helm_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	gateway "github.com/pcc-platform/pcc/gateway/server"
	"github.com/pcc-platform/pcc/internal/config"
	"github.com/pcc-platform/pcc/internal/devstack/toolchain"
	"github.com/pcc-platform/pcc/migrations"
	access "github.com/pcc-platform/pcc/services/access/server"
	anchor "github.com/pcc-platform/pcc/services/anchor/server"
	ingest "github.com/pcc-platform/pcc/services/ingest/server"
	registry "github.com/pcc-platform/pcc/services/registry/server"
	settlement "github.com/pcc-platform/pcc/services/settlement/server"
	vault "github.com/pcc-platform/pcc/services/vault/server"
)

// configs are empty configurations to read into, by service.
func configs() map[string]any {
	return map[string]any{
		"registry": &registry.Config{}, "vault": &vault.Config{}, "ingest": &ingest.Config{},
		"settlement": &settlement.Config{}, "anchor": &anchor.Config{}, "access": &access.Config{},
		"gateway": &gateway.Config{},
	}
}

// everything turns on what the defaults leave off.
var everything = []string{
	"--set", "issuers[0].url=https://login.example.org,issuers[0].jwksURL=https://login.example.org/keys,issuers[0].audience=pcc",
	"--set", "gateway.publicTLSSecret=public,gateway.devices=true,gateway.sealing.keySecret=sealing,log.keySecret=log,anchor.witnesses[0].name=insurer,anchor.witnesses[0].url=https://w.example.org,anchor.witnesses[0].key=w.example.org+00000000+AA==,image.pullSecrets[0]=pull",
	"--set", "ingress.enabled=true,ingress.gatewayHost=api.example.org,ingress.grpcHosts.ingest=ingest.example.org",
	"--set", "networkPolicy.scrapers[0].namespaceSelector.matchLabels.name=monitoring",
	"--set", "networkPolicy.egress.vault[0].ports[0].port=5432",
}

func TestLint(t *testing.T) {
	helm(t, "lint", "--strict", "pcc")
}

func TestEveryServiceIsRendered(t *testing.T) {
	for name, flags := range map[string][]string{"defaults": nil, "everything": everything} {
		t.Run(name, func(t *testing.T) {
			objects := render(t, flags...)
			for service := range configs() {
				for _, kind := range []string{"Deployment", "Service", "ServiceAccount", "ConfigMap", "PodDisruptionBudget", "NetworkPolicy"} {
					objects.one(t, kind, "test-"+service)
				}
			}
			for _, service := range migrations.Services() {
				objects.one(t, "Job", "test-migrate-"+service)
			}
			if ingresses := objects.count("Ingress"); ingresses != map[string]int{"defaults": 0, "everything": 2}[name] {
				t.Errorf("%d Ingresses", ingresses)
			}
		})
	}
}

func TestRenderedConfigurationsAreReadStrictly(t *testing.T) {
	for _, flags := range [][]string{nil, everything} {
		objects := render(t, flags...)
		for service, cfg := range configs() {
			objects.config(t, service, cfg)
		}
	}
}

func TestReadersHaveADatabaseRoleOfTheirOwn(t *testing.T) {
	objects := render(t)
	for _, service := range migrations.Services() {
		text := objects.one(t, "ConfigMap", "test-"+service).Data[service+".yaml"]
		if got, want := strings.Contains(text, "reader_url_file:"), slices.Contains(migrations.Readers(), service); got != want {
			t.Errorf("%s: reader_url_file %t, want %t", service, got, want)
		}
	}
}

func TestPodsAreConfined(t *testing.T) {
	for _, o := range render(t) {
		if o.Kind != "Deployment" && o.Kind != "Job" {
			continue
		}
		pod := o.Spec.Template.Spec
		if !pod.SecurityContext.RunAsNonRoot || pod.AutomountServiceAccountToken == nil || *pod.AutomountServiceAccountToken {
			t.Errorf("%s runs as root or with a token", o.Metadata.Name)
		}
		for _, c := range slices.Concat(pod.InitContainers, pod.Containers) {
			if !c.SecurityContext.ReadOnlyRootFilesystem || c.Resources["limits"] == nil {
				t.Errorf("%s/%s writes to its image or has no limits", o.Metadata.Name, c.Name)
			}
			if o.Kind == "Deployment" && c.Name != "copy-keys" && (c.LivenessProbe == nil || c.ReadinessProbe == nil) {
				t.Errorf("%s/%s is not probed", o.Metadata.Name, c.Name)
			}
		}
	}
}

func TestKeyFilesAreTheServicesAlone(t *testing.T) {
	for service, files := range map[string][]string{"vault": {"tag.key", "wrapping.key", "data.keyset", "hash.keyset"}, "ingest": {"log.key"}, "registry": {"log.key"}, "settlement": {"log.key"}, "anchor": {"log.key"}, "gateway": {"sealing.key"}} {
		copies := render(t, everything...).one(t, "Deployment", "test-"+service).Spec.Template.Spec.InitContainers
		if len(copies) != 1 || copies[0].Name != "copy-keys" {
			t.Fatalf("%s: init containers %v", service, copies)
		}
		command := strings.Join(copies[0].Command, " ")
		for _, file := range files {
			if !strings.HasPrefix(command, "install -m 0400 ") || !strings.Contains(command, " /etc/pcc/keys/"+file+" ") {
				t.Errorf("%s: %s is not copied by %q", service, file, command)
			}
		}
	}
}

func TestMisspeltValuesAreRefused(t *testing.T) {
	cmd := exec.CommandContext(t.Context(), helmPath(t), "template", "test", "pcc", "--set", "services.vault.replica=3")
	cmd.Dir = chartDir(t)
	if out, err := cmd.CombinedOutput(); err == nil || !strings.Contains(string(out), "replica") {
		t.Errorf("error %v:\n%s", err, out)
	}
}

// object is what the tests look at of a Kubernetes object.
type object struct {
	Kind     string
	Metadata struct{ Name string }
	Data     map[string]string
	Spec     struct {
		Template struct {
			Spec struct {
				SecurityContext struct {
					RunAsNonRoot bool `yaml:"runAsNonRoot"`
				} `yaml:"securityContext"`
				AutomountServiceAccountToken *bool       `yaml:"automountServiceAccountToken"`
				InitContainers               []container `yaml:"initContainers"`
				Containers                   []container
			}
		}
	}
}

type container struct {
	Name            string
	Command         []string
	SecurityContext struct {
		ReadOnlyRootFilesystem bool `yaml:"readOnlyRootFilesystem"`
	} `yaml:"securityContext"`
	Resources      map[string]any
	LivenessProbe  any `yaml:"livenessProbe"`
	ReadinessProbe any `yaml:"readinessProbe"`
}

type objects []object

func (all objects) one(t *testing.T, kind, name string) object {
	t.Helper()
	for _, o := range all {
		if o.Kind == kind && o.Metadata.Name == name {
			return o
		}
	}
	t.Fatalf("no %s %s is rendered", kind, name)
	return object{}
}

// config reads a service's rendered configuration as the service does.
func (all objects) config(t *testing.T, service string, into any) {
	t.Helper()
	text := all.one(t, "ConfigMap", "test-"+service).Data[service+".yaml"]
	file := filepath.Join(t.TempDir(), service+".yaml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := config.Load(file, into); err != nil {
		t.Errorf("%s: %v\n%s", service, err, text)
	}
}

func (all objects) count(kind string) (n int) {
	for _, o := range all {
		if o.Kind == kind {
			n++
		}
	}
	return n
}

func render(t *testing.T, flags ...string) objects {
	t.Helper()
	rendered := helm(t, append([]string{"template", "test", "pcc"}, flags...)...)
	decoder := yaml.NewDecoder(bytes.NewReader(rendered))
	var out objects
	for {
		var o object
		err := decoder.Decode(&o)
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, o)
	}
}

// helm returns what the pinned helm prints; the chart is the folder "pcc".
func helm(t *testing.T, args ...string) []byte {
	t.Helper()
	var stdout, stderr bytes.Buffer
	cmd := exec.CommandContext(t.Context(), helmPath(t), args...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = chartDir(t), &stdout, &stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("helm %s: %v\n%s%s", strings.Join(args, " "), err, stdout.Bytes(), stderr.Bytes())
	}
	return stdout.Bytes()
}

// chartDir holds a copy of the chart: go test repeats a cached test only for files that the test itself has read.
func chartDir(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(filepath.Join(dir, "pcc"), os.DirFS("pcc")); err != nil {
		t.Fatal(err)
	}
	return dir
}

// helmPath builds helm when it is missing or outdated.
func helmPath(t *testing.T) string {
	t.Helper()
	if err := toolchain.Ensure(t.Context(), "..", []toolchain.Module{toolchain.Helm}, toolchain.Print(t.Output())); err != nil {
		t.Fatal(err)
	}
	path, err := filepath.Abs(toolchain.Bin("..", "helm"))
	if err != nil {
		t.Fatal(err)
	}
	return path
}
