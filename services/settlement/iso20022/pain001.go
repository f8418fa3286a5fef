package iso20022

const initiationNamespace = namespacePrefix + "pain.001.001.09"

// initiationSchema describes pain.001.001.09 as Initiation writes it: what the SEPA rules ask for and no more.
func initiationSchema() element {
	party := sequence(one("Nm", value(IsName)))
	account := sequence(one("Id", choice(one("IBAN", value(IsIBAN)))))
	agent := sequence(one("FinInstnId", sequence(one("BICFI", value(IsBIC)))))
	transfer := sequence(
		one("PmtId", sequence(one("EndToEndId", value(IsReference)))),
		one("Amt", choice(one("InstdAmt", element{value: isPayment, currency: true}))),
		maybe("CdtrAgt", agent), one("Cdtr", party), one("CdtrAcct", account),
		maybe("RmtInf", sequence(one("Ustrd", value(isRemittance)))),
	)
	payment := sequence(
		one("PmtInfId", value(IsReference)), one("PmtMtd", value(oneOf("TRF"))), one("BtchBookg", value(isBoolean)),
		one("NbOfTxs", value(isCount)), one("CtrlSum", value(isAmount)),
		one("PmtTpInf", sequence(one("SvcLvl", choice(one("Cd", value(oneOf("SEPA"))))))),
		one("ReqdExctnDt", choice(one("Dt", value(isDate)))), one("Dbtr", party), one("DbtrAcct", account), one("DbtrAgt", agent),
		one("ChrgBr", value(oneOf("SLEV"))), some("CdtTrfTxInf", transfer),
	)
	header := sequence(
		one("MsgId", value(IsReference)), one("CreDtTm", value(isTime)), one("NbOfTxs", value(isCount)), one("CtrlSum", value(isAmount)),
		one("InitgPty", party),
	)
	return sequence(one("CstmrCdtTrfInitn", sequence(one("GrpHdr", header), one("PmtInf", payment))))
}

// isPayment accepts amounts of 0.01 to MaxPayment.
func isPayment(text string) bool {
	cents, ok := parseCents(text)
	return isAmount(text) && ok && cents > 0 && cents <= MaxPayment
}

func isRemittance(text string) bool { return len(text) <= 140 && sepaPattern.MatchString(text) }
