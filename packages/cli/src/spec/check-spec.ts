import type { JobSpec, ReadSpec, SpecIssue, SpecSource, SpecWarning } from "@qizhi/core";
import { findSpecWarnings, SpecError } from "@qizhi/core";
import {
  createShellReader,
  excerpt,
  findWarnings,
  readBeside,
  sayIssue,
  specFrame,
  type WarningContext,
  visibleText,
} from "@qizhi/core/internal";
import { type ReadSweep, readSpec } from "@qizhi/core/sweep";
import { createTheme, isCi, type Style } from "../terminal/style.ts";
import { type Io, printNote } from "../terminal/io.ts";
import type { Messages } from "../messages/en.ts";
import type { Options } from "../context/options.ts";
import { readSource, readSpecOptions } from "./read-spec.ts";
import { extraNames, type OriginJson, sayExtra, toOrigins } from "./show-spec.ts";

/** A problem of a spec as tools get it; the shape is stable. */
interface SpecProblem {
  readonly severity: "error" | "warning";
  /** Stable name of the broken rule or of the warning. */
  readonly rule: string;
  readonly path: readonly (string | number)[];
  /** The file in which it stands, where that is not the spec's own. */
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
  /** The override that brought it in, as typed. */
  readonly override?: string;
  /** In English, whatever the language. */
  readonly message: string;
}

/** A spec file with all its problems, in the order of the file. */
export interface CheckedSpec {
  readonly file: string;
  readonly problems: readonly SpecProblem[];
  /** The problems for people: place, words in their language, and the line with a caret. */
  readonly texts: readonly string[];
  /** The fields under `extra`, which the platform's page does not list. */
  readonly extra: readonly string[];
  /** Where each value comes from, where some come from defaults. */
  readonly origins: readonly OriginJson[];
}

/** Reads one spec and finds all its problems. Never throws for a wrong spec. */
export async function checkSpec(file: string, options: Options, io: Io): Promise<CheckedSpec> {
  const showSecrets = options.flag("showSecrets");
  const sources: SpecSource[] = [];
  const textOf = (name: string) => sources.find((each) => each.name === name)?.text ?? "";
  try {
    const source = await readSource(file, io);
    sources.push(source);
    const overrides = await readSpecOptions(options, [], io);
    sources.push(...(overrides.defaults?.files ?? []).map((each) => each.source));
    const read = await (await readSpec(source, overrides)).check();
    const extra = extraNames(specsOf(read));
    const notes = extra.length > 0 ? [visibleText(file) + io.t.colon + sayExtra(extra, io)] : [];
    const said = sayWarnings(findWarnings(read, toWarningContext(io)));
    const texts = [...said.texts, ...notes];
    return { file, ...said, texts, extra, origins: toOrigins(read) };
  } catch (error) {
    if (!(error instanceof SpecError)) throw error;
    const read = readBeside(error);
    const beside = sayWarnings(read ? findSpecWarnings(read, toWarningContext(io)) : []);
    // A file of defaults that cannot be read is the error's own file.
    const other = error.file === file ? undefined : error.file;
    const issues = error.issues.map((issue) => ({ ...issue, file: issue.file ?? other }));
    const texts = issues.map((issue) => {
      const shown = textOf(issue.file ?? file);
      const said = sayIssue(issue, file, io.t.errors);
      return toText(said, issue, shown, "error", { io, showSecrets });
    });
    return {
      file,
      origins: [],
      problems: [...issues.map((issue) => toProblem(issue, "error")), ...beside.problems],
      texts: [...texts, ...beside.texts],
      extra: [],
    };
  }

  function sayWarnings(warnings: readonly SpecWarning[]): Pick<CheckedSpec, "problems" | "texts"> {
    const severity = options.flag("strict") ? "error" : "warning";
    return {
      problems: warnings.map((each) => toProblem(each, severity)),
      texts: warnings.map((each) => {
        // The line would show the secret.
        const isHidden = each.rule === "secret" && !showSecrets;
        const shown = isHidden ? "" : textOf(each.file ?? file);
        const said = sayIssue(toIssue(each, io.t), file);
        return toText(said, each, shown, severity, { io, showSecrets });
      }),
    };
  }
}

function specsOf(read: ReadSpec | ReadSweep): JobSpec[] {
  return "plan" in read ? read.plan.runs.map(({ spec }) => spec) : [read.spec];
}

/** Warns on stderr that a line of shell after `--` is treated as the name of one program. */
export function warnOfShellLine(rest: readonly string[], io: Io): void {
  if (rest.length !== 1 || !/[\s;&|<>]/.test(rest[0]!)) return;
  printNote(io, `${io.t.spec.warning}${io.t.colon}${io.t.spec.shellLine(excerpt(rest[0]!, 60))}`);
}

export function printSpecWarnings(read: ReadSpec | ReadSweep, io: Io): void {
  printWarnings(findWarnings(read, toWarningContext(io)), read.source.name, io);
}

/** Gives what was read, and prints what is unwise in it; in a refused spec before its error. */
export async function warnOf<Read extends ReadSpec | ReadSweep>(
  reading: Promise<Read>,
  io: Io,
): Promise<Read> {
  const read = await reading.catch((error: unknown) => {
    const beside = error instanceof SpecError ? readBeside(error) : undefined;
    if (beside !== undefined) printSpecWarnings(beside, io);
    throw error;
  });
  printSpecWarnings(read, io);
  return read;
}

export function printWarnings(warnings: readonly SpecWarning[], file: string, io: Io): void {
  for (const warning of warnings) {
    const text = sayIssue(toIssue(warning, io.t), file);
    printNote(io, `${io.t.spec.warning}${io.t.colon}${text}`);
  }
}

/** The facts besides the spec on which warnings depend. */
export function toWarningContext({ env }: Io): WarningContext {
  return { isCi: isCi(env), readShell: createShellReader() };
}

function toProblem(issue: SpecIssue | SpecWarning, severity: SpecProblem["severity"]): SpecProblem {
  const { path, message, rule = "spec" } = issue;
  const override = "override" in issue ? { override: issue.override } : {};
  return { severity, rule, path, ...placeOf(issue), ...override, message };
}

/** A warning in the user's language, in the form of an error. */
function toIssue(warning: SpecWarning, t: Messages): SpecIssue {
  return { path: warning.path, message: t.spec.warn(warning), ...placeOf(warning) };
}

function placeOf({ file, line, column }: SpecIssue | SpecWarning) {
  const within = file !== undefined && { file };
  if (line === undefined || column === undefined) return { ...within };
  return { ...within, line, column };
}

function toText(
  said: string,
  issue: SpecIssue | SpecWarning,
  text: string,
  severity: SpecProblem["severity"],
  { io, showSecrets }: { io: Io; showSecrets: boolean },
): string {
  const theme = createTheme(io.stderr, io.env);
  const isError = severity === "error";
  const style: Style = isError ? "bad" : "warn";
  const label = theme.paint(style, isError ? io.t.error : io.t.spec.warning);
  const width = Math.max(20, (io.stderr.terminal?.columns || 100) - 8);
  const frame = text === "" ? undefined : specFrame(issue, text, width, { showSecrets });
  const lines = (frame ?? "").split("\n").filter(Boolean);
  const shown = lines.map((line, index) => {
    return `  ${index === lines.length - 1 ? theme.paint(style, line) : theme.paint("faint", line)}`;
  });
  return [`${said} [${label}]`, ...shown].join("\n");
}
