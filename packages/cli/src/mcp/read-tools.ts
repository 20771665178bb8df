import type { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { parseDuration } from "@qizhi/core/internal";
import * as z from "zod/mini";
import { list } from "../commands/jobs/list.ts";
import { statusOfJobs } from "../commands/jobs/status.ts";
import { clone } from "../commands/spec/clone.ts";
import { validate } from "../commands/spec/validate.ts";
import { inputError } from "../errors/cli-error.ts";
import { statusWords } from "../history/filters.ts";
import { selectJobs } from "../history/selection.ts";
import { en } from "../messages/en.ts";
import { answerOf, guard, type McpContext, runCommand, toToolIo } from "./run-command.ts";
import {
  jobField,
  jobsField,
  mostJobs,
  optional,
  readOnly,
  refuseMany,
  specFields,
  textField,
} from "./fields.ts";
import { addLogs } from "./logs-tool.ts";
import { toSpecArgument } from "./spec-file.ts";
import { toResult } from "./tool-result.ts";

/** Adds the tools that change nothing, but for waiting. */
export function addReadTools(server: McpServer, context: McpContext): void {
  addStatus(server, context);
  addList(server, context);
  addLogs(server, context);
  addSpecTools(server, context);
}

function addStatus(server: McpServer, context: McpContext): void {
  server.registerTool(
    "status",
    {
      title: "Show jobs",
      description:
        "How jobs stand now: phase, times, nodes, GPU-hours, cost, the platform's message.",
      inputSchema: z.strictObject({ jobs: jobsField }),
      annotations: readOnly,
    },
    guard(context, async ({ jobs }, call) => {
      const connection = await call.connect();
      const meant = selectJobs(jobs, connection, toToolIo(call));
      refuseMany(meant, connection, "status", ...jobs);
      return answerOf(statusOfJobs, { args: jobs }, "jobs", call);
    }),
  );
}

function addList(server: McpServer, context: McpContext): void {
  server.registerTool(
    "list",
    {
      title: "List jobs",
      description:
        "The jobs submitted from this machine, newest first, as they stand now (the platform has no list call). With unresolved: true the creates whose outcome is unknown. More than 50 are shown as last seen, without asking the platform.",
      inputSchema: z.strictObject({
        phase: optional(z.array(z.enum(statusWords)), "Only those; active for all open ones"),
        since: optional(
          z.string().check(z.refine((text) => parseDuration(text) !== undefined, en.durationForm)),
          "Only those of this time, such as 2d",
        ),
        name: optional(textField, "Only those with this text in their name"),
        limit: optional(
          z.int().check(z.minimum(1), z.maximum(1_000)),
          "Most jobs that have ended, by default 20; active ones are always listed",
        ),
        unresolved: z.optional(z.boolean()),
      }),
      annotations: readOnly,
    },
    guard(context, async (input, call) => {
      const { limit, phase: status, ...filters } = input;
      const given = (["phase", "since", "limit"] as const).find((key) => input[key] !== undefined);
      if (given && input.unresolved) throw inputError(["flagConflicts", given, "unresolved"]);
      const values = {
        ...filters,
        ...(status !== undefined && { status }),
        ...(limit !== undefined && { limit: String(limit) }),
        ...(limit !== undefined && limit > mostJobs && { offline: true }),
      };
      return answerOf(list, { values }, "jobs", call);
    }),
  );
}

function addSpecTools(server: McpServer, context: McpContext): void {
  server.registerTool(
    "clone",
    {
      title: "Job to spec",
      description:
        "The spec that would create a job again, also one created in the web console. Secrets are *** in it, and submit refuses those: give the real ones, or use rerun for a job of this machine.",
      inputSchema: z.strictObject({ job: jobField }),
      annotations: readOnly,
    },
    guard(context, async ({ job }) => answerOf(clone, { args: [job] }, "spec", context)),
  );
  server.registerTool(
    "validate",
    {
      title: "Check a spec",
      description:
        "Check a job spec and name every problem at its place, with warnings about what is unwise. Sends nothing.",
      inputSchema: z.strictObject(specFields),
      annotations: { readOnlyHint: true, openWorldHint: false },
    },
    guard(context, async (input) => {
      const { set, profile, allow_unknown: allowUnknown } = input;
      const { file, stdin } = toSpecArgument(input, context.io);
      const values = { set, profile, allowUnknown };
      const { document } = await runCommand(validate, { args: [file], values, stdin }, context);
      return toResult(Object(document));
    }),
  );
}
