package natsaccounts

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/nats-io/nats.go"
)

const (
	updateSubject = "$SYS.REQ.CLAIMS.UPDATE"
	pushTimeout   = 10 * time.Second
)

// Push tells the server that system is connected to, by a user of the system account, about the account. It returns
// once the server has stored the token: a client of the account may connect from then on, also after a restart.
func Push(ctx context.Context, system *nats.Conn, account Account) error {
	ctx, cancel := context.WithTimeout(ctx, pushTimeout)
	defer cancel()
	answer, err := system.RequestWithContext(ctx, updateSubject, []byte(account.JWT))
	if err != nil {
		return fmt.Errorf("push nats account %s: %w", account.Name, err)
	}
	var result struct {
		Data struct {
			Code int `json:"code"`
		} `json:"data"`
		Error struct {
			Description string `json:"description"`
		} `json:"error"`
	}
	if err := json.Unmarshal(answer.Data, &result); err != nil {
		return fmt.Errorf("push nats account %s: answer: %w", account.Name, err)
	}
	if result.Data.Code != http.StatusOK {
		return fmt.Errorf("push nats account %s: refused: %s", account.Name, result.Error.Description)
	}
	return nil
}
