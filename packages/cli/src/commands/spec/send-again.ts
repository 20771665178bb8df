import { isQizhiError, type JobSpec } from "@qizhi/core";
import { type IdentifiedJob, isDoubleError, visibleText } from "@qizhi/core/internal";
import type { CommandInput } from "../../context/command.ts";
import { toFlag } from "../../context/options.ts";
import { exitCodeOf, gravest, joinCodes, toErrorJson } from "../../errors/exit-code.ts";
import { createJob, type OnSignal } from "../../history/submit-journal.ts";
import { nextSteps } from "../../jobs/print-outcomes.ts";
import { waitForJobs, whileCreating } from "../../jobs/wait-for-jobs.ts";
import { type Connection, toCommand } from "../../terminal/connection.ts";
import { printError, printJson, printNote, printResult } from "../../terminal/io.ts";
import { toJobJson, toSeenJob } from "../../view/job-output.ts";
import { printCreated } from "./submit-tries.ts";

/** The spec that is sent again for a job of the history. */
export interface Again {
  readonly jobId: string;
  readonly spec: JobSpec;
  /** The attempt that created the last job of an equal spec as a person was shown it, or `none`. */
  readonly before?: string;
}

/** What was created, and the errors of the creates that failed. */
interface Sent {
  readonly created: IdentifiedJob[];
  readonly errors: unknown[];
}

export async function submitAll(
  connection: Connection,
  all: readonly Again[],
  input: CommandInput,
): Promise<number> {
  const { options, io } = input;
  const sent = await sendAll(connection, all, input);
  if (typeof sent === "number") return sent;
  const codes = sent.errors.map(exitCodeOf);
  if (sent.created.length === 0 || !options.flag("wait")) {
    printSent(connection, sent, input);
    return gravest(codes);
  }
  const besides = toFailures(sent.errors);
  const waiting = waitForJobs(connection, toIds(sent.created), options, io, { besides });
  return joinCodes(...codes, await waiting);
}

function printSent(
  connection: Connection,
  { created, errors }: Sent,
  { options, io }: CommandInput,
  unsent: readonly unknown[] = [],
): void {
  if (options.flag("json")) {
    const jobs = created.map((job) => toJobJson(toSeenJob(connection, job)));
    printJson(io, [...jobs, ...toFailures(errors), ...unsent]);
  } else if (created.length > 0) {
    const ids = toIds(created);
    printNote(io, nextSteps(connection, ids, io.t.toWait, io.t));
    printResult(io, ids.join("\n"));
  }
}

function toFailures(errors: readonly unknown[]) {
  return errors.filter(isQizhiError).map((error) => ({ error: toErrorJson(error) }));
}

function toIds(jobs: readonly IdentifiedJob[]): string[] {
  return jobs.map(({ job_id: jobId }) => jobId);
}

/**
 * Sends one create after the other. After one that may not be known, or that the platform cannot take, no more.
 * @returns the exit code when a signal ended it.
 */
async function sendAll(
  connection: Connection,
  all: readonly Again[],
  input: CommandInput,
): Promise<Sent | number> {
  const { options, io } = input;
  const json = options.flag("json");
  const again = options.flag("allowDuplicate");
  const sent: Sent = { created: [], errors: [] };
  for (const [at, { spec, before }] of all.entries()) {
    try {
      const made = toIds(sent.created);
      const printAll: OnSignal["end"] = async (last, _by, unsent) => {
        const created = last ? [...sent.created, { ...spec, ...last }] : sent.created;
        if (created.length > 0) printSent(connection, { ...sent, created }, input, unsent);
        return "";
      };
      const besides = toFailures(sent.errors);
      const onSignal = whileCreating(connection, { options, io, before: made, besides }) ?? {
        awaitsAnswer: false,
        end: printAll,
      };
      const isFirst = made.length === 0;
      const how = { allowUnknown: true, again, before, json: json && isFirst, onSignal };
      const job = await createJob(connection, spec, how, io);
      if (typeof job === "number") return job;
      sent.created.push({ ...spec, ...job });
      printCreated(connection, spec, job, io);
    } catch (error) {
      printError(io, error);
      sent.errors.push(error);
      const left = all.slice(at + 1);
      if (concernsOneSpec(error) || left.length === 0) continue;
      printLeft(connection, left, input);
      break;
    }
  }
  return sent;
}

function concernsOneSpec(error: unknown): boolean {
  return isQizhiError(error) && (error.code === "api" || isDoubleError(error));
}

/** Prints the command that sends the rest alone: the command line as it was would send all again. */
function printLeft(
  connection: Connection,
  left: readonly Again[],
  { options, rest, io }: CommandInput,
): void {
  // The values of variables may be secrets, so the changes are named without them.
  const flags = ["set", "env", "logDir", "note"].filter((name) => options.list(name).length > 0);
  const changes = [...flags.map(toFlag), ...(rest.length > 0 ? ["-- …"] : [])].join(", ");
  const ids = left.map(({ jobId }) => visibleText(jobId));
  const several = left.length > 1 ? ["--yes"] : [];
  const command = toCommand(connection, "rerun", ...ids, ...several);
  printNote(io, io.t.rerun.left(left.length, command, changes));
}
