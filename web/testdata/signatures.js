// Signatures of Project Wycheproof: Ed25519, and ECDSA on P-256 in ASN.1 or as r || s. What it calls acceptable may go either way.
async ({ testGroups }) => {
  const { bytes, crypto, x509 } = modules;
  const [hex, outcomes] = [bytes.fromHex, new Outcomes()];
  for (const { publicKeyDer, type, tests } of testGroups) {
    const spki = hex(publicKeyDer);
    const isEdwards = spki.length === 44;
    const key = isEdwards ? await crypto.ed25519Key(spki.subarray(12)) : await crypto.ecdsaKey("P-256", spki);
    const verify = ({ msg, sig }) =>
      type === "EcdsaVerify"
        ? x509.verifyWith({ curve: x509.curveOf(spki), publicKey: spki }, "SHA-256", hex(msg), hex(sig))
        : crypto.verifySignature(key, hex(msg), hex(sig));
    for (const test of tests.filter(({ result }) => result !== "acceptable")) {
      outcomes.note(test.tcId, test.result === "valid" ? "accepted" : "refused", await outcomeOf(() => verify(test)));
    }
  }
  return outcomes;
}
