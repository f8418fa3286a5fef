package settlement

// contract returns a borrower's contract, or ErrNoCredit.
func (b *Books) contract(member string) (Contract, error) {
	c, found := b.contracts[member]
	if !found {
		return Contract{}, ErrNoCredit
	}
	return c, nil
}

// line draws up a borrower's line of credit as it stands, or is ErrNoCredit.
func (b *Books) line(member string) (CreditLine, error) {
	c, err := b.contract(member)
	if err != nil {
		return CreditLine{}, err
	}
	var loans []Loan
	for _, l := range b.loans.byID {
		if l.Member == member {
			loans = append(loans, l)
		}
	}
	return newCreditLine(c, loans, b.now)
}

// lend makes a loan of an amount to a borrower. Errors: ErrNoCredit, ErrCreditLimit.
func (b *Books) lend(id, member, read string, amount Amount) (Loan, error) {
	line, err := b.line(member)
	if err != nil {
		return Loan{}, err
	}
	l, err := line.draw(id, read, amount, b.now)
	if err != nil {
		return Loan{}, err
	}
	t, err := l.draw()
	if err != nil {
		return Loan{}, err
	}
	if err := b.post(t); err != nil {
		return Loan{}, err
	}
	set(b, &b.loans, l.ID, l)
	b.audit("DrawCredit", "loans/"+l.ID)
	return l, nil
}

// drawing is the operation that makes a loan.
type drawing struct {
	member, id string
	amount     Amount
	loan       Loan // the outcome
}

func (d *drawing) want(w *Wanted) {
	w.Borrowers, w.Loans = append(w.Borrowers, d.member), append(w.Loans, d.id)
}

func (d *drawing) accounts(*Books) []AccountID {
	return []AccountID{Available(d.member), Credit(d.member)}
}

func (d *drawing) apply(b *Books) (err error) {
	if known, found := b.loans.get(d.id); found {
		if known.Principal != d.amount {
			return ErrRequestIDReused
		}
		d.loan, err = known.Charged(b.now)
		return err
	}
	d.loan, err = b.lend(d.id, d.member, "", d.amount)
	return err
}

// repaying is the operation that pays a loan back, or a part of it.
type repaying struct {
	member, id, request string
	amount              Amount
	loan                Loan // the outcome
}

func (r *repaying) want(w *Wanted) {
	w.Borrowers, w.Loans = append(w.Borrowers, r.member), append(w.Loans, r.id)
	w.Transfers = append(w.Transfers, Loan{ID: r.id}.repaymentID(r.request))
}

func (r *repaying) accounts(*Books) []AccountID {
	return []AccountID{Available(r.member), Credit(r.member), PoolInfrastructure}
}

func (r *repaying) apply(b *Books) (err error) {
	known, found := b.loans.get(r.id)
	if !found || known.Member != r.member {
		return ErrLoanNotFound
	}
	if hash, made := b.made[known.repaymentID(r.request)]; made && hash != known.repaymentHash(r.amount, r.request) {
		return ErrRequestIDReused
	} else if made || !known.RepayTime.IsZero() {
		r.loan, err = known.Charged(b.now)
		return err
	}
	var t Transfer
	if r.loan, t, err = known.repay(r.amount, r.request, b.now); err != nil {
		return err
	}
	if err := b.post(t); err != nil {
		return err
	}
	set(b, &b.loans, r.loan.ID, r.loan)
	b.audit("RepayLoan", "loans/"+r.loan.ID)
	return nil
}
