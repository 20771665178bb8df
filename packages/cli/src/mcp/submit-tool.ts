import type { CallToolResult } from "@modelcontextprotocol/sdk/types.js";
import type { JobSpec, ReadSpec } from "@qizhi/core";
import { findSpecWarnings, specFingerprint } from "@qizhi/core";
import * as z from "zod/mini";
import { isCi } from "../ci.ts";
import { submitTo } from "../commands/submit.ts";
import { Options } from "../options.ts";
import { readSpec } from "../read-spec.ts";
import type { Confirmations } from "./confirmations.ts";
import type { McpContext } from "./run-command.ts";
import { runCommand, toToolIo } from "./run-command.ts";
import type { SpecInput } from "./spec-input.ts";
import { specFields, toSpecArgument } from "./spec-input.ts";
import { toResult } from "./tool-result.ts";

/** What the submit tool tells an agent before anything else. */
export const submitDescription = `Submit a job to the Qizhi cluster. It takes GPUs that cost money, so it never happens in one call:
1. Call it without confirmation. Nothing is sent; the answer holds the plan (what would be sent, to which platform, as whom, how many nodes, warnings) and a confirmation.
2. Show the plan to the user. Only when the user agrees, call it again with the same arguments and that confirmation.
A confirmation is good once, for 10 minutes, and only for the very same spec; after any change it answers with a new plan. Never submit again after an error with code submission_unknown: the job may exist.`;

/** Arguments of the submit tool. */
export const submitFields = {
  ...specFields,
  name: z.optional(z.string().check(z.describe("Replaces the job's name"))),
  again: z.optional(
    z
      .boolean()
      .check(z.describe("Submit although an earlier, equal submit has an unknown outcome")),
  ),
  dry_run: z.optional(
    z.boolean().check(z.describe("Only the plan, also where a confirmation is given")),
  ),
  confirmation: z.optional(
    z.string().check(z.describe("From the plan that the user has agreed to")),
  ),
};

/** A submit as a tool is asked for it. */
export interface SubmitInput extends SpecInput {
  readonly set?: string[] | undefined;
  readonly allow_unknown?: boolean | undefined;
  readonly name?: string | undefined;
  readonly again?: boolean | undefined;
  readonly dry_run?: boolean | undefined;
  readonly confirmation?: string | undefined;
}

/** Answers with a plan, or with the job once the plan is confirmed. */
export async function submitByTool(
  input: SubmitInput,
  context: McpContext,
  confirmations: Confirmations,
): Promise<CallToolResult> {
  const { allow_unknown: allowUnknown = false, again = false, name, set } = input;
  const { file, stdin } = toSpecArgument(input);
  const options = new Options({ set, name, allowUnknown });
  const read = await readSpec(file, options, [], toToolIo(context, { stdin }));
  const connection = await context.connect();
  const { baseUrl } = connection.client;
  const plan = JSON.stringify([specFingerprint(read.spec), baseUrl, allowUnknown, again]);
  const { confirmation } = input;
  const isConfirmed =
    !input.dry_run && confirmation !== undefined && confirmations.redeem(confirmation, plan);
  if (!isConfirmed) {
    const document = {
      submitted: false,
      ...(confirmation !== undefined && !input.dry_run && { refused: refusedConfirmation }),
      plan: {
        base_url: baseUrl,
        username: connection.username ?? null,
        ...describe(read, context),
      },
      confirmation: confirmations.issue(plan),
      next: "Nothing was sent. Show the plan to the user; when they agree, call submit again with the same arguments and this confirmation.",
    };
    return toResult(document);
  }
  const answer = await runCommand(
    (command) => submitTo(connection, read.spec, command, { allowUnknown }),
    { values: { again } },
    context,
  );
  const job = Object(answer.document);
  return toResult({ submitted: true, ...job }, answer.notes);
}

const refusedConfirmation =
  "The confirmation is not one for this plan: it was used, has lapsed, or something has changed.";

function describe(read: ReadSpec, { io }: McpContext): Record<string, unknown> {
  const { spec } = read;
  const warnings = findSpecWarnings(read, { isCi: isCi(io.env) });
  return {
    name: spec.name,
    nodes: countNodes(spec),
    fingerprint: specFingerprint(spec),
    spec,
    warnings: warnings.map(({ rule, path, message }) => ({ rule, path, message })),
  };
}

function countNodes({ framework_config: groups }: JobSpec): number {
  return groups.reduce((sum, { instance_count: nodes }) => sum + nodes, 0);
}
