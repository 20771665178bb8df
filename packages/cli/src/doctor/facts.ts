import { type RawFacts, reportWire, toPlatformKey, type WireFinding } from "@qizhi/core/internal";
import { createClient, createNodeFetch, isQizhiError } from "@qizhi/core";
import { type Access, toClientLogin } from "../access/access.ts";
import { clientOptions } from "../access/client-options.ts";
import type { CommandInput } from "../context/command.ts";
import { openHistory } from "../history/history.ts";
import { pad } from "../text/width.ts";
import { version } from "../text/version.ts";
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
