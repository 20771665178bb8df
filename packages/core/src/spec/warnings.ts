import { nameOfId } from "../ids/known-ids.ts";
import { spellDuration } from "../text/time-text.ts";
import { excerpt } from "../text/text.ts";
import { findBareConda, findBashOnly, findHidingTee } from "./command/bash-only.ts";
import { doesNothing, findLastInBackground } from "./command/background.ts";
import {
  findBlankAfterBackslash,
  findCutContinuation,
  findLookalikeSigns,
  type ShellSlip,
} from "./command/shell-slips.ts";
import { longestRead, readShellText } from "./command/shell-text.ts";
import { type Position, type SpecPath, placeInside } from "./text/place.ts";
import { findFolding } from "./command/folded.ts";
import { uuidPattern } from "../schemas/job-ref.ts";
import {
  findKnownSpec,
  describeWarning,
  imageHosts,
  type SpecWarning,
  type SpecWarningRule,
  toSubmitHost,
} from "./spec-warning.ts";
import type { ReadSpec } from "./read.ts";
import { workflowPlace } from "./matrix-places.ts";
import { findShellError, type ReadShell } from "./command/shell-syntax.ts";
import { findSecrets, looksSecret } from "../text/looks-secret.ts";

/** What is unwise. */
interface Found extends Pick<SpecWarning, "rule" | "path" | "subject"> {
  readonly instead?: string | undefined;
  /** Places of which the first that is there counts. @default the path */
  readonly places?: readonly SpecPath[];
  /** Where in the command. */
  readonly offset?: number;
}

type Source = Pick<ReadSpec, "spec"> &
  Partial<Pick<ReadSpec, "source" | "locate" | "bareDurations" | "defaults" | "ids">>;

/** What decides whether something is unwise, besides the spec. */
export interface WarningContext {
  /** Whether it runs in CI, where nobody ends a job that hangs. @default false */
  isCi?: boolean;
  /** Reads a command as `sh -n` does, running nothing: what that says, or `undefined` for no error. */
  readShell?: ReadShell;
}

/**
 * Finds what is legal and unwise in a checked spec. Pure, but for the context's `readShell`.
 * @param read the spec; with its source and places, the warnings have lines.
 * @param context where it runs.
 */
export function findSpecWarnings(read: Source, context: WarningContext = {}): SpecWarning[] {
  const found = [
    ...warnOfName(read),
    ...warnOfCommand(read, context),
    ...warnOfVariables(read),
    ...warnOfNodes(read),
    ...warnOfPriority(read),
    ...warnOfDurations(read),
    ...warnOfGroup(read),
    ...(context.isCi ? warnOfTime(read) : []),
  ];
  const warnings = found.map(({ places, offset, instead, ...rest }): SpecWarning => {
    const about = { ...rest, ...(instead !== undefined && { instead }) };
    const at = locate(read, places ?? [about.path], offset);
    return { ...about, message: describeWarning(about), ...at };
  });
  return inLines(warnings);
}

function locate(read: Source, places: readonly SpecPath[], offset?: number): Position | undefined {
  const start = places.map((path) => read.locate?.(path)).find(Boolean);
  if (start === undefined || offset === undefined) return start;
  return placeInside(read.spec.command, offset, start, textAt(start, read));
}

/** Warnings in the order of their lines; those of no line come last. */
export function inLines(warnings: readonly SpecWarning[]): SpecWarning[] {
  const last = Number.MAX_SAFE_INTEGER;
  return warnings.toSorted((a, b) => (a.line ?? last) - (b.line ?? last));
}

function warnOfName({ spec }: Source): Found[] {
  const [place] = workflowPlace.exec(spec.name) ?? [];
  return place ? [{ rule: "workflow-place", path: ["name"], subject: toShownPlace(place) }] : [];
}

/** A place as it is shown: what a secret stands in when there is none may be one. */
function toShownPlace(place: string, name = ""): string {
  const isSecret = findSecrets(place).length > 0 || looksSecret(name, place);
  return isSecret ? "${{ … }}" : place;
}

function warnOfCommand(read: Source, { readShell }: WarningContext): Found[] {
  const { command } = read.spec;
  const found: Found[] = [];
  const add = (rule: SpecWarningRule, subject: string, offset?: number, instead?: string) => {
    if (offset !== undefined) found.push({ rule, path: ["command"], subject, instead, offset });
  };
  const shell = readShellText(command, longestRead);
  const bashOnly = findBashOnly(shell);
  for (const { subject, instead, offset } of bashOnly) add("bash-syntax", subject, offset, instead);
  add("no-bashrc", "conda activate", findBareConda(shell));
  const background = findLastInBackground(command);
  const [starter = "&"] =
    /^(?:&|\w+)/.exec(command.slice(background, (background ?? 0) + 20)) ?? [];
  add("background", starter, background);
  add("blank-after-backslash", "\\", findBlankAfterBackslash(shell));
  add("cut-continuation", "\\", findCutContinuation(shell));
  const { openDocument: document, openQuote } = shell;
  // Beside an open quote, one may be a text that was not seen as such.
  if (document && openQuote === undefined && command.length <= longestRead)
    add("open-document", excerpt(document.end, 60), document.offset);
  const folding = foldingOf(read);
  if (folding !== undefined) found.push({ rule: "folded", path: ["command"], subject: folding });
  const signs = findLookalikeSigns(shell);
  for (const { offset, subject, instead } of signs) add("lookalike", subject, offset, instead);
  if (folding === undefined && signs.length === 0 && doesNothing(command)) {
    found.push({ rule: "does-nothing", path: ["command"], subject: "command" });
  }
  // The line ends of Windows have a warning of their own.
  const error = readShell && findShellError(command.replaceAll("\r\n", " \n"), readShell);
  if (error?.isOpenQuote) add("open-quote", "quote", error.offset);
  else if (error && !isExplained(error.offset, command, bashOnly)) {
    add("shell-syntax", "sh", error.offset);
  }
  add("tee-hides-failure", "| tee", findHidingTee(shell));
  add("secret", "command", findSecrets(command)[0]?.start);
  const place = workflowPlace.exec(command);
  add("workflow-place", toShownPlace(place?.[0] ?? ""), place?.index);
  return found;
}

/** What joins several commands of a spec into one line. */
function foldingOf(read: Source): ReturnType<typeof findFolding> {
  // JSON has it on one line, and is read as YAML where a place in it is asked for, which takes long.
  if (read.source?.text.includes(JSON.stringify(read.spec.command))) return undefined;
  const start = read.locate?.(["command"]);
  if (start === undefined) return undefined;
  const text = textAt(start, read);
  return findFolding(text, toOffset(text, start));
}

/** The text of the file in which something stands. */
function textAt({ file }: Position, { source, defaults = [] }: Source): string {
  return (file === undefined ? source : defaults.find(({ name }) => name === file))?.text ?? "";
}

/** Whether a construct of bash is why sh gives up on a line. */
function isExplained(offset: number, command: string, found: readonly ShellSlip[]): boolean {
  const end = command.indexOf("\n", offset);
  return found.some(({ subject, offset: at }) => {
    return (end < 0 || at < end) && (at >= offset || subject === "function");
  });
}

function toOffset(text: string, { line, column }: Position): number {
  return text.split("\n", line - 1).join("\n").length + (line > 1 ? 1 : 0) + column - 1;
}

const platformVariable = /^(?:MASTER_(?:ADDR|PORT)|RANK|WORLD_SIZE|PET_\w+)$/;

function warnOfVariables({ spec }: Source): Found[] {
  const variables = spec.envs ?? [];
  return variables.flatMap(({ name, value }, index): Found[] => {
    const places = [
      ["envs", name],
      ["envs", index, "value"],
    ];
    const add = (rule: SpecWarningRule, subject?: string | false): Found[] =>
      subject ? [{ rule, path: ["envs", index], subject, places }] : [];
    const [place] = workflowPlace.exec(value) ?? [];
    return [
      ...add("secret", looksSecret(name, value) && name),
      ...add("platform-variable", platformVariable.test(name) && name),
      ...add("workflow-place", place && toShownPlace(place, name)),
    ];
  });
}

const uuid = new RegExp(`^${uuidPattern}$`);

/** Warns of what the nodes of a spec are: their image, their `spec_id`, and what does not fit to it (wire 3.5). */
function warnOfNodes({ spec }: Source): Found[] {
  return spec.framework_config.flatMap((config, index): Found[] => {
    const found: Found[] = [];
    const add = (rule: SpecWarningRule, field: string, subject: string, instead?: string) =>
      found.push({ rule, path: ["framework_config", index, field], subject, instead });
    const { image, spec_id: specId, shm_gi: shm, instance_count: nodes } = config;
    const [host = ""] = image.split("/");
    const submitHost = toSubmitHost(host);
    const hasHost = image.includes("/") && /[.:]/.test(host);
    if (submitHost !== undefined) add("image-push-host", "image", host, submitHost);
    // The platform takes namespace/name:tag of its own registry without a host.
    else if (!imageHosts.includes(host) && (hasHost || !image.includes("/")))
      add("image-host", "image", excerpt(hasHost ? host : "", 100));
    // A place for a value of a matrix has no form yet.
    if (specId !== undefined && !uuid.test(specId) && !specId.startsWith("{{"))
      add("spec-id", "spec_id", excerpt(specId, 60));
    const { gpus = 8, memoryGib = Infinity } = findKnownSpec(specId ?? "") ?? {};
    if (shm > memoryGib) add("shm-over-memory", "shm_gi", String(shm), String(memoryGib));
    if (nodes > 1 && gpus < 8) add("nodes-in-part", "instance_count", String(nodes), String(gpus));
    return found;
  });
}

function warnOfPriority({ spec: { task_priority: priority } }: Source): Found[] {
  if (priority > 3) return [];
  return [{ rule: "preemptible", path: ["task_priority"], subject: String(priority) }];
}

const durations = ["max_running_time_ms", "reserve_on_success_ms", "reserve_on_fail_ms"] as const;

/** A bare number counts as milliseconds; one below this was more likely meant in seconds. */
const leastBareMs = 1_000_000;

function warnOfDurations({ spec, bareDurations }: Source): Found[] {
  // Of a value whose text is not known, only one that no job can have is doubtful.
  const least = bareDurations === undefined ? 60_000 : leastBareMs;
  return durations.flatMap((field): Found[] => {
    const ms = Number(spec[field]);
    // 0 is an error of its own.
    if (!(ms > 0 && ms < least) || bareDurations?.has(field) === false) return [];
    const instead = spellDuration(ms * 1000);
    return [{ rule: "short-duration", path: [field], subject: String(ms), instead }];
  });
}

/** What this machine's jobs have shown of the group: what a node may not have there, and refusals. */
function warnOfGroup({ spec, ids = () => [] }: Source): Found[] {
  const { logic_compute_group_id: group, workspace_id: workspace } = spec;
  const known = ids();
  const found = spec.framework_config.flatMap(({ spec_id: node }, index): Found[] => {
    const seen = known.filter((each) => {
      return each.kind === "node" && each.id === node && each.group !== undefined;
    });
    const [first] = seen;
    if (first === undefined || seen.some((each) => each.group === group)) return [];
    const path = ["framework_config", index, "spec_id"];
    const subject = excerpt(nameOfId(first) ?? node, 60);
    return [{ rule: "node-elsewhere", path, subject, places: [path, ["node"]] }];
  });
  const seen = known.find((each) => each.kind === "group" && each.id === group);
  const path = ["logic_compute_group_id"];
  const add = (rule: SpecWarningRule, subject: string) =>
    found.push({ rule, path, subject: excerpt(subject, 60), places: [path, ["group"]] });
  if (seen?.workspace !== undefined && seen.workspace !== workspace)
    add("group-elsewhere", nameOfId(seen) ?? group);
  if (seen?.refusedOn) add("group-refused", seen.refusedOn);
  return found;
}

function warnOfTime({ spec }: Source): Found[] {
  if (spec.max_running_time_ms !== undefined) return [];
  return [{ rule: "no-time-limit", path: [], subject: "max_running_time_ms", places: [] }];
}
