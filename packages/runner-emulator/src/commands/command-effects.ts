import { isAnnotationLevel, type AnnotationCollector } from "./annotations.ts";
import type { ParsedCommand } from "../text/command-parser.ts";
import type { StreamName } from "../text/lines.ts";
import type { MaskRecord, ProblemKind, StageName } from "../result/result.ts";
import type { Run } from "../result/run.ts";

/** The names the runner acts upon (its source, version 2.336). */
export const COMMANDS: readonly string[] = [
  "stop-commands",
  "add-mask",
  "add-matcher",
  "add-path",
  "debug",
  "echo",
  "endgroup",
  "error",
  "group",
  "notice",
  "remove-matcher",
  "save-state",
  "set-env",
  "set-output",
  "warning",
];

/** Masks, or lines of masks, shorter than this are reported. */
const SHORTEST_GOOD_MASK = 4;

/** A line before anything is made of it. */
export type TakenLine = { stream: StreamName; raw: string; atMs: number };

/** What the commands of one stage read and change. */
export type CommandContext = {
  readonly stage: StageName;
  readonly run: Run;
  readonly annotations: AnnotationCollector;
  /** Names that act, in lower case; a stop token joins them until it is used. */
  readonly registered: Set<string>;
  readonly masks: MaskRecord[];
  /** From the deprecated `set-output`. */
  readonly outputs: Record<string, string>;
  /** From the deprecated `save-state`. */
  readonly state: Record<string, string>;
  /** In lower case, while commands are stopped. */
  stopToken: string | undefined;
  openGroups: number;
  echoes: boolean;
  /** True once a command has failed, which fails the step. */
  hasFailed: boolean;
};

type Effect = (
  context: CommandContext,
  command: ParsedCommand,
  line: TakenLine,
) => string | undefined;

/** Adds a problem of the stage. */
export function report(context: CommandContext, kind: ProblemKind, detail: string): void {
  context.run.problems.push({ stage: context.stage, kind, detail });
}

/** Carries out a command; gives what the log shows for it, undefined for nothing. */
export const applyCommand: Effect = (context, command, line) => {
  if (isAnnotationLevel(command.name)) return annotate(context, command, line);
  const effect = EFFECTS[command.name];
  if (effect) return effect(context, command, line);
  return context.echoes ? line.raw : undefined;
};

const annotate: Effect = (context, { name, data, properties }, { stream, atMs }) => {
  if (!isAnnotationLevel(name)) return undefined;
  const message = context.annotations.add({
    level: name,
    message: data,
    source: "command",
    properties,
    stream,
    atMs,
  });
  return `##[${name}]${message}`;
};

const stopCommands: Effect = (context, { data }, line) => {
  const token = data.toLowerCase();
  if (token === "" || token === "pause-logging" || context.registered.has(token)) {
    return fail(context, "bad-command", line);
  }
  context.stopToken = token;
  context.registered.add(token);
  if (data.length > 6) {
    context.run.masker.add(data);
    context.masks.push({ stage: context.stage, value: data, atMs: line.atMs });
  }
  return line.raw;
};

const addMask: Effect = (context, { data }, { atMs }) => {
  if (data.trim() === "") {
    report(context, "bad-command", "an empty mask");
    return addRunnerIssue(context, "warning", "Can't add secret mask for empty string.", atMs);
  }
  context.masks.push({ stage: context.stage, value: data, atMs });
  const lines = data.split(/[\r\n]/).map((line) => line.trim());
  if (lines.some((line) => line !== "" && line.length < SHORTEST_GOOD_MASK)) {
    report(context, "short-mask", `${data.length} characters in ${lines.length} lines`);
  }
  context.run.masker.addWithLines(data);
  return context.echoes ? "::add-mask::***" : undefined;
};

const setEcho: Effect = (context, { data }, line) => {
  const value = data.trim().toLowerCase();
  if (value !== "on" && value !== "off") return fail(context, "bad-command", line);
  const shown = context.echoes ? line.raw : undefined;
  context.echoes = value === "on";
  return shown;
};

const setByCommand: Effect = (context, { name, properties, data }, line) => {
  const key = properties["name"] ?? "";
  if (key === "") return fail(context, "bad-command", line);
  (name === "set-output" ? context.outputs : context.state)[key] = data;
  report(context, "deprecated-command", line.raw);
  return addRunnerIssue(context, "warning", `The \`${name}\` command is deprecated.`, line.atMs);
};

const openGroup: Effect = (context, { data }) => {
  context.openGroups += 1;
  return `##[group]${data}`;
};

const closeGroup: Effect = (context) => {
  context.openGroups -= 1;
  return "##[endgroup]";
};

const refuse: Effect = (context, _command, line) => fail(context, "disabled-command", line);

const EFFECTS: Partial<Record<string, Effect>> = {
  "stop-commands": stopCommands,
  "add-mask": addMask,
  echo: setEcho,
  group: openGroup,
  endgroup: closeGroup,
  debug: (context, { data }) => (context.run.settings.isDebug ? `##[debug]${data}` : undefined),
  "set-output": setByCommand,
  "save-state": setByCommand,
  "set-env": refuse,
  "add-path": refuse,
};

function fail(context: CommandContext, kind: ProblemKind, line: TakenLine): string {
  context.hasFailed = true;
  report(context, kind, line.raw);
  const message = `Unable to process command '${line.raw}' successfully.`;
  return addRunnerIssue(context, "error", message, line.atMs);
}

function addRunnerIssue(
  context: CommandContext,
  level: "error" | "warning",
  message: string,
  atMs: number,
): string {
  const source = "runner";
  const issue = { level, message, source, properties: {}, stream: undefined, atMs } as const;
  return `##[${level}]${context.annotations.add(issue)}`;
}
