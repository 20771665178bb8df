import { type Journal, openJournal } from "@qizhi/core";
import type { Cancel } from "../cancel.ts";
import type { Log } from "../log.ts";
import type { Secrets } from "../secrets.ts";
import type { Ledger } from "./ledger.ts";

/**
 * The journal of a sweep of this step: it keeps nothing but what goes to the ledger, without the specs and
 * their variables.
 */
export function createSweepJournal(
  ledger: Ledger,
  { secrets, log, cancel }: { secrets: Secrets; log: Log; cancel: Cancel },
): Journal {
  const write = (entry: object) =>
    ledger.write(secrets.redactAll({ time: new Date().toISOString(), ...entry }));
  // What exists is to be followed, also with a full disk.
  const tryToWrite = (entry: object) => {
    try {
      write(entry);
    } catch (error) {
      log.line(`Could not write down what was submitted: ${String(error)}`);
    }
  };
  let next: Readonly<Record<string, unknown>> = {};
  return {
    file: ledger.file,
    append(entry) {
      if (entry.kind === "sweep:run") next = { ...entry };
      if (entry.kind === "sweep:ended") tryToWrite(entry);
    },
    attempt({ spec, id = "" }) {
      cancel.check();
      const { run, try: tries } = next;
      write({ kind: "attempt", attempt: id, run, try: tries, name: spec.name });
      return id;
    },
    outcome(attempt, { result, ...rest }) {
      const jobId = "jobId" in rest ? rest.jobId : undefined;
      tryToWrite({ kind: "outcome", attempt, result, jobId });
    },
    read: () => ({ attempts: [], jobs: [], others: [], damagedLines: [] }),
    unresolved: () => [],
    index: openJournal({ dir: ledger.file }).index,
  };
}
