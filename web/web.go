// Package web holds the platform's web pages.
package web

import _ "embed" // for the pages

// Verify verifies proof documents in the reader's own browser. It is one file that works from disk as well, loads nothing and
// connects to nothing. It is made of the source in verifier, by package internal/bundle.
//
//go:embed verify.html
var Verify []byte
