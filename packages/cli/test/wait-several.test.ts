import { text } from "node:stream/consumers";
import { type LocalPlatform, startLocalPlatform } from "@qizhi/core/local";
import { expect, test } from "vitest";
import { startHttp } from "../../core/src/transport/connection/test-servers.fixture.ts";
import { createPlace } from "./run-cli.ts";

const toId = (index: number) => `job-aaaaaaaa-aaaa-4aaa-8aaa-${String(index).padStart(12, "0")}`;
const [first, second, third] = [toId(1), toId(2), toId(3)];
const quick = ["--poll-interval", "20ms"];

test("a wait for several reports how each ended, in the order that was asked for", async () => {
  await using platform = await startLocalPlatform({
    jobs: [
      { jobId: first, status: "job_running", next: ["job_running", "job_failed"] },
      { jobId: second, status: "job_queuing", next: ["job_succeeded"] },
    ],
  });
  await using place = await createPlace(platform);
  const run = await place.run(["wait", first, third, second, "--json", ...quick]);
  expect(JSON.parse(run.stdout)).toMatchObject([
    { job_id: first, phase: "failed" },
    { job_id: third, error: { code: "api", platform_code: 100002, exit_code: 3 } },
    { job_id: second, phase: "succeeded" },
  ]);
  expect(run.stderr).toContain(`${second}  succeeded (job_succeeded)`);
  expect(run.code).toBe(1);
});

test("each keeps its own limit, and the others go on", async () => {
  await using platform = await startLocalPlatform({
    jobs: [
      { jobId: first, status: "job_queuing" },
      { jobId: second, status: "job_running" },
    ],
  });
  await using place = await createPlace(platform);
  const limits = ["--queue-timeout", "200ms", "--timeout", "3s"];
  const run = await place.run(["wait", first, second, "--json", ...limits, ...quick]);
  expect(JSON.parse(run.stdout)).toMatchObject([
    { job_id: first, error: { code: "wait_timeout", limit: "queue", job_id: first } },
    { job_id: second, error: { code: "wait_timeout", limit: "total", job_id: second } },
  ]);
  expect(run.stderr).toMatch(
    new RegExp(`^ +\\d+(?: ms|s)  ${first}  Job ${first} is still queued after 200 ms `, "m"),
  );
  expect(run.code).toBe(4);
});

test("Ctrl-C names those that go on, and a document has what became of the others", async () => {
  const answer = { finished_at: String(Date.now() - 60_000) };
  await using platform = await startLocalPlatform({
    jobs: [
      { jobId: first, status: "job_evaporated", answer },
      { jobId: second, status: "job_running" },
    ],
  });
  await using place = await createPlace(platform);
  const running = place.start(["wait", first, third, second, "--json", ...quick]);
  await running.waitFor(`${first}  The platform says that job ${first} ended`);
  running.process.kill("SIGINT");
  const { code, stdout, stderr } = await running.result;
  expect([code, JSON.parse(stdout)]).toEqual([
    130,
    [
      { job_id: first, error: expect.objectContaining({ code: "job_ended" }) },
      expect.objectContaining({
        job_id: third,
        error: expect.objectContaining({ code: "api" }),
        interruption: { exit_code: 130, stop_sent: false },
      }),
      expect.objectContaining({ job_id: second, phase: "running" }),
    ],
  ]);
  expect(stderr).toContain(`  wait again: qizhi wait ${third} ${second}\n`);
});

/** A gateway in front of a platform that knows no page for what is asked about one job. */
async function openGateway({ url, credentials }: LocalPlatform, refusedId: string) {
  const server = await startHttp((request, response) => {
    void (async () => {
      const body = await text(request);
      if (body.includes(refusedId)) return response.writeHead(404).end("<h1>Not found</h1>");
      const headers = { authorization: request.headers.authorization ?? "" };
      const answer = await fetch(url + request.url, { method: "POST", headers, body });
      return response.writeHead(answer.status).end(await answer.text());
    })();
  });
  return { ...server, url: `http://127.0.0.1:${server.port}`, credentials };
}

test("one whose polls alone fail is reported and given up, and the others go on", async () => {
  const next = [...Array.from({ length: 15 }, () => "job_running"), "job_succeeded"];
  await using platform = await startLocalPlatform({
    jobs: [first, third].map((jobId) => ({ jobId, status: "job_running", next })),
  });
  await using gateway = await openGateway(platform, second);
  await using place = await createPlace(gateway);
  const args = ["wait", first, second, third, "--json", "--error-budget", "5s", ...quick];
  // At the usual rate of polls the others take longer than the error budget.
  const usual = { env: { QIZHI_RATE: undefined } };
  const { code, stdout, stderr } = await place.run(args, usual);
  const error = { code: "wait_lost", job_id: second, exit_code: 3 };
  expect(JSON.parse(stdout)).toMatchObject([
    { job_id: first, phase: "succeeded" },
    { job_id: second, error },
    { job_id: third, phase: "succeeded" },
  ]);
  expect(stderr.split("\n").filter((line) => line.includes(`  ${second}  `))).toEqual([
    expect.stringMatching(/ {2}cannot ask: .*HTTP 404.* Still trying; the job goes on\.$/),
    expect.stringMatching(/ {2}Could not ask about job \S+ for \d+s: .*HTTP 404/),
  ]);
  const givenUpAt = stderr.indexOf("Could not ask");
  for (const jobId of [first, third]) {
    expect(stderr.indexOf(`${jobId}  succeeded`)).toBeGreaterThan(givenUpAt);
  }
  expect(code).toBe(3);
});

test("trouble is reported once for all, and after the error budget for each by its own id", async () => {
  const jobs = [first, second].map((jobId) => ({ jobId, status: "job_running" }));
  await using platform = await startLocalPlatform({ jobs });
  await using place = await createPlace(platform);
  platform.setFaults([
    { operation: "detail", calls: { from: 3, to: 999 }, fault: { kind: "token-refused" } },
  ]);
  const run = await place.run(["wait", first, second, "--error-budget", "2s", ...quick]);
  expect(run.stderr.match(/cannot ask: .* the jobs go on\./g)).toHaveLength(1);
  for (const jobId of [first, second]) {
    expect(run.stderr).toContain(`error: Could not ask about job ${jobId} for `);
  }
  expect(run.code).toBe(3);
});

test("a refused login ends it before any poll", async () => {
  await using platform = await startLocalPlatform({
    jobs: [first, second].map((jobId) => ({ jobId, status: "job_running" })),
    faults: [
      { operation: "token", fault: { kind: "reply", status: 200, body: '{"code":100001}' } },
    ],
  });
  await using place = await createPlace(platform);
  const run = await place.run(["wait", first, second, ...quick]);
  expect(run.stderr.match(/^error: /gm)).toHaveLength(1);
  expect(platform.requests.filter(({ operation }) => operation === "detail")).toEqual([]);
  expect(platform.requests.filter(({ operation }) => operation === "token")).toHaveLength(1);
  expect(run.code).toBe(3);
});
