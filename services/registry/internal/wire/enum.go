package wire

// enum maps the values of a domain type, one to one, to those of a protobuf enum.
type enum[D, P comparable] map[D]P

// inverse returns the domain value of p, or the zero value when there is none.
func (e enum[D, P]) inverse(p P) (d D) {
	for d, candidate := range e {
		if candidate == p {
			return d
		}
	}
	return d
}
