// Package archtest holds the architecture: what CONTRIBUTING.md says of places, imports and style, as tests.
//
// A rule reads the repository's files and returns what breaks it. Each rule stands beside the smallest tree that breaks
// it, so that a rule that finds nothing any more fails too. What a linter can hold is in .golangci.yml.
package archtest
