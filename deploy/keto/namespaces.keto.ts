// Who may do what, in the Ory Permission Language. The permissions are named by the option pcc.options.v1.authorization of
// every RPC in proto/; a test holds the two together. Subjects are "<member>/<principal>" and "service/<service>".
import { Namespace, Context } from "@ory/keto-namespace-types"

class Subject implements Namespace {}

// The consortium has one object, "pcc".
class Consortium implements Namespace {
  related: {
    administrators: Subject[] // admit members, set prices, and agree on credit
    treasurers: Subject[] // bring in the bank's statements, and send it payouts
    auditors: Subject[] // see the sums of the ledger
    participants: (Subject | SubjectSet<Member, "principals">)[] // principals of any member
  }

  permits = {
    admit_members: (ctx: Context): boolean => this.related.administrators.includes(ctx.subject),
    set_credit_contracts: (ctx: Context): boolean => this.related.administrators.includes(ctx.subject),
    set_prices: (ctx: Context): boolean => this.related.administrators.includes(ctx.subject),
    record_receipts: (ctx: Context): boolean => this.related.treasurers.includes(ctx.subject),
    import_statements: (ctx: Context): boolean => this.related.treasurers.includes(ctx.subject),
    write_off_entries: (ctx: Context): boolean => this.related.treasurers.includes(ctx.subject),
    reverse_transfers: (ctx: Context): boolean => this.related.treasurers.includes(ctx.subject),
    export_payouts: (ctx: Context): boolean => this.related.treasurers.includes(ctx.subject),
    close_cycles: (ctx: Context): boolean => this.related.treasurers.includes(ctx.subject),
    audit_settlement: (ctx: Context): boolean =>
      this.related.auditors.includes(ctx.subject) || this.related.treasurers.includes(ctx.subject),
    read_cycles: (ctx: Context): boolean =>
      this.related.participants.includes(ctx.subject) ||
      this.related.treasurers.includes(ctx.subject) ||
      this.related.auditors.includes(ctx.subject),
    read_members: (ctx: Context): boolean =>
      this.related.participants.includes(ctx.subject) || this.related.administrators.includes(ctx.subject),
    read_epochs: (ctx: Context): boolean =>
      this.related.participants.includes(ctx.subject) || this.related.administrators.includes(ctx.subject),
    read_logs: (ctx: Context): boolean =>
      this.related.participants.includes(ctx.subject) || this.related.administrators.includes(ctx.subject),
    read_log_entries: (ctx: Context): boolean =>
      this.related.participants.includes(ctx.subject) || this.related.administrators.includes(ctx.subject),
    read_source_keys: (ctx: Context): boolean =>
      this.related.participants.includes(ctx.subject) || this.related.administrators.includes(ctx.subject),
    read_prices: (ctx: Context): boolean =>
      this.related.participants.includes(ctx.subject) || this.related.administrators.includes(ctx.subject),
  }
}

// One object a member; roles are relations.
class Member implements Namespace {
  related: {
    principals: Subject[] // everybody of the member, whatever the role
    administrators: Subject[] // all of the member's rights
    contributors: Subject[] // enrol vehicles and send events
    readers: Subject[] // buy and read reports
    registrars: Subject[] // change life cycle and ownership
    accountants: Subject[] // see the member's accounts, and have it paid out
    data_protection_officers: Subject[] // act on the requests of the member's holders
  }

  permits = {
    bind_vehicles: (ctx: Context): boolean =>
      this.related.contributors.includes(ctx.subject) || this.related.administrators.includes(ctx.subject),
    enrol_passports: (ctx: Context): boolean =>
      this.related.contributors.includes(ctx.subject) || this.related.administrators.includes(ctx.subject),
    ingest_events: (ctx: Context): boolean =>
      this.related.contributors.includes(ctx.subject) || this.related.administrators.includes(ctx.subject),
    read_own_events: (ctx: Context): boolean =>
      this.related.contributors.includes(ctx.subject) || this.related.administrators.includes(ctx.subject),
    read_alerts: (ctx: Context): boolean =>
      this.related.contributors.includes(ctx.subject) ||
      this.related.readers.includes(ctx.subject) ||
      this.related.administrators.includes(ctx.subject),
    acknowledge_alerts: (ctx: Context): boolean =>
      this.related.contributors.includes(ctx.subject) ||
      this.related.readers.includes(ctx.subject) ||
      this.related.administrators.includes(ctx.subject),
    lookup_vehicles: (ctx: Context): boolean =>
      this.related.contributors.includes(ctx.subject) ||
      this.related.readers.includes(ctx.subject) ||
      this.related.registrars.includes(ctx.subject) ||
      this.related.administrators.includes(ctx.subject),
    read_passports: (ctx: Context): boolean =>
      this.related.contributors.includes(ctx.subject) ||
      this.related.readers.includes(ctx.subject) ||
      this.related.registrars.includes(ctx.subject) ||
      this.related.administrators.includes(ctx.subject),
    read_reports: (ctx: Context): boolean =>
      this.related.readers.includes(ctx.subject) || this.related.administrators.includes(ctx.subject),
    transition_passports: (ctx: Context): boolean =>
      this.related.registrars.includes(ctx.subject) || this.related.administrators.includes(ctx.subject),
    transfer_ownership: (ctx: Context): boolean =>
      this.related.registrars.includes(ctx.subject) || this.related.administrators.includes(ctx.subject),
    manage_policies: (ctx: Context): boolean =>
      this.related.registrars.includes(ctx.subject) || this.related.administrators.includes(ctx.subject),
    read_policies: (ctx: Context): boolean =>
      this.related.contributors.includes(ctx.subject) ||
      this.related.readers.includes(ctx.subject) ||
      this.related.registrars.includes(ctx.subject) ||
      this.related.administrators.includes(ctx.subject),
    request_reads: (ctx: Context): boolean =>
      this.related.readers.includes(ctx.subject) || this.related.administrators.includes(ctx.subject),
    issue_device_tokens: (ctx: Context): boolean => this.related.administrators.includes(ctx.subject),
    revoke_device_tokens: (ctx: Context): boolean => this.related.administrators.includes(ctx.subject),
    manage_roles: (ctx: Context): boolean => this.related.administrators.includes(ctx.subject),
    issue_recalls: (ctx: Context): boolean => this.related.administrators.includes(ctx.subject),
    manage_source_keys: (ctx: Context): boolean => this.related.administrators.includes(ctx.subject),
    manage_holders: (ctx: Context): boolean =>
      this.related.registrars.includes(ctx.subject) || this.related.administrators.includes(ctx.subject),
    manage_subject_requests: (ctx: Context): boolean =>
      this.related.data_protection_officers.includes(ctx.subject) || this.related.administrators.includes(ctx.subject),
    draw_credit: (ctx: Context): boolean =>
      this.related.accountants.includes(ctx.subject) || this.related.administrators.includes(ctx.subject),
    request_payouts: (ctx: Context): boolean =>
      this.related.accountants.includes(ctx.subject) || this.related.administrators.includes(ctx.subject),
    read_statements: (ctx: Context): boolean =>
      this.related.accountants.includes(ctx.subject) || this.related.administrators.includes(ctx.subject),
  }
}

// One object a service of the platform: which other services may call its internal RPCs.
class Service implements Namespace {
  related: {
    callers: Subject[]
  }

  permits = {
    call: (ctx: Context): boolean => this.related.callers.includes(ctx.subject),
  }
}
