package e2e_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	vaultv1 "github.com/pcc-platform/pcc/proto/gen/pcc/vault/v1"
)

// keyMaterial finds private keys: PEM, signer keys of logs, and seeds of NATS accounts and users.
var keyMaterial = regexp.MustCompile(`PRIVATE[ +]KEY|\bS[OAU][A-Z2-7]{56}\b`)

// maxTagsSought bounds the vehicles whose tags are looked for.
const maxTagsSought = 5

// testNothingLeaks searches every file of the stack for what the tests before have put into it: no VIN and no holder may
// stand in clear text or in a common encoding of it anywhere, no tag of a vehicle in a log or on the ledger, and no secret in a
// log.
func testNothingLeaks(t *testing.T, w *world) {
	patterns := map[string][]byte{}
	for _, personal := range []string{vinPrefix, holderName, holderAddress} {
		for encoding, text := range encodings(personal) {
			patterns[personal+" in "+encoding] = text
		}
	}
	// Tags may stand where journals are kept, and in messages between services.
	inLogs := map[string][]byte{}
	for number := range min(w.vehicles.Load(), maxTagsSought) {
		found, err := w.garage.Vault.LookupVehicle(t.Context(), &vaultv1.LookupVehicleRequest{Vin: vin(number + 1)})
		if err != nil {
			t.Fatal(err)
		}
		for encoding, text := range encodings(string(found.GetTag())) {
			inLogs[fmt.Sprintf("tag %d in %s", number, encoding)] = text
		}
	}
	if len(inLogs) == 0 {
		t.Error("no vehicle was bound: there are no tags to look for")
	}
	for _, secret := range w.secrets {
		patterns["a bearer token"+secret[:min(8, len(secret))]] = []byte(secret)
	}
	if len(w.secrets) == 0 {
		t.Error("no token was used: there is nothing to look for")
	}
	// What must be found shows that the search sees the data.
	control := map[string]bool{"postgres": false, "nats": false, "fabric": false, "log": false}
	sought := map[string]string{"postgres": "pcc.events.v1.OdometerReading", "nats": "pcc.registry.v1.passport_enrolled", "fabric": "pcc-epoch/v2", "log": "process started"}
	files := 0
	w.eachFile(t, func(path, folder string, content []byte) {
		files++
		for what, text := range patterns {
			if bytes.Contains(content, text) {
				t.Errorf("%s stands in %s", what, path)
			}
		}
		for what, text := range inLogs {
			if (folder == "log" || folder == "fabric") && bytes.Contains(content, text) {
				t.Errorf("%s stands in %s", what, path)
			}
		}
		if seen, watched := control[folder]; watched && !seen {
			control[folder] = bytes.Contains(content, []byte(sought[folder]))
		}
		if folder == "log" && keyMaterial.Match(content) {
			t.Errorf("a private key stands in %s", path)
		}
	})
	for folder, seen := range control {
		if !seen {
			t.Errorf("%q was not found below %s: the search does not see what is there", sought[folder], folder)
		}
	}
	noPasswordInLogs(t, w)
	t.Logf("%d files searched", files)
}

// eachFile visits all files of the stack, those of the database wherever they lie. The folder is the first below the
// state folder.
func (w *world) eachFile(t *testing.T, visit func(path, folder string, content []byte)) {
	t.Helper()
	entries, err := os.ReadDir(w.stack.State)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		roots := []string{w.stack.Path(entry.Name())}
		// The database's data may lie where its user can reach it, behind a link.
		if target, err := os.Readlink(w.stack.Path(entry.Name(), "data")); err == nil {
			roots = append(roots, target)
		}
		for _, root := range roots {
			walk(t, root, func(path string, content []byte) { visit(path, entry.Name(), content) })
		}
	}
}

func walk(t *testing.T, root string, visit func(path string, content []byte)) {
	t.Helper()
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) { // the stack is running: files come and go
			return nil
		}
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		content, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err == nil {
			visit(path, content)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// encodings are the forms in which text could stand in a file. Base64 of a part of a longer text depends on where in it
// the part begins, so what is sought is the middle that does not.
func encodings(text string) map[string][]byte {
	forms := map[string][]byte{
		"clear":                 []byte(text),
		"hexadecimal":           []byte(hex.EncodeToString([]byte(text))),
		"hexadecimal, capitals": []byte(strings.ToUpper(hex.EncodeToString([]byte(text)))),
	}
	for shift, name := range []string{"base64", "base64, shifted by one", "base64, shifted by two"} {
		encoded := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("\x00", shift) + text))
		const group = 4
		end := len(encoded) - group
		if shift == 0 {
			forms[name] = []byte(encoded[:end])
		} else {
			forms[name] = []byte(encoded[group:end])
		}
	}
	return forms
}

func noPasswordInLogs(t *testing.T, w *world) {
	t.Helper()
	var passwords [][]byte
	walk(t, w.stack.Path("postgres", "passwords"), func(_ string, content []byte) {
		passwords = append(passwords, bytes.TrimSpace(content))
	})
	if len(passwords) == 0 {
		t.Error("no passwords to look for")
	}
	walk(t, w.stack.Path("log"), func(path string, content []byte) {
		for _, p := range passwords {
			if bytes.Contains(content, p) {
				t.Errorf("a database password stands in %s", path)
			}
		}
	})
}
