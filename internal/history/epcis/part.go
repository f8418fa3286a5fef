package epcis

import (
	"net/url"
	"strings"
)

// Part returns number and serial of the part that an object identifier stands
// for: SGTIN and CPI in the urn form, a GS1 Digital Link with GTIN and serial, or
// PartURN. Of any other identifier, the whole is the serial.
func Part(epc string) (number, serial string) {
	if text, ok := strings.CutPrefix(epc, partURN); ok {
		escapedNumber, escapedSerial, _ := strings.Cut(text, ":")
		number, errNumber := url.QueryUnescape(escapedNumber)
		serial, errSerial := url.QueryUnescape(escapedSerial)
		if errNumber == nil && errSerial == nil {
			return number, serial
		}
	}
	for _, scheme := range []string{"urn:epc:id:sgtin:", "urn:epc:id:cpi:"} {
		// Company, item and serial; a serial may contain further points.
		parts := strings.SplitN(strings.TrimPrefix(epc, scheme), ".", 3)
		if strings.HasPrefix(epc, scheme) && len(parts) == 3 {
			return parts[0] + "." + parts[1], parts[2]
		}
	}
	if _, path, ok := strings.Cut(epc, "/01/"); ok {
		if gtin, serial, ok := strings.Cut(path, "/21/"); ok {
			return gtin, serial
		}
	}
	return "", epc
}
