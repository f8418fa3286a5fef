package daemon

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/pcc-platform/pcc/internal/witness"
)

// maxStatusBytes bounds the answer of a witness about its logs: each has at most 128 names of documents.
const maxStatusBytes = 1 << 20

// Status asks a witness, by its submission prefix, what it has cosigned and what it holds against whom.
func Status(ctx context.Context, url string, client *http.Client) ([]witness.LogStatus, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url+"/status", nil)
	if err != nil {
		return nil, fmt.Errorf("witness: status: %w", err)
	}
	response, err := client.Do(request)
	if err != nil {
		return nil, fmt.Errorf("witness: status: %w", err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("witness: status: %s answers %s", url, response.Status)
	}
	raw, err := io.ReadAll(io.LimitReader(response.Body, maxStatusBytes+1))
	if err != nil {
		return nil, fmt.Errorf("witness: status: %w", err)
	}
	if len(raw) > maxStatusBytes {
		return nil, errors.New("witness: status: the answer is too long")
	}
	var logs []witness.LogStatus
	if err := json.Unmarshal(raw, &logs); err != nil {
		return nil, fmt.Errorf("witness: status: %w", err)
	}
	return logs, nil
}
