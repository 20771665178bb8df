import { existsSync, realpathSync, statSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { type SpecIssue, SpecError } from "../../errors/errors.ts";
import { finding, type SpecFinding } from "../../errors/rules/spec-rules.ts";
import { readIdsFile } from "../../ids/id-store.ts";
import type { KnownId } from "../../ids/known-ids.ts";
import { findHome, readPrivateBytes } from "../../journal/private-file.ts";
import { type SpecPath, type SpecSource, type SpecText, toPosition } from "../text/place.ts";
import { parseSpecText, readSpecSource, toSpecSource } from "../text/source.ts";
import { findWrongKind } from "../text/shape.ts";
import { isMapping } from "../../text/json-value.ts";

/** What `readDefaults` found. */
export interface Defaults {
  /** The files that are there: the user's own first, then the project's, which counts more. */
  readonly files: readonly SpecText[];
  /** Settings of qizhi itself, which are no part of a spec. */
  readonly settings: DefaultsSettings;
  /** The ids that the project's `.qizhi/ids.json` names, by platform; `qizhi ids export` writes it. */
  readonly ids: Readonly<Record<string, readonly KnownId[]>>;
}

/** Settings of qizhi itself in a file of defaults. */
interface DefaultsSettings {
  /** A submit with more GPUs or a higher longest cost than this is asked about first. */
  readonly confirmOver?: { readonly gpus?: number; readonly cost?: number };
  /** Host through which logs are read, as `ssh` knows it. */
  readonly logVia?: string;
}

/** Where files of defaults are looked for. */
export interface DefaultsPlaces {
  /** The folder from which `.qizhi/defaults.yaml` is looked for, upwards. @default the working folder */
  cwd?: string | undefined;
  /** Path of the user's own file. @default none */
  userFile?: string | undefined;
  /** The last folder in which the project's file is looked for. @default the home folder */
  lastFolder?: string | undefined;
  /** Reads also what another user owns or can write to, such as the workspace of CI. @default false */
  isTrusted?: boolean | undefined;
}

/** The path of a project's defaults below its folder. */
export const projectDefaults: string = ".qizhi/defaults.yaml";

/** The path of a project's names for ids below its folder. */
const projectIds: string = ".qizhi/ids.json";

/** The keys of a file of defaults that are no fields of a spec. */
export const settingKeys: ReadonlySet<string> = new Set(["profiles", "confirm_over", "log_via"]);

/** Finds and reads the defaults of specs; see `readDefaults`. */
export async function findDefaults(places: DefaultsPlaces = {}): Promise<Defaults> {
  const { cwd = process.cwd(), userFile, isTrusted = false } = places;
  const project = findUpwards(resolve(cwd), projectDefaults, places.lastFolder);
  const files: SpecText[] = [];
  for (const file of new Set([userFile, project])) {
    const read = file === undefined ? undefined : await readFile(file, { cwd, isTrusted });
    if (read !== undefined) files.push(read);
  }
  const named = findUpwards(resolve(cwd), projectIds, places.lastFolder);
  const ids = named === undefined ? undefined : await readText(named, named, isTrusted);
  return {
    files,
    settings: Object.assign({}, ...files.map(readSettings)),
    ids: readIdsFile(ids?.text),
  };
}

/** The nearest file of this name, from a folder upwards. */
export function findUpwards(
  folder: string,
  name: string,
  last: string | undefined = findHome(),
): string | undefined {
  const device = deviceOf(folder);
  // The working folder is a real path, and a home folder may be a link.
  const ends = new Set([last, realPath(last)]);
  for (let at = folder; ; at = dirname(at)) {
    if (deviceOf(at) !== device) return undefined;
    if (existsSync(join(at, name))) return join(at, name);
    if (ends.has(at) || at === dirname(at)) return undefined;
  }
}

function realPath(folder: string | undefined): string | undefined {
  return folder !== undefined && existsSync(folder) ? realpathSync(folder) : undefined;
}

function deviceOf(folder: string): number | undefined {
  return statSync(folder, { throwIfNoEntry: false })?.dev;
}

async function readFile(
  file: string,
  { cwd, isTrusted }: { cwd: string; isTrusted: boolean },
): Promise<SpecText | undefined> {
  const source = await readText(file, toShownName(file, cwd), isTrusted);
  if (source === undefined) return undefined;
  const parsed = await parseSpecText(source);
  const problems = parsed.problems.map(({ offset, message, rule, params }): SpecIssue => {
    return { path: [], message, rule, params, ...toPosition(source.text, offset) };
  });
  if (problems.length > 0) throw new SpecError(problems, source.name);
  // An empty file, or one of comments alone, gives nothing.
  if (parsed.value === null) return undefined;
  if (!isMapping(parsed.value)) {
    throw refuse({ source, parsed }, [], finding("wrong_kind", findWrongKind([], parsed.value)));
  }
  return { source, parsed };
}

async function readText(
  file: string,
  name: string,
  isTrusted: boolean,
): Promise<SpecSource | undefined> {
  if (!isTrusted) {
    const bytes = readPrivateBytes(file);
    return bytes === undefined ? undefined : toSpecSource(bytes, name);
  }
  if (!existsSync(file)) return undefined;
  return { ...(await readSpecSource(file)), name };
}

/** A path as people would write it: from the working folder, or from their home folder. */
function toShownName(file: string, cwd: string): string {
  const way = relative(cwd, file);
  const home = findHome();
  const isFar = way.startsWith(join("..", "..", ".."));
  if (!isFar && way.length < file.length) return way;
  return home !== undefined && file.startsWith(join(home, "/"))
    ? join("~", relative(home, file))
    : file;
}

function readSettings(file: SpecText): DefaultsSettings {
  const { confirm_over: over, log_via: logVia } = Object(file.parsed.value);
  if (logVia !== undefined && (typeof logVia !== "string" || logVia.trim() === "")) {
    throw refuse(file, ["log_via"], finding("log_via_form"));
  }
  return {
    ...(over !== undefined && { confirmOver: readLimits(file, over) }),
    ...(logVia !== undefined && { logVia }),
  };
}

function readLimits(file: SpecText, over: unknown): { gpus?: number; cost?: number } {
  if (isLimit(over)) return { gpus: over };
  const limits = isMapping(over) ? Object.entries(over) : [];
  const isKnown = ([key, value]: [string, unknown]) =>
    (key === "gpus" || key === "cost") && isLimit(value);
  if (limits.length > 0 && limits.every(isKnown)) return Object.fromEntries(limits);
  throw refuse(file, ["confirm_over"], finding("confirm_over_form"));
}

function isLimit(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value) && value >= 0;
}

function refuse({ source, parsed }: SpecText, path: SpecPath, found: SpecFinding): SpecError {
  const position = toPosition(source.text, parsed.locate(path)?.value ?? 0);
  return new SpecError([{ path: [...path], ...found, ...position }], source.name);
}
