// The statements of a document, which its events refer to.

import { equal, hex } from "./bytes.js";
import { sha256 } from "./crypto.js";
import { leafHash, verifyInclusion } from "./merkle.js";
import { orRefuse, refuse } from "./refusal.js";
import { parseStatement } from "./statement.js";

export class Statements {
  // of hashes the statements and refuses one that is there twice.
  static async of(sealed) {
    const hashes = await Promise.all(sealed.map((statement) => sha256(statement)));
    const seen = new Set();
    for (const [i, hash] of hashes.entries()) {
      if (seen.has(hex(hash))) refuse("STATEMENT_MISMATCH", `statements[${i}]`, "the statement is there twice");
      seen.add(hex(hash));
    }
    return new Statements(sealed, hashes);
  }

  constructor(sealed, hashes) {
    this.sealed = sealed;
    this.hashes = hashes;
    this.parsed = [];
    this.named = 0; // how many of them events have referred to so far
  }

  // refer demands that statements stand in the order in which events refer to them.
  refer(reference, at) {
    if (!reference) return;
    if (reference.statement > this.named || reference.statement >= this.sealed.length) {
      refuse("STATEMENT_MISMATCH", at, `statement ${reference.statement} of ${this.sealed.length} after ${this.named}`);
    }
    if (reference.statement === this.named) this.named++;
  }

  end() {
    if (this.named < this.sealed.length) refuse("STATEMENT_MISMATCH", `statements[${this.named}]`, "no event refers to it");
  }

  // covering returns the statement that a leaf names and its event's number in the source's chain, undefined if it names none. It checks
  // that the document shows exactly this statement and that it covers the bytes sent; it does not verify the signature.
  async covering(named, sent, reference, at) {
    if (!named && !reference) return undefined;
    return orRefuse("SIGNATURE_INVALID", at, async () => {
      if (!named || !reference) throw new Error("a leaf with a signature is shown with its statement, and no other");
      const { statement_sha256 = [], index = 0 } = named;
      if (!equal(this.hashes[reference.statement], statement_sha256)) throw new Error("the leaf names another statement");
      const statement = (this.parsed[reference.statement] ??= parseStatement(this.sealed[reference.statement]));
      if (index < 0) throw new Error(`index ${index}`);
      await verifyInclusion(reference.path, index, statement.count, await leafHash(await sha256(sent)), statement.root);
      return { statement, number: statement.first + index };
    });
  }
}
