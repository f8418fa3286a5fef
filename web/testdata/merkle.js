// Inclusion proofs of RFC 6962, as in internal/journal/proof and in the public collection. Hashes of another length than 32 bytes never
// come to the check, because the document's reader refuses them.
async (vectors) => {
  const outcomes = new Outcomes();
  for (const v of vectors.filter(({ kind }) => kind === "inclusion")) {
    const [leaf, root, ...path] = [v.leafHash, v.root, ...(v.proof ?? [])].map(modules.bytes.fromBase64);
    if ([leaf, root, ...path].some((hash) => hash.length !== 32)) continue;
    const got = await outcomeOf(() => modules.merkle.verifyInclusion(path, v.leafIdx, v.treeSize, leaf, root));
    outcomes.note(v.case, v.wantErr ? "refused" : "accepted", got);
  }
  return outcomes;
}
