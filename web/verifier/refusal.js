// Refusal is the end of a verification: the first rule that a document breaks. The reasons are those of package verify.

export class Refusal extends Error {
  constructor(reason, at, detail) {
    super(`${reason} at ${at}: ${detail}`);
    this.reason = reason;
    this.at = at;
    this.detail = detail;
  }
}

export function refuse(reason, at, detail) {
  throw new Refusal(reason, at, detail);
}

// orRefuse runs a check that knows neither reason nor place. What it throws becomes the detail of a refusal.
export async function orRefuse(reason, at, check) {
  try {
    return await check();
  } catch (err) {
    throw err instanceof Refusal ? err : new Refusal(reason, at, err.message);
  }
}

// inOrder awaits what runs at the same time and throws the failure that comes first in the document, not in time: the same
// document is always refused for the same reason.
export async function inOrder(running) {
  const settled = await Promise.allSettled(running);
  const failed = settled.find((one) => one.status === "rejected");
  if (failed) throw failed.reason;
  return settled.map((one) => one.value);
}
