import { nameOfId } from "../ids/known-ids.ts";
import { spellDuration } from "../text/duration.ts";
import { excerpt } from "../text/text.ts";
import {
  type BashOnly,
  findBareConda,
  findBashOnly,
  findBlankAfterBackslash,
  findHidingTee,
} from "./command/bash-only.ts";
import { doesNothing, findLastInBackground } from "./command/background.ts";
import { findLookalikeSigns } from "./command/lookalike-signs.ts";
import type { Position, SpecPath } from "./text/place.ts";
import { placeInside } from "./text/place.ts";
import { findFolding } from "./text/folded.ts";
import { uuidPattern } from "../schemas/job-ref.ts";
import { findKnownSpec } from "./known-specs.ts";
import { describeWarning, imageHosts, type SpecWarning, toSubmitHost } from "./spec-warning.ts";
import type { ReadSpec } from "./read.ts";
import { findShellError, type ReadShell } from "./command/shell-syntax.ts";
import { findSecrets, looksSecret } from "../text/looks-secret.ts";

type Found = Omit<SpecWarning, "message" | "line" | "column" | "file"> & {
  at?: Position | undefined;
};
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
    ...warnOfCommand(read, context),
    ...warnOfVariables(read),
    ...warnOfImages(read),
    ...warnOfSpecId(read),
    ...warnOfShape(read),
    ...warnOfPriority(read),
    ...warnOfDurations(read),
    ...warnOfGroup(read),
    ...(context.isCi ? warnOfTime(read) : []),
  ];
  const warnings = found.map(({ at, ...each }): SpecWarning => {
    return { ...each, message: describeWarning(each), ...at };
  });
  const last = Number.MAX_SAFE_INTEGER;
  return warnings.toSorted((a, b) => (a.line ?? last) - (b.line ?? last));
}

function warnOfCommand(read: Source, { readShell }: WarningContext): Found[] {
  const { command } = read.spec;
  const path = ["command"];
  const start = read.locate?.(path);
  const text = textAt(start, read);
  const place = (offset: number) => start && placeInside(command, offset, start, text);
  const bashOnly = findBashOnly(command);
  const found: Found[] = bashOnly.map(({ subject, instead, offset }) => {
    const what = { rule: "bash-syntax" as const, path, subject, at: place(offset) };
    return instead === undefined ? what : { ...what, instead };
  });
  const conda = findBareConda(command);
  if (conda !== undefined) {
    found.push({ rule: "no-bashrc", path, subject: "conda activate", at: place(conda) });
  }
  const background = findLastInBackground(command);
  if (background !== undefined) {
    const subject = /^(?:&|\w+)/.exec(command.slice(background, background + 20))?.[0] ?? "&";
    found.push({ rule: "background", path, subject, at: place(background) });
  }
  const backslash = findBlankAfterBackslash(command);
  if (backslash !== undefined) {
    found.push({ rule: "blank-after-backslash", path, subject: "\\", at: place(backslash) });
  }
  const folding = start && findFolding(text, toOffset(text, start));
  if (folding !== undefined) found.push({ rule: "folded", path, subject: folding, at: start });
  const signs = findLookalikeSigns(command);
  for (const { offset, subject, instead } of signs) {
    const what = { rule: "lookalike" as const, path, subject, at: place(offset) };
    found.push(instead === undefined ? what : { ...what, instead });
  }
  if (folding === undefined && signs.length === 0 && doesNothing(command)) {
    found.push({ rule: "does-nothing", path, subject: "command", at: start });
  }
  // The line ends of Windows have a warning of their own.
  const error = readShell && findShellError(command.replaceAll("\r\n", " \n"), readShell);
  if (error?.isOpenQuote) {
    found.push({ rule: "open-quote", path, subject: "quote", at: place(error.offset) });
  } else if (error && !isExplained(error.offset, command, bashOnly)) {
    found.push({ rule: "shell-syntax", path, subject: "sh", at: place(error.offset) });
  }
  const tee = findHidingTee(command);
  if (tee !== undefined) {
    found.push({ rule: "tee-hides-failure", path, subject: "| tee", at: place(tee) });
  }
  const [secret] = findSecrets(command);
  if (secret !== undefined) {
    found.push({ rule: "secret", path, subject: "command", at: place(secret.start) });
  }
  return found;
}

/** The text of the file in which something stands. */
function textAt(start: Position | undefined, { source, defaults = [] }: Source): string {
  const { file } = start ?? {};
  return (file === undefined ? source : defaults.find(({ name }) => name === file))?.text ?? "";
}

/** Whether a construct of bash is why sh gives up on a line. */
function isExplained(offset: number, command: string, found: readonly BashOnly[]): boolean {
  const end = command.indexOf("\n", offset);
  const isBefore = (at: number) => end < 0 || at < end;
  return found.some(({ subject, offset: at }) => {
    return isBefore(at) && (at >= offset || subject === "function");
  });
}

function toOffset(text: string, { line, column }: Position): number {
  return text.split("\n", line - 1).join("\n").length + (line > 1 ? 1 : 0) + column - 1;
}

const platformVariable = /^(?:MASTER_(?:ADDR|PORT)|RANK|WORLD_SIZE|PET_\w+)$/;

function warnOfVariables({ spec, locate }: Source): Found[] {
  const variables = spec.envs ?? [];
  return variables.flatMap(({ name, value }, index): Found[] => {
    const at = locate?.(["envs", name]) ?? locate?.(["envs", index, "value"]);
    const about = { path: ["envs", index], subject: name, at };
    return [
      ...(looksSecret(name, value) ? [{ rule: "secret" as const, ...about }] : []),
      ...(platformVariable.test(name) ? [{ rule: "platform-variable" as const, ...about }] : []),
    ];
  });
}

function warnOfImages({ spec, locate }: Source): Found[] {
  return spec.framework_config.flatMap(({ image }, index): Found[] => {
    const [host = ""] = image.split("/");
    if (imageHosts.some((known) => known === host)) return [];
    const path = ["framework_config", index, "image"];
    const instead = toSubmitHost(host);
    if (instead !== undefined) {
      return [{ rule: "image-push-host", path, subject: host, instead, at: locate?.(path) }];
    }
    const hasHost = image.includes("/") && /[.:]/.test(host);
    // The platform takes namespace/name:tag of its own registry without a host (wire 3.5).
    if (image.includes("/") && !hasHost) return [];
    const subject = excerpt(hasHost ? host : "", 100);
    return [{ rule: "image-host", path, subject, at: locate?.(path) }];
  });
}

const uuid = new RegExp(`^${uuidPattern}$`);

function warnOfSpecId({ spec, locate }: Source): Found[] {
  return spec.framework_config.flatMap(({ spec_id: specId }, index): Found[] => {
    // A place for a value of a matrix has no form yet.
    if (specId === undefined || uuid.test(specId) || specId.startsWith("{{")) return [];
    const path = ["framework_config", index, "spec_id"];
    return [{ rule: "spec-id", path, subject: excerpt(specId, 60), at: locate?.(path) }];
  });
}

/** What is known of a node's shape, and does not fit (wire 3.5). */
function warnOfShape({ spec, locate }: Source): Found[] {
  return spec.framework_config.flatMap((config, index): Found[] => {
    const shape = findKnownSpec(config.spec_id ?? "");
    if (shape === undefined) return [];
    const at = (field: string) => locate?.(["framework_config", index, field]);
    const path = (field: string) => ["framework_config", index, field];
    const found: Found[] = [];
    if (config.shm_gi > shape.memoryGib) {
      const [subject, instead] = [String(config.shm_gi), String(shape.memoryGib)];
      found.push({
        rule: "shm-over-memory",
        path: path("shm_gi"),
        subject,
        instead,
        at: at("shm_gi"),
      });
    }
    if (config.instance_count > 1 && shape.gpus < 8) {
      const [subject, instead] = [String(config.instance_count), String(shape.gpus)];
      const field = "instance_count";
      found.push({ rule: "nodes-in-part", path: path(field), subject, instead, at: at(field) });
    }
    return found;
  });
}

function warnOfPriority({ spec, locate }: Source): Found[] {
  const path: SpecPath & string[] = ["task_priority"];
  if (spec.task_priority > 3) return [];
  return [{ rule: "preemptible", path, subject: String(spec.task_priority), at: locate?.(path) }];
}

const durations = ["max_running_time_ms", "reserve_on_success_ms", "reserve_on_fail_ms"] as const;

/** A bare number counts as milliseconds; one below this was more likely meant in seconds. */
const leastBareMs = 1_000_000;

function warnOfDurations({ spec, bareDurations, locate }: Source): Found[] {
  // Of a value whose text is not known, only one that no job can have is doubtful.
  const least = bareDurations === undefined ? 60_000 : leastBareMs;
  return durations.flatMap((field): Found[] => {
    const ms = Number(spec[field]);
    // 0 is an error of its own.
    if (!(ms > 0 && ms < least) || bareDurations?.has(field) === false) return [];
    const about = { path: [field], subject: String(ms), instead: spellDuration(ms * 1000) };
    return [{ rule: "short-duration", ...about, at: locate?.([field]) }];
  });
}

/** What this machine's jobs have shown of the group: what a node may not have there, and refusals. */
function warnOfGroup({ spec, locate, ids = () => [] }: Source): Found[] {
  const { logic_compute_group_id: group, workspace_id: workspace } = spec;
  const known = ids();
  const at = (...paths: SpecPath[]) => paths.map((path) => locate?.(path)).find(Boolean);
  const found = spec.framework_config.flatMap(({ spec_id: node }, index): Found[] => {
    const seen = known.filter((each) => each.kind === "node" && each.id === node);
    if (seen.length === 0 || seen.some((each) => each.group === group)) return [];
    const path = ["framework_config", index, "spec_id"];
    const [first] = seen;
    const subject = excerpt(nameOfId(first!) ?? node, 60);
    return [{ rule: "node-elsewhere", path, subject, at: at(path, ["node"]) }];
  });
  const seen = known.find((each) => each.kind === "group" && each.id === group);
  const path = ["logic_compute_group_id"];
  const about = (rule: "group-elsewhere" | "group-refused", subject: string) => {
    found.push({ rule, path, subject: excerpt(subject, 60), at: at(path, ["group"]) });
  };
  if ((seen?.workspace ?? workspace) !== workspace)
    about("group-elsewhere", nameOfId(seen!) ?? group);
  if (seen?.refusedOn) about("group-refused", seen.refusedOn);
  return found;
}

function warnOfTime({ spec }: Source): Found[] {
  if (spec.max_running_time_ms !== undefined) return [];
  return [{ rule: "no-time-limit", path: [], subject: "max_running_time_ms" }];
}
