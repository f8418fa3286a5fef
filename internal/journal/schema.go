package journal

import _ "embed"

// Schema creates the tables, checks and triggers of a journal in the first
// schema of the search_path. It is written as the body of a goose migration and
// runs as well as one multi-statement query.
//
//go:embed schema.sql
var Schema string
