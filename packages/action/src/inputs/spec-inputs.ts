import type { JobSpec, SpecSource, SpecWarning } from "@qizhi/core";
import { readDefaults, SpecError } from "@qizhi/core";
import { type ReadSweepOptions, readSpec, type SweepPlan } from "@qizhi/core/sweep";
import {
  createShellReader,
  findSecrets,
  findWarnings,
  looksSecret,
  readBeside,
  toPlatformKey,
} from "@qizhi/core/internal";
import type { InputName, RawInputs } from "../runner/raw-inputs.ts";
import type { Secrets } from "../runner/secrets.ts";
import { inlineName, toRemark } from "./spec-remarks.ts";
import { readMatrix, readVariables, toLineNumbers, type Variable } from "./variable-inputs.ts";

/** What a re-run of the workflow run does: goes on with what is left, or submits anew. */
export type OnRerun = "continue" | "submit";

/** A job to submit, or the id of one to attach to. */
export type SingleJob =
  | { readonly spec: JobSpec; readonly onRerun: OnRerun; readonly retries: number | undefined }
  | { readonly jobId: string };

/** Inputs that replace one field of the spec each. */
export const fields = [
  ["name", "name"],
  ["command", "command"],
  ["image", "framework_config[0].image"],
  ["nodes", "framework_config[0].instance_count"],
  ["priority", "task_priority"],
  ["max-running-time", "max_running_time_ms"],
  ["log-dir", "log_dir"],
] as const satisfies [InputName, string][];

// The keys of a spec are in lower case; what stands behind `envs.` is a name of its own.
const settingForm = /^[a-z_][\w[\].-]*\s*=/;

const specInputs: readonly InputName[] = [
  "spec",
  "spec-inline",
  "set",
  "env",
  "secret-env",
  "matrix",
  "profile",
  ...fields.map(([input]) => input),
];

/** Which of the inputs that describe a job are given. */
export function givenSpecInputs(raw: RawInputs): InputName[] {
  return specInputs.filter((name) => raw.text(name) !== "");
}

/** One job, or a sweep of many. */
export type SpecWork = { readonly spec: JobSpec } | { readonly plan: SweepPlan };

/**
 * Reads the spec with everything the inputs put into it: `set`, then `env` and `secret-env`, then the
 * single fields. All problems go to the mistakes, and what is unwise to the warnings.
 */
export async function readSpecInputs(
  raw: RawInputs,
  secrets: Secrets,
): Promise<SpecWork | undefined> {
  const variables = readVariables(raw, secrets);
  const settings = readSettings(raw, secrets);
  const matrix = readMatrix(raw, secrets);
  const singles = fields.flatMap(([input, path]) => {
    const text = raw.text(input);
    // A bare number would be one of milliseconds.
    if (input === "max-running-time" && raw.duration(input) === undefined) return [];
    return text === "" ? [] : [`${path}=${text}`];
  });
  const source = toSource(raw);
  if (source === undefined) return undefined;
  const options = {
    allowUnknown: raw.flag("allow-unknown"),
    set: [...settings, ...singles],
    env: variables.map(({ name, value }) => `${name}=${value}`),
    matrix,
    profile: raw.text("profile") || undefined,
  };
  const work = await readWork(raw, source, { options, variables });
  maskSpecs(toSpecs(work), secrets);
  return work;
}

/** Masks what looks like a secret in the variables and the command of each job: a platform may echo both. */
function maskSpecs(specs: readonly JobSpec[], secrets: Secrets): void {
  for (const { envs = [] } of specs) {
    for (const { name, value } of envs) if (looksSecret(name, value)) secrets.add(value);
  }
  for (const command of new Set(specs.map((spec) => spec.command))) {
    for (const { start, end } of findSecrets(command)) secrets.add(command.slice(start, end));
  }
}

/** The specs of all jobs that are to be submitted. */
export function toSpecs(work: SpecWork | { readonly jobId: string } | undefined): JobSpec[] {
  if (work === undefined || "jobId" in work) return [];
  return "spec" in work ? [work.spec] : work.plan.runs.map(({ spec }) => spec);
}

function toSource(raw: RawInputs): string | SpecSource | undefined {
  const file = raw.text("spec");
  const inline = raw.exactText("spec-inline");
  if (file !== "" && inline.trim() !== "") {
    raw.refuse("spec", "and spec-inline are both given; give one of them");
    return undefined;
  }
  if (file !== "") return file;
  return inline.trim() === "" ? undefined : { name: inlineName, text: `${inline}\n` };
}

async function readWork(
  raw: RawInputs,
  from: string | SpecSource,
  {
    options,
    variables,
  }: {
    options: ReadSweepOptions;
    variables: readonly Variable[];
  },
): Promise<SpecWork | undefined> {
  const known = new Set(variables.flatMap(({ name, isSecret }) => (isSecret ? [name] : [])));
  const warnOf = (read: Parameters<typeof findWarnings>[0]) => {
    const warnings = findWarnings(read, { isCi: true, readShell: createShellReader() });
    // Who gives it as a secret knows that it is one.
    const isKnown = ({ rule, subject }: SpecWarning) => rule === "secret" && known.has(subject);
    raw.warnings.push(
      ...warnings
        .filter((each) => !isKnown(each))
        .map(({ path, message, file = read.source.name, line, column }) => {
          const place = line !== undefined && column !== undefined ? { line, column } : {};
          return toRemark({ path, message, ...place }, file);
        }),
    );
  };
  try {
    // The step trusts its workspace: the spec itself comes from there.
    const places = {
      lastFolder: process.env["GITHUB_WORKSPACE"] ?? process.cwd(),
      isTrusted: true,
    };
    const defaults = await readDefaults(places);
    const ids = () => defaults.ids[toPlatformKey(raw.text("base-url"))] ?? [];
    const parsed = await readSpec(from, { ...options, defaults, ids });
    const read = await parsed.check();
    warnOf(read);
    return "plan" in read ? { plan: read.plan } : { spec: read.spec };
  } catch (error) {
    if (!(error instanceof SpecError)) throw error;
    // Of a matrix that cannot be read that is said, not what the spec lacks without it.
    const isMatrixRefused = raw.mistakes.some(({ text }) => text.startsWith("matrix "));
    for (const issue of error.issues) {
      if (isMatrixRefused && issue.rule === "matrix_unknown") continue;
      const remark = toRemark(issue, issue.file ?? error.file);
      raw.mistakes.push({ ...remark, text: toInputWords(remark.text, raw) });
    }
    const beside = readBeside(error);
    if (beside !== undefined) warnOf(beside);
    return undefined;
  }
}

/** Core names an override by the flag of the command line; here it came from an input. No value is told. */
function toInputWords(problem: string, raw: RawInputs): string {
  return problem.replace(
    /\(--(set|env|matrix|profile) ([^()=]*)(?:=.*)?\)$/s,
    (_whole, flag: string, what: string) => {
      const field = fields.find(
        ([input, path]) => flag === "set" && what === path && raw.text(input) !== "",
      );
      return field === undefined ? `(input ${flag}: ${what})` : `(input ${field[0]})`;
    },
  );
}

/** The lines of `set`. One of another form may be part of a secret: it is masked and never quoted. */
function readSettings(raw: RawInputs, secrets: Secrets): string[] {
  const lines = raw.numberedLines("set");
  const broken = lines.filter(({ text }) => !settingForm.test(text));
  if (broken.length > 0) {
    for (const { text } of lines) for (const part of text.split("=")) secrets.add(part);
    raw.refuse("set", `${toLineNumbers(broken)} not path=value, such as task_priority=5`);
  }
  return lines.flatMap((line) => (broken.includes(line) ? [] : line.text));
}
