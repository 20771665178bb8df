import {
  findSpecWarnings,
  type JobSpec,
  parseJobSpec,
  readJobSpec,
  SpecError,
  type SpecWarning,
} from "@qizhi/core";
import type { Attempt } from "@qizhi/core/journal";
import { maskSpec, textOf, toPlatformKey, visibleText } from "@qizhi/core/internal";
import { inputError } from "../../errors/cli-error.ts";
import type { CommandInput, Run } from "../../context/command.ts";
import { refuseElsewhere } from "../../history/say-reference.ts";
import { findKnown, openHistory } from "../../history/history.ts";
import { selectJob } from "../../history/selection.ts";
import type { Platform } from "../../terminal/connection.ts";
import { printWarnings, toWarningContext } from "../../spec/check-spec.ts";
import { readBelow, readOverrides } from "../../spec/read-spec.ts";
import { findAccess } from "../../access/access.ts";
import { exitCode } from "../../errors/exit-code.ts";
import { printJson, printNote, printResult } from "../../terminal/io.ts";
import { createTheme } from "../../terminal/style.ts";

/** A spec that was sent, with changes, and what is unwise in these. */
export interface ChangedSpec {
  readonly spec: JobSpec;
  readonly warnings: readonly SpecWarning[];
}

/** The spec that was sent for the job of the command line, with its changes. */
export async function readSent(platform: Platform, input: CommandInput): Promise<ChangedSpec> {
  const jobId = selectJob(input.args[0] ?? "", platform, input.io);
  return change(findSent(platform, jobId, input.io), jobId, input);
}

/** The spec that was sent for a job of the history, with the changes of the command line; warns of these. */
export async function readSentOf(
  platform: Platform,
  jobId: string,
  input: CommandInput,
): Promise<JobSpec> {
  const { spec, warnings } = await change(findSent(platform, jobId, input.io), jobId, input);
  printWarnings(warnings, jobId, input.io);
  return spec;
}

/** The create of a job of the history. @throws {InputError} it was not submitted from here. */
export function findSent({ client }: Platform, jobId: string, io: CommandInput["io"]): Attempt {
  const journal = openHistory(io);
  const job = findKnown({ client, journal }, [jobId]).get(jobId);
  if (job?.attempt !== undefined) return job.attempt;
  if (job === undefined)
    refuseElsewhere(jobId, journal.read([jobId]), toPlatformKey(client.baseUrl));
  const shown = visibleText(jobId);
  throw inputError(["clone.notFromHere", shown], ["clone.cloneInstead", shown]);
}

async function change(
  { spec: sent }: Attempt,
  jobId: string,
  { options, rest, io }: CommandInput,
): Promise<ChangedSpec> {
  const isChanged =
    rest.length > 0 ||
    ["set", "env", "name", "logDir"].some((name) => options.list(name).length > 0);
  if (!isChanged) return { spec: parseJobSpec(sent, { allowUnknown: true }), warnings: [] };
  const source = { name: visibleText(jobId), text: JSON.stringify(sent, undefined, 2) };
  const { ids } = await readBelow(options, io);
  const { spec, locate, bareDurations } = await readJobSpec(source, {
    ...readOverrides(options, rest),
    allowUnknown: hasUnknown(sent),
    ids,
  });
  const context = toWarningContext(io);
  const isSet = (path: (string | number)[]) => locate(path) === undefined;
  // The history holds every duration in milliseconds, so only what is set now may lack a unit by mistake.
  const bare = new Set([...(bareDurations ?? [])].filter((field) => isSet([field])));
  const before = parseJobSpec(sent, { allowUnknown: true });
  const old = findSpecWarnings({ spec: before, bareDurations: new Set(), ids }, context);
  const known = new Set(old.map((each) => JSON.stringify(each)));
  // Lines of the history's text would tell nobody anything.
  const warnings = findSpecWarnings({ spec, bareDurations: bare, ids }, context).filter(
    (each) => isSet(each.path) || !known.has(JSON.stringify(each)),
  );
  return { spec, warnings };
}

/** Whether a spec was sent with keys that this version does not know. */
function hasUnknown(spec: unknown): boolean {
  try {
    parseJobSpec(spec);
    return false;
  } catch (error) {
    if (!(error instanceof SpecError)) throw error;
    return true;
  }
}

/** `qizhi diff`: the fields in which two submissions differ. Secrets are shown as `***`. Nothing is sent. */
export const diff: Run = async ({ args, options, io }) => {
  const client = findAccess(options, io);
  const read = (reference = "") => {
    const jobId = selectJob(reference, { client }, io);
    const { spec } = findSent({ client }, jobId, io);
    return { jobId, values: toFields(spec), shown: toFields(maskSpec(spec).shown) };
  };
  const [one, other] = [read(args[0]), read(args[1])];
  const paths = [...new Set([...one.values.keys(), ...other.values.keys()])];
  const changed = paths.filter((path) => one.values.get(path) !== other.values.get(path));
  if (options.flag("json")) {
    const toValue = (text: string | undefined) => (text === undefined ? null : JSON.parse(text));
    const fields = changed.map((path) => ({
      path,
      before: toValue(one.shown.get(path)),
      after: toValue(other.shown.get(path)),
    }));
    printJson(io, { before: one.jobId, after: other.jobId, fields });
    return exitCode.ok;
  }
  if (changed.length === 0) {
    printNote(io, io.t.history.equalSpecs);
    return exitCode.ok;
  }
  const theme = createTheme(io.stdout, io.env);
  const line = (sign: "+" | "-", path: string, value: string | undefined) => {
    if (value === undefined) return [];
    return theme.paint(sign === "+" ? "good" : "bad", visibleText(`${sign} ${path}: ${value}`));
  };
  const lines = changed.flatMap((path) => [
    line("-", path, one.shown.get(path)),
    line("+", path, other.shown.get(path)),
  ]);
  printResult(io, lines.flat().join("\n"));
  return exitCode.ok;
};

/** The values of a spec as JSON, by their paths; variables by their names. */
function toFields(value: unknown, path = ""): Map<string, string> {
  if (typeof value !== "object" || value === null) return new Map([[path, JSON.stringify(value)]]);
  const entries = Object.entries(value).flatMap(([key, each]) => {
    const step = Array.isArray(value)
      ? `[${textOf(Object(each)["name"]) ?? key}]`
      : `${path && "."}${key}`;
    return [...toFields(each, path + step)];
  });
  return new Map(entries);
}
