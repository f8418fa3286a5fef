package export

import "github.com/pcc-platform/pcc/verify"

// statements are those of a document, each once.
type statements struct {
	all    [][]byte
	places map[string]uint64
}

// refer returns the reference to a signature's statement, which is added if it is new; nil if there is no signature.
func (s *statements) refer(signature *verify.Signature) *verify.SignatureReference {
	if signature == nil {
		return nil
	}
	place, known := s.places[string(signature.Statement)]
	if !known {
		place = uint64(len(s.all))
		s.places[string(signature.Statement)] = place
		s.all = append(s.all, signature.Statement)
	}
	path := signature.Path
	if path == nil { // the only event of a statement has the empty path, not none
		path = [][]byte{}
	}
	return &verify.SignatureReference{Statement: place, Path: path}
}
