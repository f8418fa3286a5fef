package migrations_test

import (
	"os"
	"path"
	"regexp"
	"strings"
	"testing"

	"github.com/pcc-platform/pcc/internal/journal/keeper"
)

var (
	createTable = regexp.MustCompile(`(?m)^CREATE TABLE (?:IF NOT EXISTS )?(\w+)`)
	renameTable = regexp.MustCompile(`(?m)^ALTER TABLE (\w+) RENAME TO (\w+)`)
)

// TestRecordsOfProcessingNameEveryTable holds docs/records-of-processing.md to the migrations: every table stands in the list of those with
// personal data, or in that of those without, and not in both; every stream of the journal is named.
func TestRecordsOfProcessingNameEveryTable(t *testing.T) {
	text, err := os.ReadFile("../docs/records-of-processing.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), "## Tables with personal data")
	with, rest, _ := strings.Cut(rest, "## Tables without")
	without, streams, found := strings.Cut(rest, "## Streams")
	if !found {
		t.Fatal("the records have other chapters than this test reads")
	}
	folders, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, folder := range folders {
		if !folder.IsDir() {
			continue
		}
		for table := range tablesOf(t, folder.Name()) {
			name, listed := folder.Name()+"."+table+" ", listOf(without, folder.Name())
			if shared := folder.Name() == "kit" || folder.Name() == "journal"; shared {
				name, listed = table+" (in each", listOf(without, "in each schema")
			}
			personal, other := strings.Contains(with, "| "+name), listed[table]
			if personal == other {
				t.Errorf("%s/%s: personal %t, without %t", folder.Name(), table, personal, other)
			}
		}
	}
	for _, service := range keeper.Services() {
		if word := map[string]string{"anchor": "`index`"}[service]; !strings.Contains(streams, "`"+service+"/…`") && !strings.Contains(streams, word) {
			t.Errorf("the streams of %s are not named", service)
		}
	}
}

// tablesOf are the tables that a folder's migrations make.
func tablesOf(t *testing.T, folder string) map[string]bool {
	t.Helper()
	files, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	tables := map[string]bool{}
	for _, f := range files {
		text, err := os.ReadFile(path.Join(folder, f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		up, _, _ := strings.Cut(string(text), "-- +goose Down")
		for _, m := range createTable.FindAllStringSubmatch(up, -1) {
			tables[m[1]] = true
		}
		for _, m := range renameTable.FindAllStringSubmatch(up, -1) {
			delete(tables, m[1])
			tables[m[2]] = true
		}
	}
	return tables
}

// listOf are the words of the sentence that begins with a heading and a colon.
func listOf(text, heading string) map[string]bool {
	_, rest, _ := strings.Cut(text, "\n"+heading+": ")
	sentence, _, _ := strings.Cut(rest, ".")
	words := map[string]bool{}
	for _, word := range strings.FieldsFunc(sentence, func(r rune) bool { return r == ',' || r == ' ' || r == '\n' || r == ';' }) {
		words[word] = true
	}
	return words
}
