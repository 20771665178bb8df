import { dirname } from "node:path";
import { runAction, type RunnerResult, type RunOptions } from "@qizhi/runner-emulator";
import { type FaultCase, shortRequestMs, toErrorBudgetMs, waitLimitMs } from "./case.ts";
import { type Scene, spec } from "./scene.ts";
import type { Told } from "./told.ts";

// Many processes share the machine: how fast one begins and ends is for other tests to say.
const patienceMs = 30_000;
const actionDir = dirname(dirname(import.meta.dirname));

/** Meets a case with the built Action, as GitHub's runner would run it; a stop is that of a cancel. */
export async function runBundle(fault: FaultCase, scene: Scene): Promise<Told> {
  const { password } = scene.platform.credentials;
  const script = toScript(fault, scene);
  const result = await runAction({
    actionDir,
    inputs: toInputs(fault, scene),
    secrets: [password],
    isDebug: true,
    gracePeriods: { sigintMs: patienceMs },
    deadlineMs: 2 * patienceMs,
    ...(process.env["QIZHI_TEST_NODE"] && { node: process.env["QIZHI_TEST_NODE"] }),
    ...(script && { script }),
  });
  return read(fault, result);
}

function toInputs(fault: FaultCase, scene: Scene): Record<string, string> {
  const { operation, isTimed, ends } = fault;
  const { platform, token, jobId } = scene;
  const login: Record<string, string> = token === undefined ? platform.credentials : { token };
  const shared = {
    "base-url": platform.url,
    ...login,
    ...(isTimed && { "request-timeout": `${shortRequestMs}ms` }),
  };
  // A job that is waited for is the business of the detail cases.
  if (operation === "token" || operation === "create") {
    return { ...shared, "spec-inline": JSON.stringify(spec), wait: "false" };
  }
  const timeout = ends.action === "limit" ? `${waitLimitMs}ms` : "1m";
  const quick = { "job-id": jobId, "poll-interval": "20ms", timeout };
  if (operation === "stop") {
    // What the post step takes its time by.
    return { ...shared, ...quick, "on-cancel": "stop", "outage-timeout": "10s" };
  }
  return { ...shared, ...quick, "outage-timeout": `${toErrorBudgetMs(fault)}ms` };
}

function toScript({ operation, trouble, mode }: FaultCase, scene: Scene): RunOptions["script"] {
  const isShut = trouble === "port closed";
  if (operation !== "stop" && !(isShut && mode === "first call")) return undefined;
  return async (stage) => {
    if (operation !== "stop") {
      await stage.waitForLine(/"type":"retry"/, patienceMs);
      return scene.endTrouble();
    }
    await stage.waitForLine(/\(job_running\)/, patienceMs);
    await scene.beginTrouble();
    const cancelled = stage.cancel();
    if (isShut && mode === "first call") {
      await stage.waitForLine(/"type":"retry"/, patienceMs);
      await scene.endTrouble();
    }
    await cancelled;
  };
}

function read(fault: FaultCase, result: RunnerResult): Told {
  const { conclusion, outputs, sent, problems } = result;
  const fate = /was stopped|could not be stopped/.exec(outputs["report"] ?? "")?.[0];
  const title = result.annotations.find(({ level }) => level === "error")?.title ?? "";
  const outcome = outputs["outcome"] ?? "";
  const ends = toEnding(outcome, title, fate);
  const told = fate ? `the job ${fate}` : title.replace(/^Qizhi: /, "").toLowerCase();
  const isGood = conclusion === "success";
  const faults = problems.map(({ kind, detail }) => `the runner objects: ${kind} ${detail}`);
  if (sent.error !== (isGood ? 0 : 1)) faults.push(`the Action sends ${sent.error} errors`);
  const wanted =
    fault.operation === "stop" ? "cancelled" : ends === "works" ? "success" : "failure";
  if (conclusion !== wanted) faults.push(`the step ends as ${conclusion}, not ${wanted}`);
  return { ends, word: isGood ? outcome : `${outcome}: ${told}`, texts: toTexts(result), faults };
}

function toEnding(outcome: string, title: string, fate: string | undefined): string {
  if (outcome === "cancelled") {
    return fate === "was stopped" ? "works" : fate === undefined ? "no stop" : "refused";
  }
  if (title.includes("does not know the job any more")) return "gone";
  if (outcome === "error") return title.includes("out of reach") ? "lost" : "refused";
  const names: Record<string, string> = {
    submitted: "works",
    succeeded: "works",
    unknown: "unknown",
    "timed-out": "limit",
    // The platform does not show the job to this account.
    lost: "refused",
  };
  return names[outcome] ?? outcome;
}

/** All that anybody sees. The one place for a secret is the command that masks it. */
function toTexts(result: RunnerResult): Record<string, string> {
  const isMask = (line: string) => line.startsWith("::add-mask::");
  const { main, post } = result;
  const stages = post === undefined ? [main] : [main, post];
  const own = stages.map(({ stage, files, rawStderr, rawStdout, log }) => [
    [`the log of ${stage}`, log],
    [`stderr of ${stage}`, rawStderr],
    [
      `stdout of ${stage}`,
      rawStdout
        .split("\n")
        .filter((line) => !isMask(line))
        .join("\n"),
    ],
    ...Object.entries(files).map(([name, text]) => [`GITHUB_${name} of ${stage}`, text]),
  ]);
  const annotations = JSON.stringify([result.annotations, result.runnerAnnotations]);
  return { ...Object.fromEntries(own.flat()), annotations, summary: result.summary };
}
