package aip_test

import (
	"encoding/base64"
	"errors"
	"slices"
	"strconv"
	"testing"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/pcc-platform/pcc/internal/aip"
)

const scope = "passports/1"

func TestPageSize(t *testing.T) {
	for requested, want := range map[int32]int{-1: 50, 0: 50, 1: 1, 1000: 1000, 1001: 1000} {
		if got := aip.PageSize(requested); got != want {
			t.Errorf("PageSize(%d) = %d, want %d", requested, got, want)
		}
	}
}

// fetch returns at most n of items after the token's key, as a store does.
func fetch(t *rapid.T, items []int, n int, token string) []int {
	after, given, err := aip.DecodePageToken[int](scope, token)
	if err != nil {
		t.Fatal(err)
	}
	start := 0
	if given {
		start = slices.Index(items, after) + 1
	}
	return items[start:min(start+n, len(items))]
}

func TestPagesHoldEveryItemOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		items := rapid.SliceOfNDistinct(rapid.Int(), 0, 30, rapid.ID[int]).Draw(t, "items")
		size := rapid.IntRange(1, 10).Draw(t, "size")
		var seen []int
		for token := ""; ; {
			page, next, err := aip.Page(fetch(t, items, size+1, token), size, scope, rapid.ID[int])
			if err != nil || len(page) > size {
				t.Fatalf("a page of %d has %d items, %v", size, len(page), err)
			}
			seen = append(seen, page...)
			if token = next; token == "" {
				break
			}
		}
		if !slices.Equal(seen, items) {
			t.Fatalf("pages hold %v, want %v", seen, items)
		}
	})
}

func TestPageTokensAreRefused(t *testing.T) {
	good, err := aip.EncodePageToken(scope, 7)
	if err != nil {
		t.Fatal(err)
	}
	encode := base64.RawURLEncoding.EncodeToString
	for name, token := range map[string]string{
		"not base64":    "%%%",
		"padded":        good + "=",
		"cut short":     good[:len(good)-3],
		"not JSON":      encode([]byte("garbage")),
		"other scope":   encode([]byte(`{"s":"passports/2","a":7}`)),
		"no scope":      encode([]byte(`{"a":7}`)),
		"other key":     encode([]byte(`{"s":"passports/1","a":"seven"}`)),
		"two documents": encode([]byte(`{"s":"passports/1","a":7}{}`)),
	} {
		t.Run(name, func(t *testing.T) {
			if key, _, err := aip.DecodePageToken[int](scope, token); !errors.Is(err, aip.ErrInvalidPageToken) {
				t.Errorf("decoded to %v, %v", key, err)
			}
		})
	}
	if _, _, err := aip.DecodePageToken[uuid.UUID](scope, good); !errors.Is(err, aip.ErrInvalidPageToken) {
		t.Errorf("a token of another method: %v", err)
	}
}

func TestTheEmptyTokenIsTheFirstPage(t *testing.T) {
	if _, given, err := aip.DecodePageToken[int](scope, ""); given || err != nil {
		t.Errorf("given %v, %v", given, err)
	}
}

// FuzzDecodePageToken holds that whatever callers send is either refused or a key of this scope.
func FuzzDecodePageToken(f *testing.F) {
	f.Fuzz(func(t *testing.T, token string) {
		key, given, err := aip.DecodePageToken[int64](scope, token)
		switch {
		case err != nil:
			if !errors.Is(err, aip.ErrInvalidPageToken) || given {
				t.Errorf("error = %v, given %v", err, given)
			}
		case given != (token != ""):
			t.Errorf("given %v for %q", given, token)
		case given:
			again, err := aip.EncodePageToken(scope, key)
			if err != nil {
				t.Fatal(err)
			}
			if back, _, err := aip.DecodePageToken[int64](scope, again); err != nil || back != key {
				t.Errorf("key %d comes back as %d, %v", key, back, err)
			}
		}
	})
}

func TestID(t *testing.T) {
	for name, want := range map[string]string{
		"passports/1": "1", "passports/": "", "passports": "", "": "", "passports/1/events": "", "events/1": "", "/passports/1": "",
	} {
		got, err := aip.ID(name, "passports", "name")
		if got != want || (err == nil) != (want != "") {
			t.Errorf("ID(%s) = %q, %v; want %q", strconv.Quote(name), got, err, want)
		}
	}
}
