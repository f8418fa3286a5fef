package server

import (
	"errors"
	"fmt"

	"github.com/pcc-platform/pcc/services/settlement"
	"github.com/pcc-platform/pcc/services/settlement/iso20022"
)

// defaultFourEyesAbove is what one person moves alone unless the configuration says otherwise.
const defaultFourEyesAbove = "10000"

// BankConfig is the consortium's account in euro.
type BankConfig struct {
	// Name is the holder's, as the bank knows it; up to 70 characters of the SEPA set. IBAN and BIC are in capitals without spaces.
	Name string `yaml:"name"`
	IBAN string `yaml:"iban"`
	BIC  string `yaml:"bic"`
	// FourEyesAbove is the largest receipt that one person records and the largest payout that one person asks for, in euro;
	// "10000" by default.
	FourEyesAbove string `yaml:"four_eyes_above"`
}

func (c BankConfig) account() (settlement.BankAccount, error) {
	a := settlement.BankAccount{Party: iso20022.Party{Name: c.Name, IBAN: c.IBAN, BIC: c.BIC}}
	text := c.FourEyesAbove
	if text == "" {
		text = defaultFourEyesAbove
	}
	var err error
	if a.Limit, err = settlement.ParseAmount(text); err != nil {
		return a, fmt.Errorf("settlement: bank.four_eyes_above: %w", err)
	}
	if a.Party != (iso20022.Party{}) && (!iso20022.IsName(c.Name) || !iso20022.IsIBAN(c.IBAN) || !iso20022.IsBIC(c.BIC)) {
		return a, errors.New("settlement: bank.name, bank.iban and bank.bic name an account, or all are empty")
	}
	return a, nil
}
