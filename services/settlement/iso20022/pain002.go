package iso20022

const statusReportNamespace = namespacePrefix + "pain.002.001.10"

// statusReportSchema describes pain.002.001.10 as far as ReadStatusReport reads it.
func statusReportSchema() element {
	reference, status := value(isText(35)), value(isCode)
	reason := sequence(
		maybe("Orgtr", opaque()), maybe("Rsn", codeOr()), many("AddtlInf", value(isText(105))),
	)
	transaction := sequence(
		maybe("StsId", reference), maybe("OrgnlInstrId", reference), maybe("OrgnlEndToEndId", reference), maybe("OrgnlUETR", value(isUUID4)),
		maybe("TxSts", status), many("StsRsnInf", reason), many("ChrgsInf", opaque()), maybe("TrckrData", opaque()),
		maybe("AccptncDtTm", value(isTime)), maybe("AcctSvcrRef", reference), maybe("ClrSysRef", reference), maybe("OrgnlTxRef", opaque()),
		many("SplmtryData", opaque()),
	)
	payment := sequence(
		one("OrgnlPmtInfId", reference), maybe("OrgnlNbOfTxs", value(isCount)), maybe("OrgnlCtrlSum", value(isAmount)), maybe("PmtInfSts", status),
		many("StsRsnInf", reason), many("NbOfTxsPerSts", opaque()), many("TxInfAndSts", transaction),
	)
	group := sequence(
		one("OrgnlMsgId", reference), one("OrgnlMsgNmId", reference), maybe("OrgnlCreDtTm", value(isTime)), maybe("OrgnlNbOfTxs", value(isCount)),
		maybe("OrgnlCtrlSum", value(isAmount)), maybe("GrpSts", status), many("StsRsnInf", reason), many("NbOfTxsPerSts", opaque()),
	)
	header := sequence(
		one("MsgId", reference), one("CreDtTm", value(isTime)), maybe("InitgPty", opaque()), maybe("FwdgAgt", opaque()),
		maybe("DbtrAgt", opaque()), maybe("CdtrAgt", opaque()),
	)
	return sequence(one("CstmrPmtStsRpt", sequence(
		one("GrpHdr", header), one("OrgnlGrpInfAndSts", group), many("OrgnlPmtInfAndSts", payment), many("SplmtryData", opaque()),
	)))
}
