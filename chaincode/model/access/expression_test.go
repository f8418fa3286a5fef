package access_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/pcc-platform/pcc/chaincode/internal/accesstest"
	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/chaincode/model/access"
)

// atoms are those of generated expressions.
func atoms() []string {
	return []string{
		"member:a", "member:b", "member:c", "member:*", "msp:OrgMSP", string(accesstest.New("owner").Identity),
		"policy:" + string(accesstest.PolicyID) + "/read:damage",
	}
}

// expressionText draws the one text of an expression with at most depth levels below it, and at most 2^depth * 3 atoms.
func expressionText(t *rapid.T, depth int, allowed []string) string {
	form := 0
	if depth > 0 {
		form = rapid.IntRange(0, 3).Draw(t, "form")
	}
	if form == 0 {
		return rapid.SampledFrom(allowed).Draw(t, "atom")
	}
	parts := make([]string, rapid.IntRange(2, 3).Draw(t, "parts"))
	for i := range parts {
		parts[i] = expressionText(t, depth-1, allowed)
	}
	if form == 3 {
		return string('0'+byte(rapid.IntRange(1, len(parts)).Draw(t, "need"))) + " of (" + strings.Join(parts, ", ") + ")"
	}
	for i, p := range parts {
		if strings.ContainsAny(topLevel(p), "&|") {
			parts[i] = "(" + p + ")"
		}
	}
	return strings.Join(parts, [3]string{"", " & ", " | "}[form])
}

// topLevel leaves out what is in brackets.
func topLevel(text string) string {
	var out strings.Builder
	depth := 0
	for _, c := range text {
		switch {
		case c == '(':
			depth++
		case c == ')':
			depth--
		case depth == 0:
			out.WriteRune(c)
		}
	}
	return out.String()
}

func TestExpressionsPrintAsTheyWereRead(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := expressionText(t, 3, atoms())
		e, err := access.ParseExpression(text)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		if e.String() != text {
			t.Fatalf("read %q, printed %q", text, e)
		}
	})
}

func TestSpacesAndParenthesesAreFree(t *testing.T) {
	for text, want := range map[string]string{
		"  member:a  ":                        "member:a",
		"((member:a))":                        "member:a",
		"member:a&member:b":                   "member:a & member:b",
		"(member:a|member:b)&member:c":        "(member:a | member:b) & member:c",
		"(member:a & member:b) & member:c":    "(member:a & member:b) & member:c",
		"2 of(member:a,(member:b),member:c)":  "2 of (member:a, member:b, member:c)",
		"1 of ((member:a & member:b))":        "1 of (member:a & member:b)",
		"02 of (member:a, member:b)":          "2 of (member:a, member:b)",
		"(2 of (member:a, member:b)) | msp:M": "2 of (member:a, member:b) | msp:M",
	} {
		e, err := access.ParseExpression(text)
		if err != nil || e.String() != want {
			t.Errorf("%s: got %q, %v; want %q", text, e, err, want)
		}
	}
}

func TestExpressionsThatAreNone(t *testing.T) {
	key := string(accesstest.New("owner").Identity)
	deep := strings.Repeat("(", access.MaxDepth) + "member:a" + strings.Repeat(")", access.MaxDepth)
	wide := strings.TrimSuffix(strings.Repeat("member:a | ", access.MaxAtoms+1), " | ")
	for _, text := range []string{
		"", " ", "member:a &", "& member:a", "member:a member:b", "(member:a", "member:a)", "()", "2 of ()", "2 of (member:a)", "0 of (member:a)",
		"-1 of (member:a)", "2 or (member:a, member:b)", "2 of member:a", "9999999999999999999999 of (member:a)", "2 of (member:a, member:b",
		"member:", "member:A", "member:a*", "member:**", "msp:", "msp:a/b", "msp:*", "key:*", key + "=", key[:len(key)-1], "key:ed25519:", "key:rsa:AAAA",
		"key:p256:" + strings.Repeat("A", 87), "policy:0/evolve", "policy:" + strings.Repeat("0", 32), "policy:" + strings.Repeat("0", 32) + "/drive",
		"policy:" + strings.Repeat("A", 32) + "/evolve", "member:a & member:b | member:c", "member:a | member:b & member:c", "(member:a & member:b) | member:c & member:a",
		"member:a && member:b", "member:a\t& member:b", "member:a\n", "!member:a", deep, wide,
	} {
		if _, err := access.ParseExpression(text); model.ReasonOf(err) != model.ReasonMalformed {
			t.Errorf("%q: got %v", text, err)
		}
	}
}

func TestExpressionsAtTheirLimits(t *testing.T) {
	nested := "member:a"
	for range access.MaxDepth - 1 {
		nested = "1 of (" + nested + ")"
	}
	wide := strings.TrimSuffix(strings.Repeat("member:a | ", access.MaxAtoms), " | ")
	for _, text := range []string{nested, wide} {
		if e, err := access.ParseExpression(text); err != nil || e.String() != text {
			t.Errorf("%q: %v", text, err)
		}
	}
	if _, err := access.ParseExpression("1 of (" + nested + ")"); model.ReasonOf(err) != model.ReasonMalformed {
		t.Errorf("one deeper: %v", err)
	}
}

// An expression that is read prints as a text that is read as the same.
func FuzzParseExpression(f *testing.F) {
	for _, text := range append(atoms(), "2 of (member:a, member:b & member:*, (msp:X))", "((member:a|member:b)&member:c)") {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		e, err := access.ParseExpression(text)
		if err != nil {
			if model.ReasonOf(err) != model.ReasonMalformed {
				t.Fatalf("unexpected reason: %v", err)
			}
			return
		}
		again, err := access.ParseExpression(e.String())
		if err != nil || again.String() != e.String() || len(again.Atoms()) != len(e.Atoms()) {
			t.Fatalf("%q printed as %q: %v", text, e, err)
		}
	})
}
