import type { IdentifiedJob } from "@qizhi/core/internal";
import {
  excerpt,
  isMapping,
  jobUrl,
  quoteCommand,
  parseDuration,
  visibleText,
} from "@qizhi/core/internal";
import type { Run } from "../../context/command.ts";
import type { Connection } from "../../terminal/connection.ts";
import { connect } from "../../access/connect.ts";
import { exitCode } from "../../errors/exit-code.ts";
import { findKnown } from "../../history/history.ts";
import { type Io, printJson, printNote, printResult } from "../../terminal/io.ts";
import { selectJob } from "../../history/selection.ts";
import { type SentParts, toSpecDraft } from "../../spec/spec-draft.ts";
import { type SpecFrame, toSpecYaml } from "../../spec/spec-yaml.ts";
import { mayWrite, writeProfile, writeSpec } from "../../spec/write-spec.ts";

/** `qizhi clone`: the spec that would create a job again, also a job of the web console. */
export const clone: Run = async ({ args, options, io }) => {
  const [reference = "", file] = args;
  const connection = await connect(options, io);
  const jobId = selectJob(reference, connection, io);
  const job = await connection.client.getJob(jobId);
  const sent = readSent(connection, jobId);
  const draft = toSpecDraft(job, sent, io.t);
  const profile = options.text("profile");
  if (profile !== undefined) {
    // Name and command are of one job.
    const { name: _name, command: _command, ...fields } = draft.fields;
    await writeProfile(profile, { ...draft, fields }, options.flag("force"), io);
    return exitCode.ok;
  }
  if (options.flag("json")) {
    printJson(io, toPageShape(draft.fields));
    return exitCode.ok;
  }
  const frame = toFrame(job, sent !== undefined, connection, io);
  if (file === undefined || file === "-") {
    printResult(io, toSpecYaml(draft, frame).trimEnd());
  } else if (await mayWrite(file, options.flag("force"), io)) {
    writeSpec(file, draft, frame, io);
    printNote(io, io.t.clone.written(visibleText(file), visibleText(jobId)));
    printNote(io, `  ${visibleText(quoteCommand(["qizhi", "validate", file]))}`);
  } else {
    printNote(io, io.t.write.left);
  }
  for (const path of draft.missing ?? []) printNote(io, io.t.clone.notGiven(path));
  return exitCode.ok;
};

/** The fields as the platform's page has them, so that its own command line takes them, too. */
function toPageShape(fields: Record<string, unknown>): Record<string, unknown> {
  const entries = Object.entries(fields).map(([key, value]): [string, unknown] => {
    if (key === "envs") {
      return [key, Object.entries(Object(value)).map(([name, held]) => ({ name, value: held }))];
    }
    const ms = key.endsWith("_ms") ? parseDuration(String(value)) : undefined;
    return [key, ms === undefined ? value : String(ms)];
  });
  return Object.fromEntries(entries);
}

function toFrame(
  job: IdentifiedJob,
  isFromHere: boolean,
  { client }: Connection,
  { t }: Io,
): SpecFrame {
  const name = excerpt(job.name ?? "", 100);
  return {
    header: [t.clone.from(name, job.job_id), jobUrl(client.baseUrl, job.job_id, job.workspace_id)],
    footer: isFromHere ? [] : t.clone.envsUnknown.split("\n"),
    gap: t.clone.gap,
  };
}

/** What was sent for a job of the history, of which the platform does not give all back. */
function readSent(connection: Connection, jobId: string): SentParts | undefined {
  const attempt = findKnown(connection, [jobId]).get(jobId)?.attempt;
  if (attempt === undefined) return undefined;
  const { envs, extra } = attempt.spec;
  return {
    variables: Array.isArray(envs) ? envs.filter(isVariable) : [],
    extra: isMapping(extra) ? extra : undefined,
  };
}

function isVariable(value: unknown): value is { name: string; value: string } {
  return typeof value === "object" && value !== null && "name" in value && "value" in value;
}
