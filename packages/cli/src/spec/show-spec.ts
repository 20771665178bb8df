import { type JobSpec, type ReadSpec } from "@qizhi/core";
import type { SweepRun } from "@qizhi/core/sweep";
import {
  excerpt,
  maskRun,
  maskSpec,
  type SpecPath,
  toCreateBody,
  visibleText,
} from "@qizhi/core/internal";
import { toRowsText } from "../text/table.ts";
import { type Io, printNote } from "../terminal/io.ts";
import type { Options } from "../context/options.ts";

/** A spec as a dry run shows it: with the command that would be sent. */
export function toDryBody({ extra, ...fields }: JobSpec): JobSpec {
  return { ...toCreateBody(fields), ...(extra && { extra }) };
}

/** Says of specs with a `log_dir` that their command is wrapped. */
export function noteWrapped(specs: readonly JobSpec[], io: Io): void {
  const folders = new Set(specs.flatMap(({ log_dir: logDir }) => logDir ?? []));
  if (folders.size === 0) return;
  printNote(io, io.t.logs.wrapped(excerpt([...folders].join(", "), 300)));
}

/** A spec for a log: secrets are masked without `--show-secrets`, and their number is printed. */
export function toShown<Spec>(spec: Spec, options: Options, io: Io): Spec {
  if (options.flag("showSecrets")) return spec;
  const { shown, masked } = maskSpec(spec);
  if (masked > 0) printNote(io, io.t.spec.masked(masked));
  return shown;
}

/** {@link toShown} of the runs of a sweep: secrets of the matrix are masked, too. */
export function toShownRuns(runs: readonly SweepRun[], options: Options, io: Io) {
  if (options.flag("showSecrets")) return runs;
  const masks = runs.map(maskRun);
  const masked = masks.reduce((sum, each) => sum + each.masked, 0);
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
