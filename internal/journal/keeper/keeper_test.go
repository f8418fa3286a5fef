package keeper_test

import (
	"slices"
	"testing"

	"github.com/pcc-platform/pcc/internal/journal/keeper"
)

func TestWhoKeepsAStream(t *testing.T) {
	for stream, want := range map[string]string{
		"ingest/oem": "ingest", "keys/a-1": "ingest", "registry/oem": "registry", "settlement/ledger": "settlement", "index": "anchor",
	} {
		if got, ok := keeper.Of(stream); !ok || got != want || !slices.Contains(keeper.Services(), got) {
			t.Errorf("%s is kept by %q, want %s", stream, got, want)
		}
	}
	for _, none := range []string{"", "/", "ingest", "ingest/", "ingest/a", "ingest/OEM", "ingest/oem/x", "market/oem", "Ingest/oem", "/oem", "index/oem"} {
		if got, ok := keeper.Of(none); ok {
			t.Errorf("%q is kept by %s", none, got)
		}
	}
}

func TestWhoseAStreamIs(t *testing.T) {
	for stream, want := range map[string]string{"ingest/oem": "oem", "keys/a-1": "a-1", "registry/oem": "oem"} {
		if got, ok := keeper.MemberOf(stream); !ok || got != want {
			t.Errorf("%s is of %q, want %s", stream, got, want)
		}
	}
	for _, nobodys := range []string{"settlement/ledger", "settlement/oem", "index", "", "market/oem", "registry/oem/x"} {
		if got, ok := keeper.MemberOf(nobodys); ok {
			t.Errorf("%q is of %q", nobodys, got)
		}
	}
}
