import { type JobSpec, type ReadSpec } from "@qizhi/core";
import { excerpt, type SpecPath, toCreateBody, visibleText } from "@qizhi/core/internal";
import { exitCode } from "../errors/exit-code.ts";
import { sum, toRowsText } from "../text/table.ts";
import { type Io, printNote } from "../terminal/io.ts";
import type { Options } from "../context/options.ts";

/** A spec as a dry run shows it: with the command that would be sent. */
export function toDryBody({ extra, ...fields }: JobSpec): JobSpec {
  return { ...toCreateBody(fields), ...(extra && { extra }) };
}

/** The fields of specs that the platform's page does not list, by their names. */
export function extraNames(specs: readonly JobSpec[]): string[] {
  return [...new Set(specs.flatMap(({ extra = {} }) => Object.keys(extra)))];
}

export function sayExtra(names: readonly string[], { t }: Io): string {
  return t.spec.notOnPage(excerpt(names.join(", "), 300));
}

/** Ends a dry run: says which fields are not on the platform's page, that a command with a `log_dir` is wrapped. */
export function endDryRun(specs: readonly JobSpec[], io: Io): number {
  const names = extraNames(specs);
  if (names.length > 0) printNote(io, sayExtra(names, io));
  const folders = new Set(specs.flatMap(({ log_dir: logDir }) => logDir ?? []));
  if (folders.size > 0) printNote(io, io.t.logs.wrapped(excerpt([...folders].join(", "), 300)));
  printNote(io, io.t.nothingSent);
  return exitCode.ok;
}

/** What a log may hold: secrets are masked without `--show-secrets`, and their number is printed. */
export function toShown<Value>(
  values: readonly Value[],
  mask: (value: Value) => { readonly shown: Value; readonly masked: number },
  options: Options,
  io: Io,
): readonly Value[] {
  if (options.flag("showSecrets")) return values;
  const masks = values.map((each) => mask(each));
  const masked = sum(masks.map((each) => each.masked));
  if (masked > 0) printNote(io, io.t.spec.masked(masked));
  return masks.map(({ shown }) => shown);
}

/** Where a value of a spec comes from, as tools get it. */
export interface OriginJson {
  readonly path: SpecPath;
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
  readonly override?: string;
}

/** Where each value of a spec comes from; nothing where there are no defaults. */
export function toOrigins(read: Pick<ReadSpec, "source" | "origins" | "defaults">): OriginJson[] {
  if (read.origins === undefined || !read.defaults?.length) return [];
  return read.origins().map(({ path, at, override }) => {
    if (override !== undefined) return { path, override };
    if (at === undefined) return { path };
    return { path, file: at.file ?? read.source.name, line: at.line, column: at.column };
  });
}

/** Prints where each value comes from on stderr, where some come from defaults. */
export function printOrigins(origins: readonly OriginJson[], io: Io): void {
  if (origins.length === 0) return;
  const rows = origins.map(({ path, file, line, override }): [string, string] => {
    const from = override ?? (file === undefined ? "" : `${file}:${line}`);
    return [visibleText(toPathText(path)), visibleText(from)];
  });
  printNote(io, io.t.spec.origins);
  printNote(io, toRowsText(rows).replaceAll(/^/gm, "  "));
}

function toPathText(path: SpecPath): string {
  const steps = path.map((step) => (typeof step === "number" ? `[${step}]` : `.${step}`));
  return steps.join("").replace(/^\./, "");
}
