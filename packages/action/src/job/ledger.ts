import {
  accessSync,
  constants,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { type Journal, openJournal, stateDir } from "@qizhi/core/journal";
import { isRunning, makePrivateFolder, ownMark, readProcessMark } from "@qizhi/core/internal";
import type { SweepRun } from "@qizhi/core/sweep";
import type { Inputs, RunParts } from "../inputs/inputs.ts";
import { TakenOver } from "../runner/cancel.ts";
import type { Log } from "../runner/log.ts";
import { stateFolder, tryQuietly } from "../runner/state.ts";
import { toReason } from "../runner/text.ts";
import { attemptNumber, findEarlier, readName, type RerunProblem, toNames } from "./rerun.ts";
import { readTraces, type Trace } from "./traces.ts";

// A workflow run can be run again for 30 days.
const keptMs = 35 * 86_400_000;
const stepRecord = "action:step";
const isLost =
  "A re-run will not know what this step submits. Let this user write there; runners that share a folder must run as one user.";

/**
 * What the step submits is written down in a journal of its own, for post and for a re-run: names, ids and ends
 * of jobs, no specs and no secrets.
 */
export interface Ledger {
  readonly journal: Journal;
  /** What an earlier attempt of the workflow run has left; empty where there was none, or it is not asked for. */
  readonly earlier: readonly Trace[];
  /** Whether an earlier attempt has left it. */
  readonly isTakenOver: boolean;
}

export interface LedgerParts extends Pick<RunParts, "secrets" | "cancel"> {
  readonly inputs: Pick<Inputs, "connection" | "onRerun">;
  readonly log: Pick<Log, "tryTo" | "warning">;
}

/**
 * Opens the ledger of this step in the state folder, which outlives the job on a runner of one's own, or
 * else in the runner's temporary folder. That of an earlier attempt is taken over, by one step only.
 * @throws {InputError} it cannot be written or read.
 */
export function openLedger(
  parts: LedgerParts,
  runs: readonly SweepRun[],
): Ledger | { readonly problem: RerunProblem } {
  const { connection, onRerun } = parts.inputs;
  const folder = makeFolder(parts);
  const number = attemptNumber();
  const names = toNames(runs, connection);
  const { stem, hashIn } = names;
  const id = crypto.randomUUID();
  const file = `${stem}-${hashIn(number)}-${number}-${id}.jsonl`;
  let isTakenOver = false;
  if (number > 1 && onRerun === "continue") {
    const found = findEarlier(folder, names, number);
    if ("problem" in found) return found;
    const problem = findProblem(folder, found.name);
    if (problem !== undefined) return { problem };
    try {
      renameSync(join(folder, found.name), join(folder, file));
    } catch {
      // Another step was quicker.
      return { problem: "alike" };
    }
    isTakenOver = true;
  }
  const written = openJournal({ dir: folder, file, keeps: toKept(parts) });
  written.append({ kind: stepRecord, id, attempt: number, process: ownMark() });
  const journal = toStepJournal(written, id, parts);
  return { journal, isTakenOver, earlier: isTakenOver ? readTraces(journal.read()) : [] };
}

export function reopenLedger(path: string): Journal {
  return openJournal({ dir: dirname(path), file: basename(path) });
}

/**
 * Makes what says whether a job of this step is one that another attempt of the workflow run follows by now.
 *
 * Looks for the ledger into which a later attempt of the workflow run has taken over this one: it renames the file,
 * which holds the id that stands in its first name. One that is gone without a trace tells of nobody: a job that is to
 * be stopped is not left for a disk that cannot be read.
 */
export function findFollowed(file: string): (jobId: string) => boolean {
  const [folder, own] = [dirname(file), basename(file)];
  const { stem, id } = readName(own);
  if (stem === undefined || id === undefined) return () => false;
  const read = (name: string) => tryQuietly(() => readFileSync(join(folder, name), "utf8")) ?? "";
  if (read(own).includes(id)) return () => false;
  const names = tryQuietly(() => readdirSync(folder)) ?? [];
  const others = names.filter((name) => name !== own && name.startsWith(`${stem}-`));
  const text = others.map(read).find((each) => each.includes(id));
  // A create that was under way then has made a job of which the other attempt knows nothing.
  return (jobId) => text?.includes(jobId) ?? false;
}

function makeFolder({ log }: LedgerParts): string {
  try {
    const folder = join(stateDir(), "action");
    makePrivateFolder(folder);
    accessSync(folder, constants.W_OK);
    prune(folder);
    return folder;
  } catch (error) {
    if (process.env["QIZHI_STATE_DIR"]) {
      log.warning("Qizhi: QIZHI_STATE_DIR cannot be used", [toReason(error), isLost]);
    }
    // A runner without a folder that can be written: post can still read it, a re-run cannot.
    const folder = stateFolder();
    makePrivateFolder(folder);
    return folder;
  }
}

function prune(folder: string): void {
  for (const name of readdirSync(folder)) {
    const file = join(folder, name);
    // Another step may have taken it away, or it is not ours.
    tryQuietly(() => {
      if (Date.now() - statSync(file).mtimeMs > keptMs) rmSync(file, { force: true });
    });
  }
}

function findProblem(folder: string, file: string): RerunProblem | undefined {
  const journal = openJournal({ dir: folder, file });
  const steps = journal.read().others.filter(({ kind }) => kind === stepRecord);
  const isTaken = steps.some((record) => {
    const mark = readProcessMark(record["process"]);
    return mark !== undefined && mark.pid !== process.pid && isRunning(mark);
  });
  if (isTaken) return "running";
  return journal.index().unreadLines > 0 ? "damaged" : undefined;
}

/** Keeps no spec: what is asked for is in the name of the file, as a hash. */
function toKept({ secrets }: LedgerParts): <Value>(value: Value) => Value {
  return (value) => {
    const { kind } = Object(value);
    if (kind === "attempt") return secrets.redactAll({ ...value, spec: {} });
    if (kind === "sweep:begin") return secrets.redactAll({ ...value, common: {}, runs: [] });
    return secrets.redactAll(value);
  };
}

/**
 * A journal that submits nothing once post has told this process to stop, or a re-run on another machine has renamed the
 * file: then the next record begins another one, without that of this step.
 */
function toStepJournal(journal: Journal, step: string, { cancel, log }: LedgerParts): Journal {
  const refuseTakenOver = () => {
    const { others, damagedLines } = journal.read([step]);
    if (others.length + damagedLines.length === 0) throw new TakenOver();
  };
  // What exists is to be followed, also with a full disk.
  const tryTo = (write: () => void) => log.tryTo("down what was submitted", write);
  return {
    ...journal,
    attempt(entry) {
      cancel.check();
      refuseTakenOver();
      const id = journal.attempt(entry);
      // A re-run that comes later finds the attempt; one that was quicker does not.
      refuseTakenOver();
      return id;
    },
    outcome: (id, outcome) => tryTo(() => journal.outcome(id, outcome)),
    append(entry) {
      if (entry.kind !== "sweep:ended") return journal.append(entry);
      tryTo(() => journal.append(entry));
    },
  };
}
