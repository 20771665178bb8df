import type { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import type { CallToolResult } from "@modelcontextprotocol/sdk/types.js";
import { findSpecWarnings, type JobSpec, readJobSpec, type SpecWarning } from "@qizhi/core";
import {
  jobListUrl,
  sha256,
  specFingerprint,
  systemClock,
  toPlatformKey,
} from "@qizhi/core/internal";
import * as z from "zod/mini";
import { toWarningContext } from "../spec/check-spec.ts";
import { readSent } from "../commands/spec/sent-spec.ts";
import { submitTo } from "../commands/spec/submit-tries.ts";
import type { Connection } from "../terminal/connection.ts";
import { openHistory } from "../history/history.ts";
import { Options } from "../context/options.ts";
import { readSource, readSpecOptions } from "../spec/read-spec.ts";
import { specSchema } from "../spec/spec-schema.ts";
import { guard, type McpContext, runCommand, toToolIo } from "./run-command.ts";
import { toSpecArgument } from "./spec-file.ts";
import { Confirmations } from "./confirmations.ts";
import { jobField, optional, specFields, textField } from "./fields.ts";
import { toResult } from "./tool-result.ts";

const submitDescription = `Submit a job to the Qizhi cluster. It takes GPUs that cost money, so it never happens in one call:
1. Call it without confirmation. Nothing is sent; the answer holds the plan (what would be sent, to which platform, as whom, how many nodes, warnings) and a confirmation.
2. Show the plan to the user. Only when the user agrees, call it again with the same arguments and that confirmation.
A confirmation is good once, for 10 minutes, and only for the very same spec; after any change it answers with a new plan. Never submit again after an error with code submission_unknown: the job may exist.`;

const confirmFields = {
  allow_duplicate: optional(
    z.boolean(),
    "Submit although an earlier, equal submit has an unknown outcome",
  ),
  dry_run: optional(z.boolean(), "Only the plan, also where a confirmation is given"),
  confirmation: optional(z.string(), "From the plan that the user has agreed to"),
};
const nameField = optional(textField, "Replaces the job's name");

const submitSchema = z.strictObject({ ...specFields, name: nameField, ...confirmFields });
const rerunSchema = z.strictObject({
  job: jobField,
  set: specFields.set,
  name: nameField,
  ...confirmFields,
});

// A submit takes GPUs that cost money: no client should agree to it by itself.
const spends = { destructiveHint: true, idempotentHint: false, openWorldHint: true } as const;

/** Adds the tools that submit a job once its plan is confirmed. */
export function addSubmits(server: McpServer, context: McpContext): void {
  const confirmations = new Confirmations(() => systemClock.now());
  server.registerTool(
    "submit",
    {
      title: "Submit a job (plan first)",
      description: submitDescription,
      inputSchema: submitSchema,
      annotations: spends,
    },
    guard(context, async (input, call) => submitByTool(input, call, confirmations)),
  );
  server.registerTool(
    "rerun",
    {
      title: "Submit a job again (plan first)",
      description:
        "Submit again what was submitted from this machine, with the secrets of its variables, which no tool shows. In two calls, as submit: first a plan, then the same with the confirmation that the user has agreed to.",
      inputSchema: rerunSchema,
      annotations: spends,
    },
    guard(context, async (input, call) => rerunByTool(input, call, confirmations)),
  );
}

/** Answers with a plan, or with the job once the plan is confirmed. */
async function submitByTool(
  input: z.infer<typeof submitSchema>,
  context: McpContext,
  confirmations: Confirmations,
): Promise<CallToolResult> {
  const { allow_unknown: allowUnknown = false, name, profile, set } = input;
  const { file, stdin } = toSpecArgument(input, context.io);
  const options = new Options({ set, name, profile, allowUnknown });
  const source = await readSource(file, toToolIo(context, { stdin }));
  const read = await readJobSpec(source, await readSpecOptions(options, [], context.io));
  const connection = await context.connect();
  const warnings = findSpecWarnings(read, toWarningContext(context.io));
  const plan = { connection, spec: read.spec, warnings, allowUnknown };
  return confirmOrSubmit(plan, input, context, confirmations);
}

/** {@link submitByTool} for the spec of a job of the history. */
async function rerunByTool(
  input: z.infer<typeof rerunSchema>,
  context: McpContext,
  confirmations: Confirmations,
): Promise<CallToolResult> {
  const { job, name, set } = input;
  const connection = await context.connect();
  const options = new Options({ set, name });
  const io = toToolIo(context);
  const { spec, warnings } = await readSent(connection, { args: [job], options, rest: [], io });
  // A spec that was accepted once is sent as it was, also with keys newer than this version.
  const plan = { connection, spec, warnings, allowUnknown: true };
  return confirmOrSubmit(plan, input, context, confirmations);
}

interface Plan {
  readonly connection: Connection;
  readonly spec: JobSpec;
  readonly warnings: readonly SpecWarning[];
  readonly allowUnknown: boolean;
}

async function confirmOrSubmit(
  { connection, spec, warnings, allowUnknown }: Plan,
  {
    allow_duplicate: allowDuplicate = false,
    confirmation,
    dry_run: isDryRun = false,
  }: Pick<z.infer<typeof submitSchema>, keyof typeof confirmFields>,
  context: McpContext,
  confirmations: Confirmations,
): Promise<CallToolResult> {
  const { baseUrl } = connection.client;
  const whole = JSON.stringify([spec, baseUrl, allowUnknown, allowDuplicate]);
  const plan = sha256(whole);
  const isConfirmed =
    !isDryRun && confirmation !== undefined && confirmations.redeem(confirmation, plan);
  if (!isConfirmed) {
    const shownWarnings = warnings.map(({ rule, path, message }) => ({ rule, path, message }));
    return toResult({
      submitted: false,
      ...(confirmation !== undefined && !isDryRun && { refused: refusedConfirmation }),
      plan: {
        base_url: baseUrl,
        username: connection.username ?? null,
        name: spec.name,
        nodes: countNodes(spec),
        fingerprint: specFingerprint(spec),
        spec: showKnown(spec, specSchema),
        allow_duplicate: allowDuplicate,
        warnings: [...shownWarnings, ...findOpenAttempts(connection, spec, context)],
      },
      confirmation: confirmations.issue(plan),
      next: "Nothing was sent. Show the plan to the user, with its warnings; when they agree, call this tool again with the same arguments and this confirmation.",
    });
  }
  const answer = await runCommand(
    (command) => submitTo(connection, spec, command, { allowUnknown }),
    { values: { allowDuplicate } },
    context,
  );
  const job = Object(answer.document);
  return toResult({ submitted: true, ...job }, answer.notes);
}

/** Warnings of equal submits of unknown outcome or under way. */
function findOpenAttempts(
  { client: { baseUrl: platform } }: Connection,
  spec: JobSpec,
  { io }: McpContext,
): object[] {
  const open = openHistory(io).index().findOpen(toPlatformKey(platform), spec);
  return open.map(({ id, time, state }) => ({
    rule: "open_attempt",
    attempt: id,
    sent_at: time,
    page: jobListUrl(platform, spec.workspace_id),
    message:
      state === "in_flight"
        ? `An equal job, ${spec.name}, is being submitted at this moment.`
        : `An equal job, ${spec.name}, may have been created by the submit of ${time}; a second one may be a second bill.`,
  }));
}

interface FieldSchema {
  readonly properties?: Readonly<Record<string, FieldSchema>>;
  readonly items?: FieldSchema;
}

/** A spec without the values of unknown keys: with `allow_unknown` they may come from any file. */
function showKnown(value: unknown, schema: FieldSchema): unknown {
  if (Array.isArray(value)) return value.map((entry) => showKnown(entry, schema.items ?? {}));
  if (typeof value !== "object" || value === null || !schema.properties) return value;
  const { properties } = schema;
  return Object.fromEntries(
    Object.entries(value).map(([key, field]) => {
      const known = Object.hasOwn(properties, key) ? properties[key] : undefined;
      return [key, known ? showKnown(field, known) : "(a key that is not known; not shown)"];
    }),
  );
}

const refusedConfirmation =
  "The confirmation is not one for this plan: it was used, has expired, or something has changed.";

function countNodes({ framework_config: groups }: JobSpec): number {
  return groups.reduce((sum, { instance_count: nodes }) => sum + nodes, 0);
}
