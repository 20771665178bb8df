import { existsSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import type { JobSpec, SpecIssue, SpecSource } from "@qizhi/core";
import { readDefaults, SpecError } from "@qizhi/core";
import { readSpec, type ReadSweepOptions, type SweepPlan } from "@qizhi/core/sweep";
import {
  createShellReader,
  excerpt,
  findSecrets,
  findWarnings,
  looksSecret,
  readBeside,
  sayIssue,
  toPlatformKey,
} from "@qizhi/core/internal";
import type { Place, Remark } from "../runner/log.ts";
import type { InputName, RawInputs } from "../runner/raw-inputs.ts";
import type { Secrets } from "../runner/secrets.ts";
import { readMatrix, readSettings, readVariables } from "./variable-inputs.ts";

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
  const known = variables.flatMap(({ name, isSecret }) => (isSecret ? [name] : []));
  const work = await readWork(raw, source, options, new Set(known));
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

const inlineName = "spec-inline";

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

/** @param knownSecrets variables that were given as secrets. */
async function readWork(
  raw: RawInputs,
  from: string | SpecSource,
  options: ReadSweepOptions,
  knownSecrets: ReadonlySet<string>,
): Promise<SpecWork | undefined> {
  const warnOf = (read: Parameters<typeof findWarnings>[0]) => {
    const warnings = findWarnings(read, { isCi: true, readShell: createShellReader() });
    for (const { rule, subject, path, message, file, line, column } of warnings) {
      if (rule === "secret" && knownSecrets.has(subject)) continue;
      const place = line !== undefined && column !== undefined ? { line, column } : {};
      raw.warnings.push(toRemark({ path, message, ...place }, file ?? read.source.name));
    }
  };
  try {
    // The step trusts its workspace: the spec itself comes from there.
    const lastFolder = process.env["GITHUB_WORKSPACE"] ?? process.cwd();
    const defaults = await readDefaults({ lastFolder, isTrusted: true });
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

/** A problem or warning of a spec with its place; of a file that is not there, with the usual reason. */
function toRemark(issue: SpecIssue, file: string | undefined): Remark {
  const workspace = process.env["GITHUB_WORKSPACE"] ?? ".";
  const text = sayIssue(issue, file) + explainMissing(issue, file ?? "", workspace);
  return { text, place: toPlace(issue, file, workspace) };
}

/** A file that is not there mostly has a back slash in its path, or was never checked out. */
function explainMissing({ rule, params }: SpecIssue, file: string, workspace: string): string {
  if (rule !== "file_unreadable" || Object(params).reason !== "ENOENT") return "";
  if (file.includes("\\"))
    return `; write / in place of \\: ${excerpt(file.replaceAll("\\", "/"))}`;
  const isCheckedOut = existsSync(join(workspace, ".git"));
  return isCheckedOut ? "" : "; is there a step with actions/checkout before this one?";
}

function toPlace(
  { line, column }: SpecIssue,
  file: string | undefined,
  workspace: string,
): Place | undefined {
  if (line === undefined || file === undefined || file === inlineName) return undefined;
  const path = relative(workspace, resolve(file)).replaceAll("\\", "/");
  return path === "" || path.startsWith("..") ? undefined : { file: path, line, column };
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
