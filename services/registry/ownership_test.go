package registry

import (
	"errors"
	"strings"
	"testing"
	"time"
)

func TestTransferAdmits(t *testing.T) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	const code = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	open := Transfer{State: TransferProposed, CodeHash: hashCode(code), ExpireTime: now.Add(time.Hour)}
	with := func(change func(*Transfer)) Transfer {
		t := open
		change(&t)
		return t
	}
	tests := []struct {
		name     string
		transfer Transfer
		code     string
		attempt  bool
		want     error
	}{
		{"the code", open, code, true, nil},
		{"as people type it", open, strings.ToLower(code[:5]) + "-" + code[5:10] + " " + code[10:], true, nil},
		{"a wrong code", open, code[1:], true, ErrTransferCodeWrong},
		{"no code", open, "", true, ErrTransferCodeWrong},
		{"no attempt left, whatever the code", open, code, false, ErrTransferLocked},
		{"out of time", with(func(t *Transfer) { t.ExpireTime = now }), code, true, ErrTransferExpired},
		{"replaced", with(func(t *Transfer) { t.State = TransferExpired }), code, true, ErrTransferExpired},
		{"accepted", with(func(t *Transfer) { t.State = TransferAccepted }), code, true, ErrTransferNotFound},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := tt.transfer.admits(Acceptance{Code: tt.code, Attempt: tt.attempt}, now)
			if !errors.Is(err, tt.want) {
				t.Errorf("admits = %v, want %v", err, tt.want)
			}
		})
	}
}
