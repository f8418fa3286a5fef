package bundle

import (
	"fmt"
	"os"
	"path/filepath"
)

const readable = 0o644

// Write makes schema.js and the page anew in the folder web.
func Write(web string) error {
	source := filepath.Join(web, "verifier")
	schema, err := Schema()
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(source, "schema.js"), schema, readable); err != nil {
		return fmt.Errorf("bundle: %w", err)
	}
	page, err := Page(os.DirFS(source))
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(web, "verify.html"), page, readable); err != nil {
		return fmt.Errorf("bundle: %w", err)
	}
	return nil
}
