// Package api serves the registry's RPCs, one file each. A handler translates, calls a rule of package registry or reads
// the store, and translates back.
package api
