import type { CallToolResult } from "@modelcontextprotocol/sdk/types.js";
import { Accounts } from "../access/accounts.ts";
import type { Run } from "../context/command.ts";
import type { CommandLine, McpContext } from "./run-command.ts";
import { runCommand } from "./run-command.ts";
import { toCompactJobs, toErrorResult, toResult, withoutSecrets } from "./tool-result.ts";

/** Turns errors of a tool into results that the agent can read, and hides the login in every result. */
export function guard<Input, Extra>(
  { io }: McpContext,
  call: (input: Input, extra: Extra) => Promise<CallToolResult>,
): (input: Input, extra: Extra) => Promise<CallToolResult> {
  return async (input, extra) => {
    const result = await call(input, extra).catch(toErrorResult);
    // The token may be of another account, or kept by another process since.
    for (const token of keptTokens(io)) io.secrets.add(token);
    return withoutSecrets(result, io.secrets);
  };
}

function keptTokens(io: McpContext["io"]): string[] {
  try {
    const kept = new Accounts(io).entries();
    return kept.flatMap((entry) => ("account" in entry ? [entry.account.accessToken] : []));
  } catch {
    // A token that cannot be read is in no result either.
    return [];
  }
}

/** Runs a command and answers with its document under a name. */
export async function answerOf(
  run: Run,
  line: CommandLine,
  name: string,
  context: McpContext,
): Promise<CallToolResult> {
  const { document, notes } = await runCommand(run, line, context);
  if (name !== "jobs") return toResult({ [name]: document }, notes);
  return toResult({ jobs: toCompactJobs(Array.isArray(document) ? document : [document]) }, notes);
}
