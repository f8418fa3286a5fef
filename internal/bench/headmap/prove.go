package headmap

import (
	"fmt"

	"github.com/pcc-platform/pcc/internal/headmap"
	"github.com/pcc-platform/pcc/internal/headmap/proof"
)

func (b *bench) prove(m *headmap.Map) error {
	root := m.Root()
	chosen := b.random.Perm(b.Keys)[:b.Proofs]
	err := b.proofs(m, "inclusion", func(i int) proof.Key { return b.keys[chosen[i]] }, func(i int, encoded []byte) error {
		e := b.entry(chosen[i])
		return proof.VerifyInclusion(encoded, e.Key, e.Head, root)
	})
	if err != nil {
		return err
	}
	absent := make([]proof.Key, b.Proofs)
	for i := range absent {
		absent[i] = key("absent", i)
	}
	return b.proofs(m, "non-inclusion", func(i int) proof.Key { return absent[i] }, func(i int, encoded []byte) error {
		return proof.VerifyNonInclusion(encoded, absent[i], root)
	})
}

// proofs makes as many proofs as asked for, then verifies them.
func (b *bench) proofs(m *headmap.Map, kind string, keyOf func(int) proof.Key, verify func(int, []byte) error) error {
	encoded := make([][]byte, b.Proofs)
	total, longest := 0, 0
	b.start()
	for i := range encoded {
		encoded[i] = m.Prove(keyOf(i))
		total += len(encoded[i])
		longest = max(longest, len(encoded[i]))
	}
	made := b.cpu()
	b.start()
	for i, p := range encoded {
		if err := verify(i, p); err != nil {
			return err
		}
	}
	verified := b.cpu()
	each := func(of int64) float64 { return float64(of) / float64(b.Proofs) }
	fmt.Fprintf(b.out, "%s\t%d proofs\t%.1f us to make\t%.1f us to verify\t%.0f B\tat most %d B\n",
		kind, b.Proofs, each(made.Microseconds()), each(verified.Microseconds()), each(int64(total)), longest)
	return nil
}
