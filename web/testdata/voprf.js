// The vectors of RFC 9497 for ristretto255-SHA512 in verifiable mode, for batches of one, and of each what another byte makes of it.
async (suites) => {
  const { ristretto, vintag, bytes } = modules;
  const [hex, outcomes] = [bytes.fromHex, new Outcomes()];
  for (const suite of suites.filter(({ identifier, mode }) => identifier === "ristretto255-SHA512" && mode === 1)) {
    const key = ristretto.scalar(hex(suite.skSm));
    outcomes.same("public key", suite.pkSm, bytes.hex(ristretto.encode(ristretto.combine([key, ristretto.GENERATOR]))));
    for (const v of suite.vectors.filter(({ Input }) => !Input.includes(","))) {
      const tagProof = { blind: hex(v.Blind), evaluation: hex(v.EvaluationElement), proof: hex(v.Proof.proof ?? v.Proof) };
      const element = await vintag.hashToGroup(hex(v.Input));
      outcomes.same("blinded element", v.BlindedElement, bytes.hex(ristretto.encode(ristretto.combine([ristretto.scalar(tagProof.blind), element]))));
      const evaluate = async (input, change, publicKey = suite.pkSm) => vintag.evaluate(hex(input), { ...tagProof, ...change }, hex(publicKey));
      outcomes.same("output", v.Output, bytes.hex(await evaluate(v.Input)));
      const refused = async (name, output) => outcomes.note(name, "refused", (await output) === null ? "refused" : "accepted");
      await refused("another input", evaluate(v.Input + "00"));
      await refused("another key", evaluate(v.Input, {}, v.BlindedElement));
      await refused("no blind", evaluate(v.Input, { blind: new Uint8Array(32) }));
      await refused("the answer not blinded", evaluate(v.Input, { evaluation: ristretto.encode(ristretto.combine([key, element])) }));
      for (const [part, value] of Object.entries(tagProof)) {
        for (let i = 0; i < value.length; i += 7) {
          await refused(`byte ${i} of ${part}`, evaluate(v.Input, { [part]: value.map((byte, at) => (at === i ? byte ^ 1 : byte)) }));
        }
      }
    }
  }
  return outcomes;
}
