import { excerpt, jobUrl, reasonOf, visibleText } from "@qizhi/core/internal";
import type { Options } from "../context/options.ts";
import { type Io, printNote } from "../terminal/io.ts";
import type { Outcome } from "./poll-jobs.ts";

/** How a wait ended: one line for a person, and the variables of a command. */
export interface EndFacts {
  readonly text: string;
  readonly variables: Readonly<Record<string, string>>;
}

/**
 * What `--notify` and `--then` ask for at the end of a wait: a bell and a desktop notification by the terminal, and
 * a command of the user. The facts reach it as variables alone, so that no name of a job is read as code.
 */
export async function atEnd(
  { text, variables }: EndFacts,
  options: Options,
  io: Io,
): Promise<void> {
  if (options.flag("notify") && io.stderr.isTTY) {
    // OSC 9 is what terminals take through ssh, too; others show nothing of it, and ring.
    // A text that begins with a digit would be another command than a notification.
    io.stderr.write(`\u001b]9;qizhi: ${excerpt(text, 200)}\u0007\u0007`);
  }
  const command = options.text("then");
  if (command === undefined) return;
  const ended = await run(command, { ...io.env, ...variables });
  if (ended !== 0) printNote(io, io.t.thenFailed(visibleText(String(ended))));
}

/** The facts of the jobs of a wait, in their order; of one that has not ended as it was polled last. */
export function toEndFacts(
  outcomes: readonly Outcome[],
  { code, baseUrl, t }: { code: number; baseUrl: string; t: Io["t"] },
): EndFacts {
  const ends = outcomes.map(({ jobId, last, seen = last, error }) => {
    const phase = fates.get(error?.code ?? "") ?? seen?.report.phase ?? "unknown";
    const { url = jobUrl(baseUrl, jobId), name = jobId, runTimeMs } = seen?.report ?? {};
    return { jobId, phase, url, name, runTimeMs };
  });
  const join = (values: readonly (number | string)[]) =>
    cutToBytes(values.map((value) => visibleText(String(value))));
  const said = ends.map(({ name, phase }) => {
    return `${excerpt(name, 60)}${t.colon}${phase === "gone" ? t.gone : t.phases[phase]}`;
  });
  return {
    text: said.slice(0, 3).join(t.comma),
    variables: {
      QIZHI_JOB_ID: join(ends.map(({ jobId }) => jobId)),
      QIZHI_JOB_NAME: join(ends.map(({ name }) => name)),
      QIZHI_JOB_STATUS: join(ends.map(({ phase }) => phase)),
      QIZHI_JOB_URL: join(ends.map(({ url }) => url)),
      QIZHI_JOB_SECONDS: join(ends.map(({ runTimeMs = 0 }) => Math.round(runTimeMs / 1_000))),
      QIZHI_EXIT_CODE: String(code),
    },
  };
}

const fates: ReadonlyMap<string, "ended" | "gone"> = new Map([
  ["job_ended", "ended"],
  ["job_gone", "gone"],
]);

// Linux starts no command with a variable of 128 KiB.
const mostBytes = 100_000;

/** Texts in one line, and `…` in the place of those that do not fit. */
function cutToBytes(texts: readonly string[]): string {
  let left = mostBytes;
  const over = texts.findIndex((text) => (left -= Buffer.byteLength(text) + 1) < 0);
  return (over < 0 ? texts : [...texts.slice(0, over), "…"]).join(" ");
}

/** Runs a command line of the user in a shell; what it prints goes to stderr. @returns its exit code or signal. */
async function run(command: string, env: Io["env"]): Promise<number | string> {
  const { spawn } = await import("node:child_process");
  return new Promise<number | string>((resolve) => {
    const child = spawn(command, { shell: true, env, stdio: ["ignore", 2, 2] });
    child.once("error", (error) => resolve(error.message));
    child.once("close", (code, signal) => resolve(code ?? signal ?? ""));
  }).catch(reasonOf);
}
