import type { AnnotationCollector } from "./annotations.ts";
import type { CommandContext, TakenLine } from "./command-effects.ts";
import { applyCommand, COMMANDS, report } from "./command-effects.ts";
import { commandLikeName, parseCommand, type ParsedCommand } from "../text/command-parser.ts";
import type { StreamName } from "../text/lines.ts";
import { createMatcherRun, type MatcherRun } from "../text/problem-matchers.ts";
import type { CommandRecord, OutputLine, StageName } from "../result/result.ts";
import type { Run } from "../result/run.ts";

const LOG_MARKER = /##\[(?:group|endgroup|section|command|error|warning|notice|debug)\]/i;

/** Acts on the lines of one stage as the runner's command manager does. */
export type CommandProcessor = ReturnType<typeof createCommandProcessor>;

/** Starts a processor for one stage; both streams go into the same one. */
export function createCommandProcessor(
  stage: StageName,
  run: Run,
  annotations: AnnotationCollector,
) {
  const context: CommandContext = {
    stage,
    run,
    annotations,
    registered: new Set(COMMANDS),
    masks: [],
    outputs: {},
    state: {},
    stopToken: undefined,
    openGroups: 0,
    echoes: run.settings.isDebug ?? false,
    hasFailed: false,
  };
  const matchers = { stdout: createMatcherRun(), stderr: createMatcherRun() };
  const lines: OutputLine[] = [];
  const commands: CommandRecord[] = [];

  return {
    context,
    lines,
    commands,
    take(line: TakenLine): OutputLine {
      const command = findCommand(context, line.raw);
      if (command) commands.push(toRecord(context, command, line));
      const shown = command
        ? takeCommand(context, command, line)
        : takeText(context, matchers, line);
      const taken: OutputLine = {
        stage,
        ...line,
        shown: shown === undefined ? undefined : run.masker.mask(shown),
        isCommand: command !== undefined,
      };
      lines.push(taken);
      return taken;
    },
    /** Reports what is still open when the stage ends. */
    end(): void {
      if (context.stopToken !== undefined) report(context, "left-open", "stop-commands");
      if (context.openGroups !== 0) report(context, "left-open", `groups: ${context.openGroups}`);
    },
  };
}

/** While commands are stopped only the resume token is one. */
function findCommand(context: CommandContext, raw: string): ParsedCommand | undefined {
  const command = parseCommand(raw, context.registered);
  const isStopped = context.stopToken !== undefined;
  return isStopped && command?.name !== context.stopToken ? undefined : command;
}

function toRecord(
  { stage, stopToken }: CommandContext,
  { name, form, properties, data }: ParsedCommand,
  { stream, atMs }: TakenLine,
): CommandRecord {
  return { stage, stream, atMs, form, name: stopToken ? "resume" : name, properties, data };
}

function takeCommand(
  context: CommandContext,
  command: ParsedCommand,
  line: TakenLine,
): string | undefined {
  if (command.usesInvisibleCharacters) report(context, "invisible-characters", line.raw);
  if (context.stopToken === undefined) return applyCommand(context, command, line);
  context.registered.delete(context.stopToken);
  context.stopToken = undefined;
  return line.raw;
}

function takeText(
  context: CommandContext,
  matchers: Record<StreamName, MatcherRun>,
  { stream, raw, atMs }: TakenLine,
): string {
  const name = commandLikeName(raw);
  const isUnknown = name !== undefined && !context.registered.has(name);
  if (isUnknown && context.stopToken === undefined) report(context, "unknown-command", raw);
  if (LOG_MARKER.test(raw)) report(context, "log-marker", raw);
  const matched = matchers[stream].match(raw);
  if (!matched) return raw;
  report(context, "problem-matcher", `${matched.owner}: ${raw}`);
  const { message } = matched;
  const annotation = { level: "error", source: "matcher", message, stream, atMs } as const;
  context.annotations.add({ ...annotation, properties: {} });
  return `##[error]${raw}`;
}
