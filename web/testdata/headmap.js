// Vectors of internal/headmap/proof. What is about appending to lists is not the page's.
async ({ cases }) => {
  const { headmap, merkle, bytes } = modules;
  const [hex, outcomes] = [bytes.fromHex, new Outcomes()];
  const checks = {
    inclusion: (c) => headmap.verifyPresent(hex(c.proof), hex(c.key), hex(c.head), hex(c.root)),
    "non-inclusion": (c) => headmap.verifyAbsent(hex(c.proof), hex(c.key), hex(c.root)),
    head: (c) => headmap.checkHead(hex(c.head)),
    list: async (c) => {
      headmap.checkHead(hex(c.head));
      return bytes.equal(headmap.headOf(c.hashes.length, await merkle.rootOf(c.hashes.map(hex))), hex(c.head));
    },
  };
  for (const c of cases.filter(({ check }) => check !== "state")) outcomes.note(`${c.check} ${c.name}`, c.outcome, await outcomeOf(() => checks[c.check](c)));
  return outcomes;
}
