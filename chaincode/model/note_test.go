package model_test

import (
	"strings"
	"testing"

	"github.com/pcc-platform/pcc/chaincode/internal/notetest"
	"github.com/pcc-platform/pcc/chaincode/model"
)

const origin = "pcc.example/index"

var checkpoint = notetest.Text(origin, 3, model.Hash{7})

func TestParseNote(t *testing.T) {
	n, err := model.ParseNote([]byte(notetest.Note(checkpoint)))
	if err != nil || n.Origin != origin || n.Size != 3 || n.Root != (model.Hash{7}) {
		t.Fatalf("%+v, %v", n, err)
	}
}

func TestParseNoteRefusesOtherForms(t *testing.T) {
	note := notetest.Note(checkpoint)
	line := notetest.LogLine()
	cases := map[string]string{
		"empty":                   "",
		"no signature":            checkpoint + "\n",
		"no empty line":           checkpoint + line,
		"no checkpoint":           "\n\n" + line,
		"two empty lines":         checkpoint + "\n\n" + line,
		"an extension":            checkpoint + "WVWZZZ1JZXW000001\n\n" + line,
		"two lines":               strings.Replace(note, "\n3\n", "\n", 1),
		"leading zero":            strings.Replace(note, "\n3\n", "\n03\n", 1),
		"size overflows":          strings.Replace(note, "\n3\n", "\n18446744073709551616\n", 1),
		"carriage returns":        strings.ReplaceAll(note, "\n", "\r\n"),
		"root of another length":  strings.Replace(note, "Bw", "BwAA", 1),
		"capitals in the origin":  strings.Replace(note, origin, "WVWZZZ1JZXW000001", 1),
		"no origin":               strings.Replace(note, origin, "", 1),
		"origin too long":         strings.Replace(note, origin, strings.Repeat("a", model.MaxKeyNameBytes+1), 1),
		"no newline at the end":   strings.TrimSuffix(note, "\n"),
		"text after the lines":    note + "\n",
		"hyphen for the dash":     strings.Replace(note, "— ", "- ", 1),
		"no name":                 checkpoint + "\n— AAAAAAA=\n",
		"capitals in a name":      checkpoint + "\n" + notetest.Line("WVWZZZ1JZXW000001", 1, []byte{1}),
		"a key ID alone":          checkpoint + "\n" + notetest.Line("a", 1, nil),
		"line break in base64":    strings.Replace(note, "AQID", "AQ\rID", 1),
		"unused bits of base64":   checkpoint + "\n— a AAAAAAB=\n",
		"one field more":          strings.TrimSuffix(note, "\n") + " x\n",
		"longer than the bound":   note + strings.Repeat(line, model.MaxNoteBytes/len(line)),
		"more lines than allowed": checkpoint + "\n" + strings.Repeat(notetest.Line("a", 1, []byte{1}), model.MaxNoteSignatures+1),
	}
	for name, other := range cases {
		t.Run(name, func(t *testing.T) {
			if other == note {
				t.Fatal("the case does not change the note")
			}
			if _, err := model.ParseNote([]byte(other)); model.ReasonOf(err) != model.ReasonNoteMalformed {
				t.Errorf("got %v, want %s", err, model.ReasonNoteMalformed)
			}
		})
	}
	most := checkpoint + "\n" + strings.Repeat(notetest.Line("a", 1, []byte{1}), model.MaxNoteSignatures)
	if _, err := model.ParseNote([]byte(most)); err != nil {
		t.Errorf("with %d lines: %v", model.MaxNoteSignatures, err)
	}
}

// What is accepted states exactly the checkpoint that its first lines are.
func FuzzParseNote(f *testing.F) {
	f.Fuzz(func(t *testing.T, signed []byte) {
		n, err := model.ParseNote(signed)
		if err != nil {
			if model.ReasonOf(err) != model.ReasonNoteMalformed {
				t.Fatalf("unexpected reason: %v", err)
			}
			return
		}
		if text := notetest.Text(n.Origin, n.Size, n.Root); !strings.HasPrefix(string(signed), text+"\n— ") {
			t.Fatalf("read %q out of %q", text, signed)
		}
	})
}
