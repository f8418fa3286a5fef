package model

import (
	"strings"
	"testing"
)

// services/anchor tests the key against those that witnesses make.
func TestWitnessKeyRoundTrip(t *testing.T) {
	key := witnessKey("oem")
	parsed, err := ParseWitnessKey(key.String())
	if err != nil || parsed != key {
		t.Fatalf("%+v, %v", parsed, err)
	}
	renamed := key
	renamed.Name += "2"
	if renamed.ID() == key.ID() {
		t.Error("the ID does not depend on the name")
	}
}

func TestParseWitnessKeyRefusesOtherForms(t *testing.T) {
	text := witnessKey("oem").String()
	name, rest, _ := strings.Cut(text, "+")
	id, public, _ := strings.Cut(rest, "+")
	cases := map[string]string{
		"empty":                "",
		"dash":                 "-",
		"no key":               name + "+" + id,
		"no name":              "+" + rest,
		"capitals in the name": strings.ToUpper(name) + "+" + rest,
		"space in the name":    "a b+" + rest,
		"newline in the name":  "a\nb+" + rest,
		"name too long":        strings.Repeat("a", MaxKeyNameBytes+1) + "+" + rest,
		"another name":         "x" + text,
		"capitals in the ID":   name + "+" + strings.ToUpper(id) + "+" + public,
		"ID of another key":    name + "+00000000+" + public,
		"key of a log":         name + "+" + id + "+AQ" + public[2:],
		"short key":            name + "+" + id + "+" + public[:len(public)-4],
		"newline at the end":   text + "\n",
		"one field more":       text + "+",
	}
	for name, other := range cases {
		t.Run(name, func(t *testing.T) {
			if _, err := ParseWitnessKey(other); ReasonOf(err) != ReasonMalformed {
				t.Errorf("got %v, want %s", err, ReasonMalformed)
			}
		})
	}
}
