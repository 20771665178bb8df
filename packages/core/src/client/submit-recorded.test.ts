import { fork, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import {
  count,
  createMoment,
  createTestClock,
  endsAtOnce,
  openClient,
  openPlatform,
} from "./client.fixture.ts";
import { findCreated } from "./create-guard.ts";
import type { TokenOwner } from "./auth.ts";
import { type ClientOptions, createClient } from "./create-client.ts";
import { SubmissionUnknownError } from "../errors/errors.ts";
import { type Journal, openJournal } from "../journal/journal.ts";
import { enveloped, replayJobId, type ReplayScript, startReplay } from "../calls/replay.fixture.ts";
import type { JobSpec } from "../schemas/job-spec.ts";
import { parseJobSpec } from "../spec/parse.ts";
import { minimalSpec } from "../spec/spec.fixture.ts";
import { startTcp } from "../transport/connection/test-servers.fixture.ts";
import { submitRecorded, type SubmitRecordedOptions } from "./submit-recorded.ts";

// A process of this machine's name that does not see the others.
const separated = ["--map-root-user", "--pid", "--fork", "--kill-child", "--mount-proc"];
const canSeparate = spawnSync("unshare", [...separated, "true"]).status === 0;

let dir = "";
let journal: Journal;
beforeEach(() => {
  dir = join(mkdtempSync(join(tmpdir(), "qizhi-submit-")), "state");
  journal = openJournal({ dir });
});
afterEach(() => rmSync(join(dir, ".."), { recursive: true, force: true }));

const spec = parseJobSpec(minimalSpec);
const credentials = { username: "someone", password: "hunter2-replay" };

async function open(script: ReplayScript = {}, options: ClientOptions = {}) {
  const platform = await startReplay(script);
  const clock = createTestClock();
  const client = createClient({ baseUrl: platform.url, credentials, clock, ...options });
  const submit = (how?: SubmitRecordedOptions, body = spec) =>
    submitRecorded({ client, journal }, body, how);
  return { platform, client, submit, [Symbol.asyncDispose]: () => platform[Symbol.asyncDispose]() };
}

const reset: ReplayScript["create"] = (_request, response) => {
  response.destroy();
  return undefined;
};

describe("a create with its record", () => {
  it("has its attempt on the disk before it is sent, and its job afterwards", async () => {
    let sent = "";
    await using all = await open({
      create() {
        sent = readFileSync(journal.file, "utf8");
        return enveloped({ job_id: replayJobId, workspace_id: "ws-1" });
      },
    });
    const made = await all.submit({ account: "someone" });
    expect(made).toMatchObject({ result: "created", job: { job_id: replayJobId } });
    expect(sent.trim().split("\n")).toHaveLength(1);
    expect(JSON.parse(sent)).toMatchObject({ kind: "attempt", id: made.attempt, spec });
    expect(journal.read()).toMatchObject({
      attempts: [{ id: made.attempt, state: "created", account: "someone" }],
      jobs: [{ jobId: replayJobId, workspaceId: "ws-1" }],
    });
  });

  it.each([
    ["refused", { body: { code: -100000, message: "no", data: null } }, "refused"],
    ["quota", { body: { code: 100000, message: "配额不足", data: null } }, "refused"],
    ["refused", { http: 404, body: "<title>gone</title>" }, "refused"],
    ["unknown", { http: 502, body: "<title>bad gateway</title>" }, "unknown"],
    ["unknown", { body: { code: 0, message: "success", data: {} } }, "unknown"],
    ["unknown", reset, "unknown"],
  ] as const)("is %s after %j, and the journal says so", async (result, create, state) => {
    await using all = await open({ create });
    expect(await all.submit()).toMatchObject({ result });
    expect(journal.read().attempts).toMatchObject([{ state }]);
    expect(all.platform.count("create")).toBe(1);
  });

  it.each([
    ["refused", { body: { code: -100000, message: "no", data: null } }, "refused"],
    ["quota", { body: { code: 100000, message: "配额不足", data: null } }, "refused"],
    ["refused", { http: 404, body: "<title>gone</title>" }, "refused"],
    ["unknown", { http: 502, body: "<title>bad gateway</title>" }, "unknown"],
    ["unknown", reset, "unknown"],
    ["not_sent", { http: 429, body: "<title>slow</title>" }, "not_sent"],
  ] as const)(
    "is %s after %j also where the client is of another copy of the package",
    async (result, create, state) => {
      await using platform = await startReplay({ create });
      vi.resetModules();
      const copy = await import("./create-client.ts");
      const { url: baseUrl } = platform;
      const client = copy.createClient({ baseUrl, credentials, clock: createTestClock() });
      expect(await submitRecorded({ client, journal }, spec)).toMatchObject({ result });
      expect(journal.read().attempts).toMatchObject([{ state }]);
      expect(journal.read().attempts[0]?.cause?.code).not.toBe("interrupted");
    },
  );

  it("keeps of an unknown outcome what came instead of an answer, in words and as facts", async () => {
    await using all = await open({ create: { http: 502, body: "<title>bad gateway</title>" } });
    await all.submit();
    const [attempt] = journal.unresolved();
    expect(attempt?.reason).toMatch(/^127\.0\.0\.1:\d+ answered with a gateway page titled/);
    expect(attempt?.cause).toMatchObject({ code: "response", status: 502, rule: "gateway_page" });
    expect(JSON.stringify(attempt)).not.toContain("hunter2");
  });

  it("is neither written down nor sent with a wrong option", async () => {
    await using all = await open();
    const wrong: object[] = [
      { alow: true },
      { timeoutMs: Number.NaN },
      { answerGraceMs: -1 },
      { account: 20231234 },
      { account: null },
    ];
    for (const how of wrong) {
      await expect(all.submit(how as SubmitRecordedOptions)).rejects.toMatchObject({
        code: "input",
        message: expect.stringContaining("submitRecorded"),
      });
    }
    expect([all.platform.requests, journal.read().attempts]).toEqual([[], []]);
  });

  it("leaves no record that keeps all others from being sent, whatever is wrong in it", async () => {
    await using all = await open();
    for (const name of [12, undefined]) {
      const wrong = all.submit({}, { ...spec, name } as unknown as JobSpec);
      await expect(wrong).rejects.toMatchObject({ code: "spec" });
    }
    await expect(all.submit({ sweepRun: Object({}) })).rejects.toMatchObject({
      code: "input",
      message:
        'The record "attempt" for the journal has a wrong value in "sweepRun.sweep". It was not written.',
    });
    expect([all.platform.count("create"), existsSync(journal.file)]).toEqual([0, false]);
    expect(await all.submit()).toMatchObject({ result: "created" });
  });

  it("is not sent where it cannot be written down", async () => {
    await using all = await open();
    writeFileSync(dir, "a file in the place of the folder");
    await expect(all.submit()).rejects.toMatchObject({ code: "input", rule: "state_file" });
    expect(all.platform.count("create")).toBe(0);
  });

  it("is there also where its job cannot be written down", async () => {
    await using all = await open({
      create() {
        rmSync(dir, { recursive: true });
        writeFileSync(dir, "");
        return enveloped({ job_id: replayJobId });
      },
    });
    const made = await all.submit();
    expect(made).toMatchObject({ result: "created", job: { job_id: replayJobId } });
    expect(made).toHaveProperty("notWritten.rule", "state_file");
  });

  it("leaves nothing where it is interrupted before it is sent, and is unknown afterwards", async () => {
    const controller = new AbortController();
    const reason = new Error("enough");
    await using all = await open({
      create() {
        controller.abort(reason);
        return undefined;
      },
    });
    const aborted = AbortSignal.abort(reason);
    await expect(all.submit({ signal: aborted })).rejects.toBe(reason);
    expect(journal.read().attempts).toEqual([]);
    const between = new AbortController();
    const onAttempt = () => between.abort(reason);
    await expect(all.submit({ signal: between.signal, onAttempt })).rejects.toBe(reason);
    expect(journal.read().attempts).toMatchObject([{ state: "not_sent" }]);
    expect(all.platform.count("create")).toBe(0);
    const left = await all.submit({ signal: controller.signal });
    expect(left).toMatchObject({ result: "unknown", error: { cause: reason } });
    expect(journal.unresolved()).toMatchObject([{ cause: { code: "interrupted" } }]);
  });

  it.each([
    ["an unknown outcome", reset],
    ["a refusal", { body: { code: -100000, message: "no", data: null } }],
  ] as const)(
    "leaves nothing where %s of another create interrupts it before it is sent",
    async (_what, create) => {
      await using all = await open({ create });
      const other = await all.submit({}, { ...spec, name: "another" });
      const reason = "error" in other ? other.error : undefined;
      const controller = new AbortController();
      const onAttempt = () => controller.abort(reason);
      await expect(all.submit({ signal: controller.signal, onAttempt })).rejects.toBe(reason);
      expect(journal.read().attempts.at(-1)).toMatchObject({ name: spec.name, state: "not_sent" });
      expect(all.platform.count("create")).toBe(1);
    },
  );

  it("may leave no record at all", async () => {
    await using platform = await startReplay();
    const client = createClient({ baseUrl: platform.url, credentials });
    const made = await submitRecorded({ client, journal: undefined }, spec);
    expect(made).toMatchObject({ result: "created", twin: undefined, notWritten: undefined });
    expect(journal.read().attempts).toEqual([]);
  });
});

describe("an abort of a create whose answer is still waited for", () => {
  const reason = new Error("enough");
  const answerGraceMs = 60_000;
  const created = enveloped({ job_id: replayJobId });

  const fail = () => {
    throw new Error("mine");
  };
  it.each([
    ["", () => {}],
    [", also to a listener that throws", fail],
  ])(
    "gets the job where the answer comes in time, and says once that it waits%s",
    async (_also, listen) => {
      const controller = new AbortController();
      await using all = await open({
        create(_request, response) {
          controller.abort(reason);
          const body = JSON.stringify(created.body);
          setImmediate(() => response.setHeader("content-type", "application/json").end(body));
          return undefined;
        },
      });
      let waits = 0;
      const onAnswerAwaited = () => {
        waits += 1;
        listen();
      };
      const made = await all.submit({ signal: controller.signal, answerGraceMs, onAnswerAwaited });
      expect(made).toMatchObject({ result: "created", job: { job_id: replayJobId } });
      expect([waits, all.platform.count("create")]).toEqual([1, 1]);
    },
  );

  it("leaves an unknown outcome where it comes too late", async () => {
    const controller = new AbortController();
    await using all = await open({
      create() {
        controller.abort(reason);
        return undefined;
      },
    });
    const left = await all.submit({ signal: controller.signal, answerGraceMs: 20 });
    expect(left).toMatchObject({ result: "unknown", error: { cause: reason } });
    expect(journal.unresolved()).toMatchObject([{ cause: { code: "interrupted" } }]);
  });

  it.each([
    ["in the pause after a refusal", "sleep"],
    ["while a refusal is on its way", "request"],
  ] as const)("%s sends no other", async (_when, moment) => {
    const controller = new AbortController();
    const clock = createTestClock();
    if (moment === "sleep") clock.onSleep = () => controller.abort(reason);
    const tooMany = { http: 429, headers: { "retry-after": "4" }, body: "slow down" };
    const refuse = () => {
      if (moment === "request") controller.abort(reason);
      return tooMany;
    };
    await using all = await open({ create: [refuse, created] }, { clock });
    let waits = 0;
    const onAnswerAwaited = () => void (waits += 1);
    const how = { signal: controller.signal, answerGraceMs, onAnswerAwaited };
    await expect(all.submit(how)).rejects.toBe(reason);
    expect(all.platform.count("create")).toBe(1);
    expect(waits).toBe(moment === "sleep" ? 0 : 1);
    expect(journal.read().attempts).toMatchObject([{ state: "not_sent" }]);
  });

  it("sends no other after a refused connection", async () => {
    await using platform = await openPlatform();
    const clock = createTestClock();
    const client = openClient(platform, { clock });
    await client.authenticate();
    await platform.outage();
    const controller = new AbortController();
    clock.onSleep = () => {
      controller.abort(reason);
      return platform.restore();
    };
    const how = { signal: controller.signal, answerGraceMs };
    await expect(submitRecorded({ client, journal }, spec, how)).rejects.toBe(reason);
    expect(platform.jobs()).toEqual([]);
    expect(journal.read().attempts).toMatchObject([{ state: "not_sent" }]);
  });

  it("waits for nothing where the connection is not through yet", async () => {
    await using silent = await startTcp(() => {});
    const controller = new AbortController();
    const tokenStore = {
      read: async (owner: TokenOwner) => ({ ...owner, value: "kept", expiresAt: undefined }),
      write: async () => {},
      remove: async () => {},
    };
    const baseUrl = `https://127.0.0.1:${silent.port}`;
    const client = createClient({ baseUrl, credentials, tokenStore });
    const how = { signal: controller.signal, answerGraceMs };
    const submitted = submitRecorded({ client, journal }, spec, how);
    submitted.catch(() => {});
    while (silent.connections.length === 0) await nextTurn();
    controller.abort(reason);
    expect(await endsAtOnce(submitted)).toBe(true);
    await expect(submitted).rejects.toBe(reason);
    expect(journal.read().attempts).toMatchObject([{ state: "not_sent" }]);
  });
});

describe("the guard against doubles", () => {
  it("refuses what may have created a job, until a person has settled it or insists", async () => {
    await using all = await open({ create: [reset, enveloped({ job_id: replayJobId })] });
    const { attempt } = await all.submit();
    await expect(all.submit()).rejects.toMatchObject({
      rule: "create_doubled",
      params: { name: spec.name, attempt: attempt.slice(0, 8), cause: { code: "connection" } },
    });
    expect(all.platform.count("create")).toBe(1);
    const other = { ...spec, name: "another" };
    expect(await all.submit({}, other)).toMatchObject({ result: "created" });
    journal.append({ kind: "resolved", attempt });
    expect(all.platform.count("create")).toBe(2);
    all.platform.play({ create: reset });
    expect(await all.submit()).toMatchObject({ result: "unknown" });
    expect(await all.submit({ again: true })).toMatchObject({ result: "unknown" });
    expect(all.platform.count("create")).toBe(4);
  });

  it("lets one of two go on that begin at the same moment, and says who it is", async () => {
    await using all = await open();
    const ends = await Promise.allSettled([all.submit(), all.submit(), all.submit()]);
    const results = ends.map((end) => (end.status === "fulfilled" ? end.value.result : "thrown"));
    expect(results.filter((result) => result === "created")).toHaveLength(1);
    expect(all.platform.count("create")).toBe(1);
    const given = ends.flatMap((end) =>
      end.status === "fulfilled" && end.value.result === "not_sent" ? [end.value.error] : [],
    );
    for (const { rule } of given) expect(rule).toMatch(/^create_(under_way|made_since)$/);
  });

  it("makes no second job where the first was answered while the second waited for its turn", async () => {
    await using all = await open();
    await all.client.authenticate();
    // The second has begun, and is held until the first has its job.
    const first = createMoment();
    const { limiter } = all.client;
    const take = limiter.take.bind(limiter);
    let turns = 0;
    limiter.take = async (options) => {
      turns += 1;
      if (turns === 2) await first.reached;
      return take(options);
    };
    const one = all.submit().finally(first.reach);
    const [, two] = await Promise.allSettled([one, all.submit()]);
    expect(await one).toMatchObject({ result: "created" });
    const refusal = { result: "not_sent", error: { rule: "create_made_since" } };
    expect(two).toMatchObject({ status: "fulfilled", value: refusal });
    expect(all.platform.count("create")).toBe(1);
    // A submit that begins afterwards is meant.
    const next = replayJobId.replace(/.$/, "f");
    all.platform.play({ create: enveloped({ job_id: next, workspace_id: "ws-1" }) });
    expect(await all.submit()).toMatchObject({ result: "created", twin: expect.anything() });
  });

  it("is not sent where a newer job of its spec was created since somebody looked, unless they insist", async () => {
    const toId = (digit: string) => replayJobId.replaceAll("1", digit);
    const create = ["2", "3", "4", "5"].map((digit) => enveloped({ job_id: toId(digit) }));
    await using all = await open({ create });
    const find = () => findCreated(journal, all.platform.url, spec)?.id ?? "none";
    expect(await all.submit({ before: find() })).toMatchObject({ result: "created" });
    const before = find();
    expect(await all.submit({ before })).toMatchObject({ result: "created" });
    for (const stale of [before, "none"]) {
      await expect(all.submit({ before: stale })).rejects.toMatchObject({
        rule: "create_made_since",
        params: { jobId: toId("3") },
      });
    }
    expect(all.platform.count("create")).toBe(2);
    expect(journal.read().attempts).toHaveLength(2);
    expect(await all.submit({ before, again: true })).toMatchObject({ result: "created" });
    const known = find();
    all.platform.play({ create: reset });
    const { attempt } = await all.submit({ before: known });
    journal.append({ kind: "resolved", attempt, jobId: toId("9") });
    await expect(all.submit({ before: known })).rejects.toMatchObject({
      rule: "create_made_since",
      params: { jobId: toId("9") },
    });
    expect(all.platform.count("create")).toBe(4);
  });

  it("names the host of a process elsewhere that may be sending it", async () => {
    await using all = await open();
    journal.attempt({ platform: all.platform.url, spec });
    const text = readFileSync(journal.file, "utf8");
    const elsewhere = text.replace(/"host":"[^"]*"/, '"host":"login-node-2"');
    writeFileSync(journal.file, elsewhere);
    const refusal = { rule: "create_under_way", params: { host: "login-node-2" } };
    await expect(all.submit()).rejects.toMatchObject(refusal);
    const before = new Date(Date.now() - 600_000).toISOString();
    writeFileSync(journal.file, elsewhere.replace(/"time":"[^"]*"/, `"time":"${before}"`));
    await expect(all.submit()).rejects.toMatchObject({ rule: "create_doubled" });
    expect(all.platform.count("create")).toBe(0);
  });

  it("waits for a process elsewhere as long as its call may last", async () => {
    await using all = await open({ create: reset });
    for (const [timeoutMs, openMs] of [
      [600_000, 630_000],
      [Infinity, 3_630_000],
    ] as const) {
      await all.submit({ timeoutMs, again: true });
      const lines = readFileSync(journal.file, "utf8").trimEnd().split("\n").slice(0, -1);
      const begun = lines.join("\n").replaceAll(/"host":"[^"]*"/g, '"host":"login-node-2"');
      const sentBefore = async (ms: number) => {
        const time = new Date(Date.now() - ms).toISOString();
        writeFileSync(journal.file, begun.replaceAll(/"time":"[^"]*"/g, `"time":"${time}"`));
        return all.submit();
      };
      await expect(sentBefore(openMs)).rejects.toMatchObject({ rule: "create_under_way" });
      await expect(sentBefore(openMs + 60_000)).rejects.toMatchObject({ rule: "create_doubled" });
    }
  });

  it("is not sent again where a person settled it meanwhile and sent it from elsewhere", async () => {
    await using all = await open({
      create() {
        const [{ id: attempt = "" } = {}] = journal.read().attempts;
        journal.append({ kind: "resolved", attempt });
        const other = journal.attempt({ platform: all.platform.url, spec });
        journal.outcome(other, { result: "created", jobId: replayJobId });
        return { http: 429, headers: { "retry-after": "1" }, body: "" };
      },
    });
    const sent = await all.submit();
    const refusal = { rule: "create_made_since", params: { jobId: replayJobId } };
    expect(sent).toMatchObject({ result: "not_sent", error: refusal });
    expect(all.platform.count("create")).toBe(1);
  });

  it("refuses where lines are damaged that may have recorded a create, until a person accepts it", async () => {
    await using all = await open();
    journal.append({ kind: "track", platform: all.platform.url, jobId: replayJobId });
    appendFileSync(journal.file, '\n{"v":1,"time":"2026-01-01T00:00:00.000Z","kind":"att\n');
    await expect(all.submit()).rejects.toMatchObject({
      rule: "journal_damaged",
      params: { lines: 1, file: journal.file },
    });
    expect(all.platform.count("create")).toBe(0);
    expect(await all.submit({ again: true })).toMatchObject({ result: "created" });
    all.platform.play({ create: enveloped({ job_id: replayJobId.replaceAll("1", "2") }) });
    expect(await all.submit()).toMatchObject({ result: "created" });
  });

  it("reports an equal job of a moment ago", async () => {
    const create = [1, 2].map((digit) =>
      enveloped({ job_id: replayJobId.replaceAll("1", String(digit)) }),
    );
    await using all = await open({ create });
    expect(await all.submit()).toMatchObject({ twin: undefined });
    expect(await all.submit()).toMatchObject({ twin: { jobId: replayJobId } });
  });

  it("treats an id that is the job of another create as no answer", async () => {
    await using all = await open();
    expect(await all.submit()).toMatchObject({ result: "created" });
    const other = { ...spec, name: "another" };
    const second = await all.submit({}, other);
    expect(second).toMatchObject({
      result: "unknown",
      error: {
        jobName: "another",
        cause: { rule: "job_id_known", params: { jobId: replayJobId } },
      },
    });
    expect(second.result === "unknown" && second.error).toBeInstanceOf(SubmissionUnknownError);
    expect(journal.unresolved()).toMatchObject([{ name: "another" }]);
  });

  it.runIf(canSeparate)(
    "waits for a process in another container with the name of this machine",
    async () => {
      await using platform = await openPlatform();
      const { username, password } = platform.credentials;
      const fixture = new URL("submit-recorded.fixture.ts", import.meta.url);
      const child = fork(fixture, [platform.url, username, password, dir], {
        execPath: "unshare",
        execArgv: [...separated, process.execPath],
      });
      try {
        await once(child, "message");
        const client = openClient(platform);
        await expect(submitRecorded({ client, journal }, spec)).rejects.toMatchObject({
          rule: "create_under_way",
        });
        expect(count(platform, "create")).toBe(1);
      } finally {
        child.kill("SIGKILL");
      }
    },
  );

  it("holds after a kill -9 between the answer and its record", async () => {
    await using platform = await openPlatform();
    const { username, password } = platform.credentials;
    const fixture = new URL("submit-recorded.fixture.ts", import.meta.url);
    const child = fork(fixture, [platform.url, username, password, dir], { execArgv: [] });
    await once(child, "message");
    child.kill("SIGKILL");
    await once(child, "exit");
    expect(platform.jobs()).toHaveLength(1);
    expect(journal.unresolved()).toMatchObject([{ name: spec.name }]);
    const client = openClient(platform);
    await expect(submitRecorded({ client, journal }, spec)).rejects.toMatchObject({
      rule: "create_doubled",
    });
    expect(count(platform, "create")).toBe(1);
  });
});
