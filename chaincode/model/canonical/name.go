package canonical

// IsName reports whether s has 1 to limit bytes, all of them allowed.
func IsName(s string, limit int, allowed func(byte) bool) bool {
	if s == "" || len(s) > limit {
		return false
	}
	for i := range len(s) {
		if !allowed(s[i]) {
			return false
		}
	}
	return true
}

// IsIDByte allows the bytes of a member's id: a-z, 0-9 and '-'.
func IsIDByte(c byte) bool { return c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-' }

// IsMSPByte allows the bytes of an MSP id: letters, digits, '.' and '-'.
func IsMSPByte(c byte) bool { return IsIDByte(c) || c >= 'A' && c <= 'Z' || c == '.' }
