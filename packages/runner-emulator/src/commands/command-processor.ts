import { commandLikeName, parseCommand, type ParsedCommand } from "../text/command-parser.ts";
import { createMatcherRun } from "../text/problem-matchers.ts";
import type { Run, StageName, TakenLine } from "../result/run.ts";
import { applyCommand, COMMANDS } from "./command-effects.ts";
import { annotate, report, type StageRecord } from "./stage-record.ts";

const LOG_MARKER = /##\[(?:group|endgroup|section|command|error|warning|notice|debug)\]/i;

/** The record of a stage that begins; both of its streams go into it, as into the runner's one command manager. */
export function openStageRecord(run: Run, stage: StageName): StageRecord {
  return {
    run,
    stage,
    lines: [],
    commands: [],
    annotations: [],
    sent: { error: 0, warning: 0, notice: 0 },
    full: new Set(),
    masks: [],
    outputs: {},
    state: {},
    matchers: { stdout: createMatcherRun(), stderr: createMatcherRun() },
    registered: new Set(COMMANDS),
    stopToken: undefined,
    openGroups: 0,
    echoes: run.settings.isDebug ?? false,
    hasFailed: false,
  };
}

export function takeLine(record: StageRecord, line: TakenLine): void {
  const { run, lines } = record;
  const command = findCommand(record, line.raw);
  const shown = command ? takeCommand(record, command, line) : takeText(record, line);
  lines.push({
    ...line,
    shown: shown === undefined ? undefined : run.masker.mask(shown),
    isCommand: command !== undefined,
  });
}

export function reportLeftOpen(record: StageRecord): void {
  if (record.stopToken !== undefined) report(record, "left-open", "stop-commands");
  if (record.openGroups !== 0) report(record, "left-open", `groups: ${record.openGroups}`);
}

/** While commands are stopped only the resume token is one. */
function findCommand(
  { registered, stopToken }: StageRecord,
  raw: string,
): ParsedCommand | undefined {
  const command = parseCommand(raw, registered);
  return stopToken !== undefined && command?.name !== stopToken ? undefined : command;
}

function takeCommand(
  record: StageRecord,
  command: ParsedCommand,
  { stream, raw }: TakenLine,
): string | undefined {
  const { stopToken, registered, commands } = record;
  const { usesInvisibleCharacters, ...parsed } = command;
  commands.push({ stream, ...parsed, ...(stopToken && { name: "resume" }) });
  if (usesInvisibleCharacters) report(record, "invisible-characters", raw);
  if (stopToken === undefined) return applyCommand(record, command, raw);
  registered.delete(stopToken);
  record.stopToken = undefined;
  return raw;
}

function takeText(record: StageRecord, { stream, raw }: TakenLine): string {
  const name = commandLikeName(raw);
  const isUnknown = name !== undefined && !record.registered.has(name);
  if (isUnknown && record.stopToken === undefined) report(record, "unknown-command", raw);
  if (LOG_MARKER.test(raw)) report(record, "log-marker", raw);
  const matched = record.matchers[stream].match(raw);
  if (!matched) return raw;
  const { owner, message } = matched;
  report(record, "problem-matcher", `${owner}: ${raw}`);
  annotate(record, { level: "error", source: "matcher", message, properties: {} });
  return `##[error]${raw}`;
}
