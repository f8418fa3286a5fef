// Package iso20022 reads and writes the messages that tie the ledger to the consortium's bank account:
//
//	camt.053.001.08   ReadStatement      the bank's statement of the account
//	pain.001.001.09   Initiation.Encode  the credit transfers that the bank is asked to make, under the SEPA rules
//	pain.002.001.10   ReadStatusReport   what the bank says of those before it books them
//
// All are held to one description of their structure (schema.go): the order of elements, how often each may come, and the
// form of what it holds. Parts of a document that nothing here reads must be well-formed and in their place; what is in
// them is the bank's affair.
//
// Only euro are read and written, in whole cents. A statement is read whole or refused whole, with an apperr.Error that says
// why (Reason) and where (Field, a path such as "Document/BkToCstmrStmt/Stmt/Ntry[3]/Amt"). Its reasons:
//
//	DOCUMENT_MALFORMED       no XML of the kind taken: too large or too deep, another encoding, a DTD, a processing instruction
//	DOCUMENT_INVALID         breaks a rule of the message
//	CURRENCY_UNSUPPORTED     an amount that is not in euro
//	AMOUNT_INVALID           an amount with more than two decimals, or too large
//	STATEMENT_PARTIAL        one page of several, several statements, or one without booked balances
//	STATEMENT_UNBALANCED     opening balance and entries do not lead to the closing balance, or an entry's parts to its amount
//	ENTRY_WITHOUT_REFERENCE  an entry that the bank gave no reference
//	ENTRY_DUPLICATE          two entries with one reference
//
// Messages never hold what the document says: names and accounts stay out of logs.
package iso20022
