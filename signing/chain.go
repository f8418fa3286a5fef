package signing

import "fmt"

// Chain follows the statements of one source in their order. Its zero value stands at the beginning.
type Chain struct{ State }

// Add takes the next statement. ErrGap says that statements before it are missing, ErrFork that it repeats a number or names
// another statement as the one before; after either the chain stands as it was. Add says nothing of the signature.
func (c *Chain) Add(s *Signed) error {
	switch {
	case s.First > c.Next:
		return fmt.Errorf("%w: numbers %d to %d", ErrGap, c.Next, s.First-1)
	case s.First < c.Next:
		return fmt.Errorf("%w: number %d was used before", ErrFork, s.First)
	case s.Previous != c.Previous:
		return fmt.Errorf("%w: number %d follows another statement than the one before it", ErrFork, s.First)
	}
	c.State = State{Next: s.End(), Previous: s.Hash()}
	return nil
}
