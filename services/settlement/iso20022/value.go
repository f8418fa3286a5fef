package iso20022

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

const (
	namespacePrefix = "urn:iso:std:iso:20022:tech:xsd:"
	// xmlSpace is what XML takes for white space.
	xmlSpace = " \t\r\n"
	euro     = "EUR"
)

// Cents is an amount of euro. In a statement it is positive when the account received it.
type Cents int64

// MaxPayment is the largest amount of one SEPA credit transfer.
const MaxPayment Cents = 99_999_999_999

// String formats c with two decimals: "12.05", "-0.10".
func (c Cents) String() string {
	sign := ""
	if c < 0 {
		sign, c = "-", -c
	}
	return fmt.Sprintf("%s%d.%02d", sign, c/100, c%100)
}

// maxEuroDigits bounds the whole euro of an amount that is read; sums of as many amounts as fit a document cannot overflow.
const maxEuroDigits = 12

// parseCents reads an amount without sign; ok is false when it has parts of a cent or is too large.
func parseCents(text string) (_ Cents, ok bool) {
	whole, fraction, _ := strings.Cut(strings.Trim(text, xmlSpace), ".")
	if whole = strings.TrimLeft(whole, "+0"); len(whole) > maxEuroDigits || len(fraction) > 2 {
		return 0, false
	}
	n, err := strconv.ParseInt("0"+whole+(fraction + "00")[:2], 10, 64)
	return Cents(n), err == nil
}

var (
	amountPattern   = regexp.MustCompile(`^\+?([0-9]{1,18}(\.[0-9]{0,5})?|\.[0-9]{1,5})$`)
	currencyPattern = regexp.MustCompile(`^[A-Z]{3}$`)
	ibanPattern     = regexp.MustCompile(`^[A-Z]{2}[0-9]{2}[A-Z0-9]{1,30}$`)
	bicPattern      = regexp.MustCompile(`^[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}([A-Z0-9]{3})?$`)
	sepaPattern     = regexp.MustCompile(`^[A-Za-z0-9/?:().,'+ -]+$`)
	codePattern     = regexp.MustCompile(`^[A-Z0-9]{1,4}$`)
	countPattern    = regexp.MustCompile(`^[0-9]{1,15}$`)
	uuid4Pattern    = regexp.MustCompile(`^[a-f0-9]{8}-[a-f0-9]{4}-4[a-f0-9]{3}-[89ab][a-f0-9]{3}-[a-f0-9]{12}$`)
)

// isAmount accepts a decimal of at most 18 digits, 5 of them behind the point.
func isAmount(text string) bool {
	text = strings.Trim(text, xmlSpace)
	const maxDigits = 18
	return amountPattern.MatchString(text) && len(strings.Trim(text, "+")) <= maxDigits+strings.Count(text, ".")
}

func isCurrency(text string) bool { return currencyPattern.MatchString(text) }
func isCode(text string) bool     { return codePattern.MatchString(text) }
func isCount(text string) bool    { return countPattern.MatchString(text) }
func isUUID4(text string) bool    { return uuid4Pattern.MatchString(text) }
func isBoolean(text string) bool {
	return oneOf("true", "false", "1", "0")(strings.Trim(text, xmlSpace))
}

// isText accepts 1 to limit characters.
func isText(limit int) func(string) bool {
	return func(text string) bool { return text != "" && utf8.RuneCountInString(text) <= limit }
}

func oneOf(values ...string) func(string) bool {
	return func(text string) bool { return slices.Contains(values, text) }
}

func isTime(text string) bool {
	_, err := parseTime(text)
	return err == nil
}

func parseTime(text string) (time.Time, error) {
	text = strings.Trim(text, xmlSpace)
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		at, err = time.Parse("2006-01-02T15:04:05", text) // of the bank's zone, which the message does not say
	}
	return at, err //nolint:wrapcheck // the caller says what it read
}

func isDate(text string) bool {
	text = strings.Trim(text, xmlSpace)
	for _, layout := range []string{time.DateOnly, time.DateOnly + "Z07:00"} {
		if _, err := time.Parse(layout, text); err == nil {
			return true
		}
	}
	return false
}

// IsIBAN says whether text is an account number by ISO 13616, in capitals and without spaces, whose check digits are right.
func IsIBAN(text string) bool {
	if !ibanPattern.MatchString(text) {
		return false
	}
	remainder := 0
	for _, c := range text[4:] + text[:4] {
		if c >= 'A' {
			remainder = (remainder*100 + int(c-'A') + 10) % 97
		} else {
			remainder = (remainder*10 + int(c-'0')) % 97
		}
	}
	check := text[2:4]
	return remainder == 1 && check != "00" && check != "01" && check != "99"
}

// IsBIC says whether text has the form of a bank's identifier by ISO 9362.
func IsBIC(text string) bool { return bicPattern.MatchString(text) }

// maxReference and maxName bound references and names in a SEPA credit transfer.
const (
	maxReference = 35
	maxName      = 70
)

// IsReference says whether text can be a SEPA reference: up to 35 characters of the SEPA set, with no slash at an end and no
// two slashes in a row.
func IsReference(text string) bool {
	return len(text) <= maxReference && sepaPattern.MatchString(text) &&
		!strings.HasPrefix(text, "/") && !strings.HasSuffix(text, "/") && !strings.Contains(text, "//")
}

// IsName says whether text can be a party's name in a SEPA credit transfer: up to 70 characters of the SEPA set, not blank.
func IsName(text string) bool {
	return len(text) <= maxName && sepaPattern.MatchString(text) && strings.TrimSpace(text) == text
}
