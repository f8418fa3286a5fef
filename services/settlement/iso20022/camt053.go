package iso20022

const statementNamespace = namespacePrefix + "camt.053.001.08"

// statementSchema describes camt.053.001.08 as far as ReadStatement reads it.
func statementSchema() element {
	pagination := sequence(one("PgNb", value(isCount)), one("LastPgInd", value(isBoolean)))
	header := sequence(
		one("MsgId", value(isText(35))), one("CreDtTm", value(isTime)), maybe("MsgRcpt", opaque()),
		maybe("MsgPgntn", pagination), maybe("OrgnlBizQry", opaque()), maybe("AddtlInf", value(isText(500))),
	)
	account := sequence(
		one("Id", choice(one("IBAN", value(IsIBAN)), one("Othr", opaque()))), maybe("Tp", opaque()),
		maybe("Ccy", value(isCurrency)), maybe("Nm", value(isText(70))), maybe("Prxy", opaque()), maybe("Ownr", opaque()),
		maybe("Svcr", opaque()),
	)
	statement := sequence(
		one("Id", value(isText(35))), maybe("StmtPgntn", pagination), maybe("ElctrncSeqNb", opaque()), maybe("RptgSeq", opaque()),
		maybe("LglSeqNb", opaque()), maybe("CreDtTm", value(isTime)), maybe("FrToDt", opaque()),
		maybe("CpyDplctInd", value(oneOf("CODU", "COPY", "DUPL"))), maybe("RptgSrc", opaque()), one("Acct", account),
		maybe("RltdAcct", opaque()), many("Intrst", opaque()), some("Bal", balanceSchema()), maybe("TxsSummry", opaque()),
		many("Ntry", entrySchema()), maybe("AddtlStmtInf", value(isText(500))),
	)
	return sequence(one("BkToCstmrStmt", sequence(one("GrpHdr", header), some("Stmt", statement), many("SplmtryData", opaque()))))
}

func balanceSchema() element {
	return sequence(
		one("Tp", sequence(one("CdOrPrtry", codeOr()), maybe("SubTp", codeOr()))), many("CdtLine", opaque()),
		one("Amt", amount()), one("CdtDbtInd", direction()), one("Dt", day()), many("Avlbty", opaque()),
	)
}

func entrySchema() element {
	return sequence(
		maybe("NtryRef", value(isText(35))), one("Amt", amount()), one("CdtDbtInd", direction()), maybe("RvslInd", value(isBoolean)),
		one("Sts", codeOr()), maybe("BookgDt", day()), maybe("ValDt", day()), maybe("AcctSvcrRef", value(isText(35))),
		many("Avlbty", opaque()), one("BkTxCd", opaque()), maybe("ComssnWvrInd", value(isBoolean)), maybe("AddtlInfInd", opaque()),
		maybe("AmtDtls", opaque()), maybe("Chrgs", opaque()), maybe("TechInptChanl", opaque()), maybe("Intrst", opaque()),
		maybe("CardTx", opaque()), many("NtryDtls", sequence(maybe("Btch", opaque()), many("TxDtls", transactionSchema()))),
		maybe("AddtlNtryInf", value(isText(500))),
	)
}

func transactionSchema() element {
	reference := value(isText(35))
	references := sequence(
		maybe("MsgId", reference), maybe("AcctSvcrRef", reference), maybe("PmtInfId", reference), maybe("InstrId", reference),
		maybe("EndToEndId", reference), maybe("UETR", value(isUUID4)), maybe("TxId", reference), maybe("MndtId", reference),
		maybe("ChqNb", reference), maybe("ClrSysRef", reference), maybe("AcctOwnrTxId", reference), maybe("AcctSvcrTxId", reference),
		maybe("MktInfrstrctrTxId", reference), maybe("PrcgId", reference), many("Prtry", opaque()),
	)
	structured := sequence(
		many("RfrdDocInf", opaque()), maybe("RfrdDocAmt", opaque()),
		maybe("CdtrRefInf", sequence(maybe("Tp", opaque()), maybe("Ref", reference))), maybe("Invcr", opaque()),
		maybe("Invcee", opaque()), maybe("TaxRmt", opaque()), maybe("GrnshmtRmt", opaque()), upTo(3, "AddtlRmtInf", value(isText(140))),
	)
	return sequence(
		maybe("Refs", references), maybe("Amt", amount()), maybe("CdtDbtInd", direction()), maybe("AmtDtls", opaque()),
		many("Avlbty", opaque()), maybe("BkTxCd", opaque()), maybe("Chrgs", opaque()), maybe("Intrst", opaque()),
		maybe("RltdPties", opaque()), maybe("RltdAgts", opaque()), maybe("LclInstrm", opaque()), maybe("Purp", opaque()),
		upTo(10, "RltdRmtInf", opaque()), maybe("RmtInf", sequence(many("Ustrd", value(isText(140))), many("Strd", structured))),
		maybe("RltdDts", opaque()), maybe("RltdPric", opaque()), many("RltdQties", opaque()), maybe("FinInstrmId", opaque()),
		maybe("Tax", opaque()), maybe("RtrInf", opaque()), maybe("CorpActn", opaque()), maybe("SfkpgAcct", opaque()),
		many("CshDpst", opaque()), maybe("CardTx", opaque()), maybe("AddtlTxInf", value(isText(500))), many("SplmtryData", opaque()),
	)
}

// codeOr is a code of an external set, or the bank's own.
func codeOr() element {
	return choice(one("Cd", value(isCode)), one("Prtry", value(isText(35))))
}

func direction() element { return value(oneOf("CRDT", "DBIT")) }
func day() element       { return choice(one("Dt", value(isDate)), one("DtTm", value(isTime))) }
