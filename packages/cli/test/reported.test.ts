import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  enveloped,
  type ReplayScript,
  type ReplayStep,
  replayJobId as jobId,
  startReplay,
} from "../../core/src/calls/replay.fixture.ts";
import { minimalSpec as spec } from "../../core/src/spec/spec.fixture.ts";
import { createPlace } from "./run-cli.ts";

// What users have reported: an answer of the platform, the command, and how that has to end.
const job = (status: string, more: object = {}) => enveloped({ job_id: jobId, status, ...more });
const refusal = (code: number, message: string): ReplayStep => ({ body: { code, message } });
const page = (http: number, title: string): ReplayStep => ({
  http,
  headers: { "content-type": "text/html" },
  body: `<html><head><title>${title}</title></head></html>`,
});
const wait = ["wait", jobId, "--poll-interval", "20ms", "--timeout", "30s"];
const submit = ["submit", "job.json"];

interface Reported {
  readonly script: ReplayScript;
  readonly args: readonly string[];
  readonly code: number;
  readonly says: RegExp;
  readonly never?: RegExp;
}

const spelled = (status: string, code: number, phase: string): [string, Reported] => [
  `a job that is ${status}`,
  {
    script: { detail: job(status) },
    args: wait,
    code,
    says: new RegExp(`${phase} \\(${status}\\)`),
  },
];

const reported: [string, Reported][] = [
  spelled("SUCCEEDED", 0, "succeeded"),
  spelled("job_completed", 0, "succeeded"),
  spelled("FAILED", 1, "failed"),
  spelled("STOPPED", 1, "stopped"),
  spelled("job_cancelled", 1, "stopped"),
  [
    "a refusal in the middle of a wait",
    {
      script: {
        detail: [
          job("job_running"),
          refusal(100002, "parameter error"),
          refusal(100002, "parameter error"),
          job("job_running"),
          job("job_succeeded"),
        ],
      },
      args: wait,
      code: 0,
      says: /cannot ask; last seen job_running at .*, asking on for a while: .*parameter error/,
      never: /goes on|Check the job id/,
    },
  ],
  [
    "a create that is refused with 100002",
    {
      script: { create: refusal(100002, "任务名称已存在") },
      args: submit,
      code: 3,
      says: /任务名称已存在\n {2}Check the job spec against the platform's rules/,
      never: /job id/,
    },
  ],
  [
    "a spec that is too large for the gateway",
    {
      script: { create: page(413, "413 Request Entity Too Large") },
      args: submit,
      code: 3,
      says: /too large for the gateway: put the command into a file on the shared disk/,
      never: /VPN|proxy/,
    },
  ],
  [
    "a create that a network's login page may have taken",
    {
      script: { create: page(511, "Network Authentication Required") },
      args: submit,
      code: 5,
      says: /may or may not exist[^]*wants a login of its own first: open any page in a browser/,
    },
  ],
  [
    "a create that is asked to wait an hour",
    {
      script: {
        create: {
          http: 429,
          headers: { "retry-after": "3600" },
          body: { code: 429, message: "slow" },
        },
      },
      args: submit,
      code: 3,
      says: /asks to wait 1h 00m before the next try/,
      never: /a minute/,
    },
  ],
  [
    "a refusal in the newer envelope with HTTP 200",
    {
      script: {
        create: {
          body: {
            ResponseMetadata: { Error: { Code: "InternalError", Message: "总项目配额不足" } },
          },
        },
      },
      args: submit,
      code: 3,
      says: /refused to create the job \(HTTP 200\): 总项目配额不足/,
    },
  ],
];

describe.concurrent("what users have reported", () => {
  test.each(reported)("%s ends as it should", async (_, { script, args, code, says, never }) => {
    await using replay = await startReplay(script);
    const credentials = { username: "someone", password: "hunter2-of-someone" };
    await using place = await createPlace({ url: replay.url, credentials });
    await writeFile(join(place.dir, "job.json"), JSON.stringify(spec));
    const run = await place.run(args);
    expect(run.stdout + run.stderr).toMatch(says);
    if (never !== undefined) expect(run.stdout + run.stderr).not.toMatch(never);
    expect(run.code).toBe(code);
    expect(replay.count("create")).toBe(args === submit ? 1 : 0);
    expect(replay.count("stop")).toBe(0);
  });

  test("a job that queues twice is never queued for longer than one stay", async () => {
    // Two short stays in the queue, and between them a run that is longer than the limit.
    const stays = [
      "job_queuing",
      "job_queuing",
      "job_running",
      "job_queuing",
      "job_queuing",
      "job_running",
    ];
    let ranSince: number | undefined;
    const detail = () => {
      const [status = "job_succeeded"] = stays;
      ranSince ??= status === "job_running" ? Date.now() : undefined;
      const isLong = status === "job_running" && Date.now() - (ranSince ?? 0) < 2_200;
      if (!isLong) stays.shift();
      return job(status);
    };
    await using replay = await startReplay({ detail });
    const credentials = { username: "someone", password: "hunter2-of-someone" };
    await using place = await createPlace({ url: replay.url, credentials });
    const run = await place.run([...wait, "--queue-timeout", "2s"]);
    expect(run).toMatchObject({ code: 0 });
    expect(run.stderr).toMatch(/queued[^]*running[^]*queued[^]*succeeded/);
    expect(replay.count("stop")).toBe(0);
  });
});
