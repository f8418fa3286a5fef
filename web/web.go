// Package web holds the platform's web pages.
package web

import (
	"bytes"
	_ "embed" // for the pages
	"encoding/base64"
)

// Verify verifies proof documents in the reader's own browser. It is one file that works from disk as well, loads nothing and
// connects to nothing. It is made of the source in verifier, by package internal/bundle.
//
//go:embed verify.html
var Verify []byte

// The places of the page for what it is to check as soon as it opens.
const (
	documentPlace = `id="embedded-document">`
	trustPlace    = `id="embedded-trust">`
)

// WithDocument returns the page with a proof document in it, and with a trust list unless that is nil. The page's policy allows its own
// script and style alone, which stay as they are: a document cannot add to them.
func WithDocument(document, trust []byte) []byte {
	page := embed(Verify, documentPlace, document)
	return embed(page, trustPlace, trust)
}

func embed(page []byte, place string, content []byte) []byte {
	return bytes.Replace(page, []byte(place), []byte(place+base64.StdEncoding.EncodeToString(content)), 1)
}
