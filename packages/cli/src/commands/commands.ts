import type { CommandDefinition } from "../context/command.ts";
import * as account from "./account/account-commands.ts";
import * as history from "./jobs/history-commands.ts";
import * as jobs from "./jobs/job-commands.ts";
import * as spec from "./spec/spec-commands.ts";
import * as submit from "./spec/submit-commands.ts";
import * as sweep from "./sweep/sweep-commands.ts";
import * as tools from "./tools/tool-commands.ts";

/** The commands by the headings of the help, those of every day first. */
export const groups = {
  start: [account.loginCommand, account.doctorCommand, spec.initCommand, spec.validateCommand],
  jobs: [
    submit.submitCommand,
    history.listCommand,
    jobs.statusCommand,
    jobs.logsCommand,
    jobs.waitCommand,
    jobs.stopCommand,
    submit.rerunCommand,
    spec.cloneCommand,
    jobs.openCommand,
  ],
  sweeps: [history.usageCommand, sweep.reportCommand],
  more: [
    history.noteCommand,
    spec.diffCommand,
    history.trackCommand,
    history.forgetCommand,
    account.whoamiCommand,
    account.accountsCommand,
    account.logoutCommand,
    spec.idsCommand,
    spec.schemaCommand,
    tools.completionCommand,
    tools.serveCommand,
    tools.mcpCommand,
  ],
} as const satisfies Readonly<Record<string, readonly CommandDefinition[]>>;

/** Every command, in the order of the help. The parser and the completion read this table. */
export const commands: readonly CommandDefinition[] = [
  // Earlier forms, which no help shows.
  sweep.sweepCommand,
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
