import { inspect } from "node:util";
import { type Client, createClient, isQizhiError, type QizhiError } from "@qizhi/core";
import { classifyStatus } from "@qizhi/core/internal";
import { type FaultCase, shortRequestMs, toErrorBudgetMs, waitLimitMs } from "./case.ts";
import { type Scene, spec } from "./scene.ts";
import type { Told } from "./told.ts";

const endings: Readonly<Record<string, string>> = {
  submission_unknown: "unknown",
  wait_lost: "lost",
  job_gone: "gone",
  job_ended: "ended",
  wait_timeout: "limit",
  auth: "refused",
  api: "refused",
  connection: "refused",
  response: "refused",
};

/** Meets a case with the library. */
export async function runLibrary(fault: FaultCase, scene: Scene): Promise<Told> {
  const { platform, token } = scene;
  const events: unknown[] = [];
  const client = createClient({
    baseUrl: platform.url,
    ...(token === undefined ? { credentials: platform.credentials } : { accessToken: token }),
    ...(fault.isTimed && { attemptTimeoutMs: shortRequestMs }),
    onEvent(event) {
      events.push(event);
      if (event.type === "retry") void scene.endTrouble();
    },
  });
  const eventTexts = () => ({ "the library's events": events.map(toText).join("\n") });
  try {
    const { word, faults } = await act(client, fault, scene);
    return { ends: "works", word, texts: eventTexts(), faults };
  } catch (error) {
    const ends = isQizhiError(error) ? (endings[error.code] ?? error.code) : "a foreign error";
    const texts = { ...eventTexts(), "the library's error": toText(error) };
    const word = isQizhiError(error) ? toName(error) : String(error);
    return { ends, word, texts, faults: findMissing(error) };
  }
}

type Outcome = Pick<Told, "word" | "faults">;

async function act(client: Client, fault: FaultCase, scene: Scene): Promise<Outcome> {
  const { jobId, platform } = scene;
  switch (fault.operation) {
    case "token":
    case "create": {
      const { job_id } = await client.createJob(spec);
      const isThere = platform.jobs().some((job) => job.jobId === job_id);
      return {
        word: "the job",
        faults: isThere ? [] : ["the library tells of a job that is none"],
      };
    }
    case "detail": {
      const limits = {
        minIntervalMs: 20,
        errorBudgetMs: toErrorBudgetMs(fault),
        ...(fault.ends.library === "limit" && { timeoutMs: waitLimitMs }),
      };
      const { status } = await client.waitForJob(jobId, limits);
      const isRight = classifyStatus(status).phase === "succeeded";
      return { word: "the job, succeeded", faults: isRight ? [] : [`it ended as ${status}`] };
    }
    case "stop":
      await client.stopJob(jobId, { timeoutMs: 20_000 });
      return { word: "nothing; it is stopped", faults: [] };
  }
}

/** The class of an error, and of its cause, with what tells them apart. */
function toName(error: QizhiError): string {
  const facts = ["reason", "status", "platformCode"].flatMap((key) => {
    const value: unknown = Reflect.get(error, key);
    if (value === undefined || error.code === "wait_timeout") return [];
    // Whether a head came in the time of an attempt is up to the machine.
    if (key === "status" && Reflect.get(error, "reason") === "TIMEOUT") return [];
    return [typeof value === "number" && key === "status" ? `HTTP ${value}` : String(value)];
  });
  const own = `\`${error.name}\`${facts.length > 0 ? ` (${facts.join(", ")})` : ""}`;
  return isQizhiError(error.cause) ? `${own}, cause ${toName(error.cause)}` : own;
}

function findMissing(error: unknown): string[] {
  if (!isQizhiError(error) || error.code !== "submission_unknown") return [];
  const { message } = error;
  const wanted = ['"demo-1"', "sent at 20", "/jobs/distributedTraining?spaceId=ws-", "second bill"];
  return wanted
    .filter((text) => !message.includes(text))
    .map((text) => `the library's message lacks ${text}`);
}

/** All that can be got out of a value by printing it. */
function toText(value: unknown): string {
  const texts = [String(value), inspect(value, { depth: 10, showHidden: true })];
  for (let at = value; at instanceof Error; at = at.cause) {
    texts.push(at.message, String(at.stack), inspect(at, { depth: 10 }), JSON.stringify(at));
  }
  return [...texts, JSON.stringify(value) ?? ""].join("\n");
}
