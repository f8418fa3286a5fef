// Encodings that RFC 9496, appendix A.3, lists as those of no element, beside multiples of the generator, which are read as they are
// written.
async (bad) => {
  const { ristretto, bytes } = modules;
  const outcomes = new Outcomes();
  for (const encoded of bad) outcomes.note(encoded, "refused", ristretto.decode(bytes.fromHex(encoded)) === null ? "refused" : "accepted");
  for (let i = 1n; i <= 16n; i++) {
    const encoded = ristretto.encode(ristretto.combine([i, ristretto.GENERATOR]));
    const again = ristretto.decode(encoded);
    outcomes.note(`multiple ${i}`, "accepted", again && bytes.equal(ristretto.encode(again), encoded) ? "accepted" : "refused");
  }
  return outcomes;
}
