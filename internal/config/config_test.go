package config_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pcc-platform/pcc/internal/config"
)

type settings struct {
	Listen string            `yaml:"listen"`
	Nested map[string]string `yaml:"nested"`
}

func load(t *testing.T, text string) (settings, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "config.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	var s settings
	err := config.Load(path, &s)
	return s, err
}

func TestLoad(t *testing.T) {
	got, err := load(t, "listen: 127.0.0.1:1\nnested: {a: b}\n")
	if err != nil || got.Listen != "127.0.0.1:1" || got.Nested["a"] != "b" {
		t.Errorf("Load = %+v, %v", got, err)
	}
}

func TestLoadIsStrict(t *testing.T) {
	const limit = 1 << 20
	long := "listen: here\n" + strings.Repeat("#", limit) + "\nlisten: there\n"
	for name, c := range map[string]struct{ text, says string }{
		"unknown key":          {"listne: x\n", "listne"},
		"key given twice":      {"listen: x\nlisten: y\n", "already defined"},
		"second document":      {"listen: x\n---\nlisten: y\n", "more than one document"},
		"garbage after it":     {"listen: x\n---\n{", "more than one document"},
		"other type":           {"listen: [x]\n", "line 1"},
		"empty":                {"", "EOF"},
		"cut short when valid": {long, "larger than"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := load(t, c.text)
			if err == nil || !strings.Contains(err.Error(), c.says) || !strings.Contains(err.Error(), "config.yaml") {
				t.Errorf("Load = %+v, %v; want an error that names the file and says %q", got, err, c.says)
			}
		})
	}
}

func TestLoadNamesAMissingFile(t *testing.T) {
	if err := config.Load(filepath.Join(t.TempDir(), "absent.yaml"), new(settings)); err == nil || !strings.Contains(err.Error(), "absent.yaml") {
		t.Errorf("error = %v", err)
	}
}
