package archtest_test

import "regexp"

var (
	ledgerReason    = regexp.MustCompile(`(?m)\bReason\w+\s+Reason = "([A-Z_]+)"`)
	ledgerReasonRow = regexp.MustCompile("(?m)^\\| `([A-Z_]+)` \\| (?:epoch|note|member|record|policy|signature|request|capsule|trustee) \\|")
)

// ledgerReasons compares docs/errors.md with the reasons of chaincode/model. They are apart from those of RPCs: a word may be
// in both.
func ledgerReasons(tr *tree) (violations []string) {
	find := func(file string, pattern *regexp.Regexp) map[string]bool {
		found := map[string]bool{}
		for _, match := range pattern.FindAllSubmatch(tr.files[file], -1) {
			found[string(match[1])] = true
		}
		return found
	}
	made, written := find("chaincode/model/errors.go", ledgerReason), find("docs/errors.md", ledgerReasonRow)
	for reason := range made {
		if !written[reason] {
			violations = append(violations, "docs/errors.md lacks the contracts' "+reason)
		}
	}
	for reason := range written {
		if !made[reason] {
			violations = append(violations, "docs/errors.md has "+reason+", which no contract returns")
		}
	}
	return violations
}
