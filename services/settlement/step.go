package settlement

// stepped is a kind of thing that passes through states by transfers, such as reads.
type stepped[T any] struct {
	// want is where an operation says which it wants to see, in is where the books have them.
	want    func(*Wanted) *[]string
	in      func(*Books) *documents[T]
	missing error
	// collection is that of its resource names.
	collection string
	// payers are the accounts that each step of a thing posts on.
	payers func(T) []AccountID
}

// step is the operation that takes one of them to a final state. One that is there already stays as it is.
type step[T any] struct {
	kind   stepped[T]
	id     string
	action string // for the audit
	// others are the accounts beside the payers' that the step may post on, which may depend on the thing.
	others func(T) []AccountID
	// earners are members that the step may pay.
	earners []string
	// ended says whether the thing is in the final state, and take makes it so.
	ended func(T) bool
	take  func(*Books, T) (T, Transfer, error)
	// result is the thing after the step.
	result T
}

func (s *step[T]) want(w *Wanted) {
	ids := s.kind.want(w)
	*ids = append(*ids, s.id)
	w.Earners = append(w.Earners, s.earners...)
}

func (s *step[T]) accounts(b *Books) []AccountID {
	v, found := s.kind.in(b).get(s.id)
	if !found {
		return nil
	}
	ids := s.kind.payers(v)
	if s.others != nil {
		ids = append(ids, s.others(v)...)
	}
	for _, member := range s.earners {
		if ids = append(ids, Available(member)); b.due[member] > 0 {
			ids = append(ids, Claims(member))
		}
	}
	return ids
}

func (s *step[T]) apply(b *Books) error {
	v, found := s.kind.in(b).get(s.id)
	if !found {
		return s.kind.missing
	}
	s.result = v
	if s.ended(v) {
		return nil
	}
	v, t, err := s.take(b, v)
	if err != nil {
		return err
	}
	if err := b.post(t); err != nil {
		return err
	}
	set(b, s.kind.in(b), s.id, v)
	b.audit(s.action, s.kind.collection+"/"+s.id)
	s.result = v
	return nil
}
