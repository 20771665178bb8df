import type { CommandDefinition } from "../context/command.ts";
import {
  loginCommand,
  logoutCommand,
  whoamiCommand,
  accountsCommand,
  doctorCommand,
} from "./account/account-commands.ts";
import {
  statusCommand,
  waitCommand,
  logsCommand,
  stopCommand,
  listCommand,
  trackCommand,
  forgetCommand,
  usageCommand,
  openCommand,
  noteCommand,
} from "./jobs/job-commands.ts";
import {
  submitCommand,
  initCommand,
  validateCommand,
  schemaCommand,
  cloneCommand,
  rerunCommand,
  diffCommand,
  idsCommand,
} from "./spec/spec-commands.ts";
import { sweepCommand, reportCommand } from "./sweep/sweep-commands.ts";
import { completionCommand, serveCommand, mcpCommand } from "./tools/tool-commands.ts";

/** The commands by the headings of the help, those of every day first. */
export const groups = {
  start: [loginCommand, doctorCommand, initCommand, validateCommand],
  jobs: [
    submitCommand,
    listCommand,
    statusCommand,
    logsCommand,
    waitCommand,
    stopCommand,
    rerunCommand,
    cloneCommand,
    openCommand,
  ],
  sweeps: [usageCommand, reportCommand],
  more: [
    noteCommand,
    diffCommand,
    trackCommand,
    forgetCommand,
    whoamiCommand,
    accountsCommand,
    logoutCommand,
    idsCommand,
    schemaCommand,
    completionCommand,
    serveCommand,
    mcpCommand,
  ],
} as const satisfies Readonly<Record<string, readonly CommandDefinition[]>>;

/** Every command, in the order of the help. The parser and the completion read this table. */
export const commands: readonly CommandDefinition[] = [
  // Earlier forms, which no help shows.
  sweepCommand,
  ...Object.values(groups).flat(),
];

/** What other tools call a command, and what it is called here. */
export const synonyms: ReadonlyMap<string, string> = new Map([
  ["ls", "list"],
  ["ps", "list"],
  ["queue", "list"],
  ["history", "list"],
  ["log", "logs"],
  ["tail", "logs"],
  ["cancel", "stop"],
  ["kill", "stop"],
  ["rm", "stop"],
  ["delete", "stop"],
  ["get", "status"],
  ["describe", "status"],
  ["show", "status"],
  ["watch", "list --watch"],
  ["run", "submit"],
  ["create", "submit"],
  ["apply", "submit"],
  ["retry", "rerun --failed"],
  ["resume", "rerun"],
  ["cost", "usage"],
]);
