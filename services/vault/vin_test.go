package vault_test

import (
	"errors"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/pcc-platform/pcc/services/vault"
)

func TestParseVIN(t *testing.T) {
	const good = "0PCAB123CD456E789"
	for _, c := range []struct {
		name, raw string
		want      error
	}{
		{"plain", good, nil},
		{"lower case", strings.ToLower(good), nil},
		{"white space", " \t" + good + "\n", nil},
		{"empty", "", vault.ErrVINLength},
		{"16 characters", good[1:], vault.ErrVINLength},
		{"18 characters", good + "1", vault.ErrVINLength},
		{"letter I", "I" + good[1:], vault.ErrVINAlphabet},
		{"letter O", "O" + good[1:], vault.ErrVINAlphabet},
		{"letter Q", "Q" + good[1:], vault.ErrVINAlphabet},
		{"inner space", "0PC AB123CD456E78", vault.ErrVINAlphabet},
		{"no ASCII, 17 characters", "É" + good[1:], vault.ErrVINAlphabet},
		{"long s, whose upper case is S", "ſ" + good[1:], vault.ErrVINAlphabet},
	} {
		vin, err := vault.ParseVIN(c.raw)
		if !errors.Is(err, c.want) {
			t.Errorf("%s: error %v, want %v", c.name, err, c.want)
		}
		if err == nil && vin.Reveal() != good {
			t.Errorf("%s: not normalised", c.name)
		}
	}
}

func TestEveryWellFormedVINIsItsOwnNormalForm(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		raw := rapid.StringMatching(`[A-HJ-NPR-Z0-9]{17}`).Draw(t, "vin")
		vin, err := vault.ParseVIN(" " + strings.ToLower(raw))
		if err != nil || vin.Reveal() != raw {
			t.Fatalf("refused or changed: %v", err)
		}
		if got := string(vin.TagInput()); got != "pcc/vault/vin/v1\x00"+raw {
			t.Fatalf("tag input %q", got)
		}
	})
}
