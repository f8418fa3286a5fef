// Package aip holds what all list and resource methods share: page tokens and resource names by the API improvement
// proposals at google.aip.dev.
package aip

import (
	"encoding/base64"
	"encoding/json"

	"github.com/pcc-platform/pcc/internal/apperr"
)

const (
	// DefaultPageSize is the page of a request that names none.
	DefaultPageSize = 50
	// MaxPageSize is the largest page.
	MaxPageSize = 1000
)

// ErrInvalidPageToken is the answer to a page token that this method did not make for this request.
var ErrInvalidPageToken = apperr.New(apperr.InvalidArgument, "INVALID_PAGE_TOKEN", "the page token was not made for this request").WithField("page_token")

// PageSize returns how many items to return for a requested size, which the proto's rules have bounded already.
func PageSize(requested int32) int {
	if requested <= 0 {
		return DefaultPageSize
	}
	return min(int(requested), MaxPageSize)
}

type pageToken[K any] struct {
	Scope string `json:"s"`
	After K      `json:"a"`
}

// EncodePageToken returns an opaque token that continues after key. scope is what the list was asked for, for example
// the parent: a token is refused under another one.
func EncodePageToken[K any](scope string, key K) (string, error) {
	raw, err := json.Marshal(pageToken[K]{Scope: scope, After: key})
	return base64.RawURLEncoding.EncodeToString(raw), err
}

// DecodePageToken returns the key in token, ok false for the empty token (the first page), or ErrInvalidPageToken.
func DecodePageToken[K any](scope, token string) (key K, ok bool, err error) {
	if token == "" {
		return key, false, nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil {
		return key, false, ErrInvalidPageToken
	}
	var t pageToken[K]
	if json.Unmarshal(raw, &t) != nil || t.Scope != scope {
		return key, false, ErrInvalidPageToken
	}
	return t.After, true, nil
}

// Page cuts items, fetched one more than size, to a page and returns the token of the next one: "" when this is the
// last. keyOf gives the key that the list is ordered by.
func Page[T, K any](items []T, size int, scope string, keyOf func(T) K) (page []T, next string, err error) {
	if len(items) <= size {
		return items, "", nil
	}
	page = items[:size]
	next, err = EncodePageToken(scope, keyOf(page[size-1]))
	return page, next, err
}
