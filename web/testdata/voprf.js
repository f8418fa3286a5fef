// The vectors of RFC 9497 for ristretto255-SHA512 in verifiable mode, for batches of one, and of each what another byte makes of it.
async (suites) => {
  const { ristretto, vintag, bytes } = modules;
  const [hex, outcomes] = [bytes.fromHex, new Outcomes()];
  for (const suite of suites.filter(({ identifier, mode }) => identifier === "ristretto255-SHA512" && mode === 1)) {
    const key = ristretto.scalar(hex(suite.skSm));
    outcomes.same("public key", suite.pkSm, bytes.hex(ristretto.encode(ristretto.combine([key, ristretto.GENERATOR]))));
    for (const v of suite.vectors.filter(({ Input }) => !Input.includes(","))) {
      const blind = hex(v.Blind);
      const part = { evaluation: hex(v.EvaluationElement), proof: hex(v.Proof.proof ?? v.Proof) };
      const element = await vintag.hashToGroup(hex(v.Input));
      outcomes.same("blinded element", v.BlindedElement, bytes.hex(ristretto.encode(ristretto.combine([ristretto.scalar(blind), element]))));
      // The suite's key has one holder, whose share is the key.
      const evaluate = async (input, change, publicKey = suite.pkSm, parts = 1) => {
        const one = { index: 1, key: hex(publicKey), ...part, ...change };
        return vintag.evaluate(hex(input), { blind: change?.blind ?? blind, parts: Array(parts).fill(one) }, hex(publicKey));
      };
      outcomes.same("output", v.Output, bytes.hex(await evaluate(v.Input)));
      const refused = async (name, output) => outcomes.note(name, "refused", (await output) === null ? "refused" : "accepted");
      await refused("another input", evaluate(v.Input + "00"));
      await refused("another key", evaluate(v.Input, {}, v.BlindedElement));
      await refused("no blind", evaluate(v.Input, { blind: new Uint8Array(32) }));
      await refused("the answer not blinded", evaluate(v.Input, { evaluation: ristretto.encode(ristretto.combine([key, element])) }));
      await refused("nobody", evaluate(v.Input, {}, suite.pkSm, 0));
      await refused("one holder twice", evaluate(v.Input, {}, suite.pkSm, 2));
      for (const [name, value] of Object.entries({ blind, ...part })) {
        for (let i = 0; i < value.length; i += 7) {
          await refused(`byte ${i} of ${name}`, evaluate(v.Input, { [name]: value.map((byte, at) => (at === i ? byte ^ 1 : byte)) }));
        }
      }
    }
  }
  return outcomes;
}
