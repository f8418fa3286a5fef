package ingest

import (
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

// TestCutIsStorable is about text that anybody may have sent.
func TestCutIsStorable(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := string(rapid.SliceOf(rapid.Byte()).Draw(t, "text"))
		got := cut(text, 16)
		if len(got) > 16 || !utf8.ValidString(got) || strings.Contains(got, "\x00") {
			t.Fatalf("%q became %q", text, got)
		}
	})
	if got := cut("as it is", 16); got != "as it is" {
		t.Errorf("harmless text became %q", got)
	}
}
