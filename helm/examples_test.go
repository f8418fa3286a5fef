package helm_test

import (
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/pcc-platform/pcc/internal/config"
)

// unused are keys that a service has in common with others and has no use for.
var unused = map[string][]string{
	"gateway": {"keto_read_address", "nats", "database"},
	"vault":   {"nats"},
	"access":  {"nats"},
}

func TestExamplesAreReadStrictly(t *testing.T) {
	for service, cfg := range configs() {
		if err := config.Load(example(service), cfg); err != nil {
			t.Errorf("%s: %v", service, err)
		}
	}
}

func TestExamplesHaveEveryKey(t *testing.T) {
	for service, cfg := range configs() {
		raw, err := os.ReadFile(example(service))
		if err != nil {
			t.Fatal(err)
		}
		var written map[string]any
		if err := yaml.Unmarshal(raw, &written); err != nil {
			t.Fatal(err)
		}
		for _, key := range missing(reflect.TypeOf(cfg).Elem(), written, "") {
			// A database without tenants' rows has no second role.
			if !slices.Contains(unused[service], key) && key != "database.reader_url_file" {
				t.Errorf("%s does not show %s", example(service), key)
			}
		}
	}
}

func TestTheChartConnectsTheSameServicesAsTheExamples(t *testing.T) {
	objects := render(t)
	for service, cfg := range configs() {
		if err := config.Load(example(service), cfg); err != nil {
			t.Fatal(err)
		}
		rendered := configs()[service]
		objects.config(t, service, rendered)
		if got, want := dials(rendered), dials(cfg); !slices.Equal(got, want) {
			t.Errorf("%s connects to %v, its example to %v", service, got, want)
		}
	}
}

// dials returns the names of the services in a configuration.
func dials(cfg any) []string {
	services, _ := reflect.ValueOf(cfg).Elem().FieldByName("Services").Interface().(map[string]string)
	return slices.Sorted(maps.Keys(services))
}

func example(service string) string {
	return filepath.Join("..", "deploy", "config", service+".yaml")
}

// missing returns the paths of the keys of a configuration's type that a document does not have.
func missing(typ reflect.Type, written map[string]any, prefix string) (keys []string) {
	for i := range typ.NumField() {
		field := typ.Field(i)
		name, options, _ := strings.Cut(field.Tag.Get("yaml"), ",")
		if strings.Contains(options, "inline") {
			keys = append(keys, missing(field.Type, written, prefix)...)
			continue
		}
		value, ok := written[name]
		if !ok {
			keys = append(keys, prefix+name)
			continue
		}
		inner, isMap := value.(map[string]any)
		if isMap && field.Type.Kind() == reflect.Struct {
			keys = append(keys, missing(field.Type, inner, prefix+name+".")...)
		}
	}
	return keys
}
