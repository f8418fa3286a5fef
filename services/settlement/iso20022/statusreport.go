package iso20022

// StatusReport is what a bank says of an initiation before anything is booked.
type StatusReport struct {
	// ID is the bank's, Message that of the initiation.
	ID, Message string
	// Refusal is why the whole initiation is refused; nil when it is not.
	Refusal *Refusal
	// Refused are the payments that are refused by themselves.
	Refused []RefusedPayment
}

// Refusal is why something is not paid.
type Refusal struct {
	// Code is of the external code set of ISO 20022, such as "AC04" for a closed account, or the bank's own; "" when it gave none.
	Code string
}

// RefusedPayment is a payment that the bank does not make.
type RefusedPayment struct {
	Refusal
	EndToEndID string
	// Field is where the document says so.
	Field string
}

// refused is the status of what the bank does not do; all others are of what it did or may do yet.
const refused = "RJCT"

// ReadStatusReport reads a pain.002.001.10 document on a message that Initiation wrote. Its errors are DOCUMENT_MALFORMED and
// DOCUMENT_INVALID, the latter also for a report on another kind of message, or with two words on one payment.
func ReadStatusReport(document []byte) (StatusReport, error) {
	root, err := parse(document)
	if err != nil {
		return StatusReport{}, err
	}
	if err := check(root, statusReportNamespace, statusReportSchema()); err != nil {
		return StatusReport{}, err
	}
	message := root.at("CstmrPmtStsRpt")
	group := message.at("OrgnlGrpInfAndSts")
	if namespacePrefix+group.value("OrgnlMsgNmId") != initiationNamespace {
		return StatusReport{}, invalid(group.at("OrgnlMsgNmId"), "the report is on no credit transfers of the form that was sent")
	}
	r := StatusReport{ID: message.value("GrpHdr", "MsgId"), Message: group.value("OrgnlMsgId")}
	if group.value("GrpSts") == refused {
		r.Refusal = &Refusal{Code: reasonOf(group)}
	}
	seen := map[string]bool{}
	for _, payment := range message.all("OrgnlPmtInfAndSts") {
		// An initiation holds one group of payments, so its refusal is that of all.
		if payment.value("PmtInfSts") == refused && r.Refusal == nil {
			r.Refusal = &Refusal{Code: reasonOf(payment)}
		}
		for _, transaction := range payment.all("TxInfAndSts") {
			if err := r.read(transaction, seen); err != nil {
				return StatusReport{}, err
			}
		}
	}
	return r, nil
}

func (r *StatusReport) read(transaction *node, seen map[string]bool) error {
	if transaction.value("TxSts") != refused {
		return nil
	}
	id := transaction.value("OrgnlEndToEndId")
	if id == "" || seen[id] {
		return invalid(transaction, "a refused payment is named by its end-to-end id, once")
	}
	seen[id] = true
	r.Refused = append(r.Refused, RefusedPayment{Refusal: Refusal{Code: reasonOf(transaction)}, EndToEndID: id, Field: transaction.path()})
	return nil
}

// reasonOf is the first reason that the bank gives.
func reasonOf(n *node) string {
	return n.value("StsRsnInf", "Rsn", "Cd") + n.value("StsRsnInf", "Rsn", "Prtry")
}
