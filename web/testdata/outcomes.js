// Helpers of the other files: outcomes collects what a check of each vector said, and what differs from what it should have said.
class Outcomes {
  constructor() {
    this.accepted = 0;
    this.refused = 0;
    this.wrong = [];
  }

  note(name, want, got) {
    if (want !== got) this.wrong.push(`${name}: ${got}, want ${want}`);
    if (got === "accepted") this.accepted++;
    else this.refused++;
  }

  // same notes a value that has to be as it is.
  same(name, want, got) {
    this.note(name, "accepted", want === got ? "accepted" : got);
  }
}

const outcomeOf = async (check) => {
  try {
    return (await check()) === false ? "refused" : "accepted";
  } catch (err) {
    return err instanceof modules.headmap.Malformed ? "malformed" : "refused";
  }
};
