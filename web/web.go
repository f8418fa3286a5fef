// Package web holds the platform's web pages.
package web

import _ "embed" // for the pages

// Verify tells anybody how to verify a proof document. It loads nothing and has no script.
//
//go:embed verify.html
var Verify []byte
