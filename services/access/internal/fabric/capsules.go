package fabric

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/pcc-platform/pcc/chaincode/model"
)

// Registered implements access.Ledger.
func (l *Ledger) Registered(ctx context.Context, hashes []model.Hash) ([]model.Hash, error) {
	names := make([]string, len(hashes))
	for i, h := range hashes {
		names[i] = h.String()
	}
	argument, err := json.Marshal(names)
	if err != nil {
		return nil, fmt.Errorf("access: encode hashes: %w", err)
	}
	answer, err := l.evaluate(ctx, "GetCapsules", string(argument))
	if err != nil {
		return nil, err
	}
	var labels []string
	if err := json.Unmarshal(answer, &labels); err != nil || len(labels) != len(hashes) {
		return nil, fmt.Errorf("access: %d labels of %d capsules, %w", len(labels), len(hashes), err)
	}
	var there []model.Hash
	for i, label := range labels {
		if label != "" {
			there = append(there, hashes[i])
		}
	}
	return there, nil
}
