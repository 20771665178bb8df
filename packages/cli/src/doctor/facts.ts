import {
  type JobSpec,
  createClient,
  createNodeFetch,
  isQizhiError,
  parseJobSpec,
  readJobSpec,
} from "@qizhi/core";
import {
  type IdentifiedJob,
  maskSpec,
  type RawFacts,
  reportProbe,
  reportWire,
  toPlatformKey,
  toProbeSpec,
  type WireFinding,
} from "@qizhi/core/internal";
import { type Access, toClientLogin } from "../access/access.ts";
import { clientOptions } from "../access/client-options.ts";
import { connect } from "../access/connect.ts";
import type { CommandInput } from "../context/command.ts";
import { exitCode } from "../errors/exit-code.ts";
import { openHistory } from "../history/history.ts";
import { createJob } from "../history/submit-journal.ts";
import { stopOnInterrupt } from "../jobs/after-stop.ts";
import { readSource, readSpecOptions } from "../spec/read-spec.ts";
import { toDryBody, toShown } from "../spec/show-spec.ts";
import type { Connection } from "../terminal/connection.ts";
import { untilInterrupted } from "../terminal/signals.ts";
import { printJson, printNote, printResult } from "../terminal/io.ts";
import { version } from "../text/version.ts";
import { pad } from "../text/width.ts";
import { noJob } from "./login.ts";

/** Asks for a token and for details, and holds what comes against the facts; nothing is changed by it. */
export async function findFacts(access: Access, input: CommandInput): Promise<WireFinding[]> {
  const { baseUrl, way } = access;
  const { options, io } = input;
  if (way.by === "nothing") return reportWire({});
  const base = createNodeFetch({ env: io.env });
  let last: RawFacts["token"];
  const fetch: typeof globalThis.fetch = async (url, init) => {
    // The library's own fetch and the platform's have one form.
    const response = await (base.fetch as typeof globalThis.fetch)(url, init);
    const { status, headers } = response;
    const text = await response.text();
    last = { status, text };
    return new Response(text, { status, headers });
  };
  const client = createClient({
    ...clientOptions(options, io, baseUrl),
    maxAttempts: 1,
    transport: fetch,
    ...toClientLogin(access),
  });
  const answerTo = async (call: () => Promise<unknown>) => {
    last = undefined;
    try {
      await call();
    } catch (error) {
      if (!isQizhiError(error)) throw error;
    }
    return last;
  };
  try {
    const token = way.by === "password" ? await answerTo(() => client.authenticate()) : undefined;
    const refusal = await answerTo(() => client.getJob(noJob));
    const jobId = findLastJob(baseUrl, input);
    const detail = jobId && (await answerTo(() => client.getJob(jobId)));
    return reportWire({ token, refusal, detail: detail || undefined });
  } finally {
    base.close();
  }
}

/** The job that was submitted last to a platform from this machine. */
function findLastJob(baseUrl: string, { io }: CommandInput): string | undefined {
  const platform = toPlatformKey(baseUrl);
  const { jobs } = openHistory(io).read();
  return jobs.findLast((job) => job.platform === platform)?.jobId;
}

/** Findings as text that says nothing about who and what: for an issue, and so in English alone. */
export function toFactsText(findings: readonly WireFinding[]): string {
  const head = `qizhi ${version}, Node.js ${process.versions.node}: facts of docs/wire.md, without ids and secrets`;
  const lines = findings.map(({ fact, state, expected, seen }) => {
    return `${pad(state, 12)}  ${pad(fact, 3)}  ${expected}${seen === "" ? "" : `: ${seen}`}`;
  });
  return [head, ...lines].join("\n");
}

/** The longest time that the probe runs, in ms; it ends by itself before. */
const longestMs = 60_000;

/** Prints the probe's spec; with `--yes` submits it, sees to its end, and says how to read what it printed. */
export async function probe(file: string, input: CommandInput): Promise<number> {
  const { options, io } = input;
  const read = await readJobSpec(
    await readSource(file, io),
    await readSpecOptions(options, [], io),
  );
  const spec = parseJobSpec(toProbeSpec(read.spec), { allowUnknown: true });
  printJson(io, toShown([toDryBody(spec)], maskSpec, options, io)[0]);
  if (!options.flag("yes")) {
    printNote(io, io.t.doctor.probeNotSent);
    return exitCode.ok;
  }
  return runProbe(await connect(options, io), spec, input);
}

async function runProbe(
  connection: Connection,
  spec: JobSpec,
  { io }: CommandInput,
): Promise<number> {
  let open: string | undefined;
  const stop = async () => {
    if (open === undefined) return "";
    const [stopped] = await stopOnInterrupt(connection, [open], io.t);
    open = undefined;
    return stopped?.text ?? "";
  };
  // Around the create too: an interrupt right after it must not leave the job.
  return untilInterrupted(
    io,
    async (signal) => {
      const end = async (job: IdentifiedJob | undefined) => {
        open = job?.job_id;
        return stop();
      };
      const onSignal = { awaitsAnswer: true, end };
      const how = { allowUnknown: true, again: false, json: false, onSignal };
      const job = await createJob(connection, spec, how, io);
      if (typeof job === "number") return job;
      const { job_id: jobId } = job;
      open = jobId;
      printNote(io, io.t.submitted(spec.name, jobId));
      try {
        if (await watchForAMinute(connection, jobId, signal)) open = undefined;
      } finally {
        if (open !== undefined && !signal.aborted) printNote(io, await stop());
      }
      printNote(io, io.t.doctor.probeLog(jobId));
      return exitCode.ok;
    },
    stop,
  );
}

/** Watches the probe until it has ended, or has run for its longest time. @returns whether it has ended. */
async function watchForAMinute(
  { client }: Connection,
  jobId: string,
  signal: AbortSignal,
): Promise<boolean> {
  const limit = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  try {
    const both = AbortSignal.any([signal, limit.signal]);
    for await (const update of client.watchJob(jobId, { signal: both })) {
      if (update.type !== "job") continue;
      if (update.phase === "running") timer ??= setTimeout(() => limit.abort(), longestMs);
      if (update.isTerminal) return true;
    }
    return true;
  } catch (error) {
    if (!limit.signal.aborted || signal.aborted) throw error;
    return false;
  } finally {
    clearTimeout(timer);
  }
}

/** Reports what the probe printed, from a file with the log of all nodes or of some. */
export async function reportProbeLog(file: string, { options, io }: CommandInput): Promise<number> {
  const findings = reportProbe((await readSource(file, io)).text);
  if (options.flag("json")) printJson(io, { facts: findings });
  else printResult(io, toFactsText(findings));
  return exitCode.ok;
}
