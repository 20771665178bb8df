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
} from "./jobs/job-commands.ts";
import {
  submitCommand,
  initCommand,
  validateCommand,
  schemaCommand,
  cloneCommand,
  rerunCommand,
} from "./spec/spec-commands.ts";
import { sweepCommand, reportCommand } from "./sweep/sweep-commands.ts";
import { completionCommand, serveCommand, mcpCommand } from "./tools/tool-commands.ts";

/** Every command, in the order of the help. The parser, the help and the completion read this table. */
export const commands: readonly CommandDefinition[] = [
  submitCommand,
  statusCommand,
  waitCommand,
  logsCommand,
  stopCommand,
  sweepCommand,
  reportCommand,
  initCommand,
  validateCommand,
  schemaCommand,
  cloneCommand,
  rerunCommand,
  completionCommand,
  serveCommand,
  mcpCommand,
  listCommand,
  usageCommand,
  trackCommand,
  forgetCommand,
  loginCommand,
  logoutCommand,
  whoamiCommand,
  accountsCommand,
  doctorCommand,
];
