package e2e_test

import (
	"context"
	"fmt"
	"math/big"
	"testing"

	"github.com/pcc-platform/pcc/e2e/internal/await"
	"github.com/pcc-platform/pcc/e2e/internal/caller"
	registryv1 "github.com/pcc-platform/pcc/proto/gen/pcc/registry/v1"
	settlementv1 "github.com/pcc-platform/pcc/proto/gen/pcc/settlement/v1"
)

// buyer buys reports of one passport over REST, one after the other, each under one request id until it has it.
type buyer struct {
	caller   *caller.Caller
	passport string

	paid       *big.Rat
	bought     int
	unexpected []error
	done       chan struct{}
}

// start buys until stop; the purchase under way is completed.
func (b *buyer) start(ctx context.Context) (stop func()) {
	b.paid, b.done = new(big.Rat), make(chan struct{})
	ctx, cancel := context.WithCancel(ctx)
	go func() {
		defer close(b.done)
		for ctx.Err() == nil {
			b.buy(context.WithoutCancel(ctx))
		}
	}()
	return func() {
		cancel()
		<-b.done
	}
}

func (b *buyer) buy(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, killTime)
	defer cancel()
	req := &registryv1.ReadReportRequest{RequestId: newID()}
	report := &registryv1.ReadReportResponse{}
	missing := await.Poll(ctx, func(ctx context.Context) string {
		err := b.caller.REST.Call(ctx, "POST", "/v1/"+b.passport+":report", req, report)
		if err == nil {
			return ""
		}
		if !caller.Passing(err) {
			b.unexpected = append(b.unexpected, err)
		}
		return err.Error()
	})
	if missing != "" {
		b.unexpected = append(b.unexpected, fmt.Errorf("gave up: %s", missing))
		return
	}
	price, _ := new(big.Rat).SetString(report.GetReceipt().GetPrice())
	b.paid.Add(b.paid, price)
	b.bought++
}

// balanceOf is what stands on an account of the caller's member.
func balanceOf(ctx context.Context, c *caller.Caller, account string) (*big.Rat, error) {
	resp, err := c.Settlement.ListAccounts(ctx, &settlementv1.ListAccountsRequest{})
	if err != nil {
		return nil, err
	}
	for _, a := range resp.GetAccounts() {
		if balance, ok := new(big.Rat).SetString(a.GetBalance()); ok && a.GetName() == account {
			return balance, nil
		}
	}
	return nil, fmt.Errorf("no account %s in %v", account, resp)
}

// wantPaid wants what the buyer paid, and no more, to be gone from its account and nothing to be held.
func (b *buyer) wantPaid(t *testing.T, before *big.Rat) {
	t.Helper()
	for _, err := range b.unexpected {
		t.Errorf("buyer: %v", err)
	}
	if b.bought == 0 {
		t.Error("nothing was bought")
	}
	want := new(big.Rat).Sub(before, b.paid)
	await.Until(t, settleTime, func(ctx context.Context) string {
		available, err := balanceOf(ctx, b.caller, "accounts/member:insurer:available")
		if err != nil {
			return err.Error()
		}
		held, err := balanceOf(ctx, b.caller, "accounts/member:insurer:held")
		if err != nil {
			return err.Error()
		}
		if available.Cmp(want) != 0 || held.Sign() != 0 {
			return fmt.Sprintf("after %d purchases %s are available, want %s; %s are held", b.bought, available.FloatString(4), want.FloatString(4), held.FloatString(4))
		}
		return ""
	})
}
