package fabric

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/pcc-platform/pcc/chaincode/model"
	rules "github.com/pcc-platform/pcc/chaincode/model/access"
	"github.com/pcc-platform/pcc/services/access"
)

// recorded is the contract's RecordedRequest.
type recorded struct {
	Grant            string `json:"grant"`
	RevokedUnixMilli int64  `json:"revoked_unix_milli"`
}

// Request implements access.Ledger.
func (l *Ledger) Request(ctx context.Context, id model.Hash) (access.Recorded, error) {
	answer, err := l.evaluate(ctx, "GetRequest", id.String())
	if err != nil {
		return access.Recorded{}, err
	}
	var r recorded
	if err := json.Unmarshal(answer, &r); err != nil {
		return access.Recorded{}, fmt.Errorf("access: the ledger's request: %w", err)
	}
	return r.parse()
}

// Requests implements access.Ledger.
func (l *Ledger) Requests(ctx context.Context, policy rules.PolicyID, after model.Hash) (page []access.Recorded, last bool, err error) {
	start := ""
	if !after.IsZero() {
		start = after.String()
	}
	answer, err := l.evaluate(ctx, "ListRequests", string(policy), start)
	if err != nil {
		return nil, false, err
	}
	var found []recorded
	if err := json.Unmarshal(answer, &found); err != nil {
		return nil, false, fmt.Errorf("access: the ledger's requests: %w", err)
	}
	for _, r := range found {
		one, err := r.parse()
		if err != nil {
			return nil, false, err
		}
		page = append(page, one)
	}
	return page, len(found) < pageSize, nil
}

func (r recorded) parse() (access.Recorded, error) {
	grant, err := rules.ParseGrant([]byte(r.Grant))
	if err != nil {
		return access.Recorded{}, fmt.Errorf("access: the ledger's grant: %s", err.Error())
	}
	id, err := grant.Request.Hash()
	if err != nil {
		return access.Recorded{}, fmt.Errorf("access: the ledger's grant: %s", err.Error())
	}
	out := access.Recorded{ID: id, Grant: grant}
	if r.RevokedUnixMilli != 0 {
		out.RevokeTime = time.UnixMilli(r.RevokedUnixMilli)
	}
	return out, nil
}

// Answers implements access.Ledger.
func (l *Ledger) Answers(ctx context.Context, request model.Hash) ([]access.Answer, error) {
	answer, err := l.evaluate(ctx, "ListAnswers", request.String(), "")
	if err != nil {
		return nil, err
	}
	var lines []string
	if err := json.Unmarshal(answer, &lines); err != nil {
		return nil, fmt.Errorf("access: the ledger's answers: %w", err)
	}
	answers := make([]access.Answer, len(lines))
	for i, line := range lines {
		if answers[i], err = parseAnswer(line); err != nil {
			return nil, err
		}
	}
	return answers, nil
}

// parseAnswer decodes "<trustee> <hash> <milliseconds>".
func parseAnswer(line string) (access.Answer, error) {
	f := strings.Split(line, " ")
	if len(f) != 3 {
		return access.Answer{}, fmt.Errorf("access: the ledger's answer has %d fields", len(f))
	}
	hash, ok := rules.ParseHash(f[1])
	millis, err := strconv.ParseInt(f[2], 10, 64)
	if !ok || err != nil {
		return access.Answer{}, fmt.Errorf("access: the ledger's answer of %s is malformed", f[0])
	}
	return access.Answer{Trustee: f[0], SHA256: hash, RecordTime: time.UnixMilli(millis)}, nil
}
