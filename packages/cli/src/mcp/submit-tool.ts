import type { CallToolResult } from "@modelcontextprotocol/sdk/types.js";
import { findSpecWarnings, type JobSpec, readJobSpec, type SpecWarning } from "@qizhi/core";
import { jobListUrl, knownFingerprints, sha256, specFingerprint } from "@qizhi/core/internal";
import { randomBytes } from "node:crypto";
import { toWarningContext } from "../spec/check-spec.ts";
import { readSent } from "../commands/spec/sent-spec.ts";
import { submitTo } from "../commands/spec/submit.ts";
import type { Connection } from "../terminal/connection.ts";
import { openHistory } from "../history/history.ts";
import { Options } from "../context/options.ts";
import { readSource, readSpecOptions } from "../spec/read-spec.ts";
import { specSchema } from "../spec/spec-schema.ts";
import { type McpContext, runCommand, toToolIo } from "./run-command.ts";
import { toSpecArgument } from "./spec-file.ts";
import type { Confirmed, RerunInput, SubmitInput } from "./fields.ts";
import { toResult } from "./tool-result.ts";

/** Answers with a plan, or with the job once the plan is confirmed. */
export async function submitByTool(
  input: SubmitInput,
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
export async function rerunByTool(
  input: RerunInput,
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
  { allow_duplicate: allowDuplicate = false, confirmation, dry_run: isDryRun = false }: Confirmed,
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
  const open = openHistory(io).unresolved({ platform, inFlight: true });
  const fingerprints = new Set(knownFingerprints(spec));
  return open
    .filter(({ fingerprint }) => fingerprints.has(fingerprint))
    .map(({ id, name, time, state }) => ({
      rule: "open_attempt",
      attempt: id,
      sent_at: time,
      page: jobListUrl(platform, spec.workspace_id),
      message:
        state === "in_flight"
          ? `An equal job, ${name}, is being submitted at this moment.`
          : `An equal job, ${name}, may have been created by the submit of ${time}; a second one may be a second bill.`,
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

const lifeMs = 10 * 60_000;

/**
 * Tokens that let one plan through, once. They live in memory: a token of an earlier conversation lets
 * nothing through.
 */
export class Confirmations {
  readonly #now: () => number;
  readonly #plans = new Map<string, { plan: string; until: number }>();

  /** @param now a clock that never goes back, in ms. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Issues a token for a plan. */
  issue(plan: string): string {
    const token = randomBytes(8).toString("hex");
    for (const [old, { until }] of this.#plans) {
      if (until <= this.#now()) this.#plans.delete(old);
    }
    this.#plans.set(token, { plan, until: this.#now() + lifeMs });
    return token;
  }

  /** Uses a token up. @returns whether it was issued for this very plan and has not expired. */
  redeem(token: string, plan: string): boolean {
    const issued = this.#plans.get(token);
    if (issued === undefined || issued.plan !== plan || issued.until <= this.#now()) return false;
    this.#plans.delete(token);
    return true;
  }
}
