import type { AnnotationLevel, ProblemKind } from "../result/run.ts";
import type { ParsedCommand } from "../text/command-parser.ts";
import { annotate, annotateAsRunner, report, type StageRecord } from "./stage-record.ts";

/** Masks, or lines of masks, shorter than this are reported. */
const SHORTEST_GOOD_MASK = 4;

type Effect = (record: StageRecord, command: ParsedCommand, raw: string) => string | undefined;

/** Carries out a command; gives what the log shows for it, undefined for nothing. */
export const applyCommand: Effect = (record, command, raw) =>
  EFFECTS[command.name]?.(record, command, raw);

const annotateAs =
  (level: AnnotationLevel): Effect =>
  (record, { data: message, properties }) =>
    annotate(record, { level, message, source: "command", properties });

const stopCommands: Effect = (record, { data }, raw) => {
  const token = data.toLowerCase();
  if (token === "" || token === "pause-logging" || record.registered.has(token)) {
    return fail(record, "bad-command", raw);
  }
  record.stopToken = token;
  record.registered.add(token);
  if (data.length > 6) {
    record.run.masker.add(data);
    record.masks.push(data);
  }
  return raw;
};

const addMask: Effect = (record, { data }) => {
  if (data.trim() === "") {
    report(record, "bad-command", "an empty mask");
    return annotateAsRunner(record, "warning", "Can't add secret mask for empty string.");
  }
  record.masks.push(data);
  const lines = data.split(/[\r\n]/).map((line) => line.trim());
  if (lines.some((line) => line !== "" && line.length < SHORTEST_GOOD_MASK)) {
    report(record, "short-mask", `${data.length} characters in ${lines.length} lines`);
  }
  record.run.masker.addWithLines(data);
  return record.echoes ? "::add-mask::***" : undefined;
};

const setEcho: Effect = (record, { data }, raw) => {
  const value = data.trim().toLowerCase();
  if (value !== "on" && value !== "off") return fail(record, "bad-command", raw);
  const shown = record.echoes ? raw : undefined;
  record.echoes = value === "on";
  return shown;
};

const setByCommand: Effect = (record, { name, properties, data }, raw) => {
  const key = properties["name"] ?? "";
  if (key === "") return fail(record, "bad-command", raw);
  (name === "set-output" ? record.outputs : record.state)[key] = data;
  report(record, "deprecated-command", raw);
  return annotateAsRunner(record, "warning", `The \`${name}\` command is deprecated.`);
};

const openGroup: Effect = (record, { data }) => {
  record.openGroups += 1;
  return `##[group]${data}`;
};

const closeGroup: Effect = (record) => {
  record.openGroups -= 1;
  return "##[endgroup]";
};

const refuse: Effect = (record, _command, raw) => fail(record, "disabled-command", raw);

const showEcho: Effect = (record, _command, raw) => (record.echoes ? raw : undefined);

const EFFECTS: Readonly<Record<string, Effect>> = {
  "stop-commands": stopCommands,
  "add-mask": addMask,
  "add-matcher": showEcho,
  "remove-matcher": showEcho,
  echo: setEcho,
  group: openGroup,
  endgroup: closeGroup,
  debug: (record, { data }) => (record.run.settings.isDebug ? `##[debug]${data}` : undefined),
  error: annotateAs("error"),
  warning: annotateAs("warning"),
  notice: annotateAs("notice"),
  "set-output": setByCommand,
  "save-state": setByCommand,
  "set-env": refuse,
  "add-path": refuse,
};

/** The names the runner acts upon (its source, version 2.336). */
export const COMMANDS: readonly string[] = Object.keys(EFFECTS);

function fail(record: StageRecord, kind: ProblemKind, raw: string): string {
  record.hasFailed = true;
  report(record, kind, raw);
  const message = `Unable to process command '${raw}' successfully.`;
  return annotateAsRunner(record, "error", message);
}
