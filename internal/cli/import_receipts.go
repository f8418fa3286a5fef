package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"github.com/pcc-platform/pcc/verify/receipt"
)

// receiptsFile keeps what the platform promised, one acknowledged batch a line as JSON. It is added to: an import that is begun again
// gets receipts for what it had sent, too, and those of before stay.
type receiptsFile struct{ file *os.File }

// openReceipts opens the file, none without a path.
func openReceipts(path string) (receiptsFile, error) {
	if path == "" {
		return receiptsFile{}, nil
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return receiptsFile{}, fmt.Errorf("receipts: %w", err)
	}
	return receiptsFile{file: file}, nil
}

// write adds a line, whole: an interrupted import loses none that it was given.
func (f receiptsFile) write(p receipt.Promise) error { return json.NewEncoder(f.file).Encode(p) }

func (f receiptsFile) close() error {
	if f.file == nil {
		return nil
	}
	return errors.Join(f.file.Sync(), f.file.Close())
}
