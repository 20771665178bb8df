import type { KnownError } from "@qizhi/core";
import {
  ApiError,
  ConnectionError,
  JobEndedError,
  JobGoneError,
  ResponseError,
  SpecError,
  SubmissionUnknownError,
  WaitLostError,
  WaitTimeoutError,
} from "@qizhi/core";
import { english } from "@qizhi/core/internal";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { authError } from "../../core/src/errors/call-errors.ts";
import { inputError } from "../../core/src/errors/input-errors.ts";
import { finding, sayRule } from "../../core/src/errors/rules/spec-rules.ts";
import { sayError } from "../src/errors/cli-error.ts";
import { en } from "../src/messages/en.ts";
import { zh } from "../src/messages/zh.ts";
import { variantsOf } from "./message-samples.ts";

const now = Date.parse("2026-03-04T05:06:07Z");
const call = { operation: "create", host: "qz.sii.edu.cn", attempts: 2 };

beforeAll(() => {
  process.env["TZ"] = "Asia/Shanghai";
  vi.useFakeTimers({ now, toFake: ["Date"] });
});
afterAll(() => void vi.useRealTimers());

/** What an error says in both languages. */
function sayBoth(error: KnownError): string {
  return [en, zh]
    .map((t) => {
      const { summary, hint } = sayError(error, t);
      return [summary, ...(hint === undefined ? [] : [`→ ${hint}`])].join("\n");
    })
    .join("\n");
}

const lines = (title: string, texts: Iterable<string>) =>
  [...new Set(texts)].map((text) => `${title}\n${text.replaceAll(/^/gm, "    ")}`);

/** Every rule of a table in both languages, with its facts varied one at a time. */
function sayRules(table: object, toError: (rule: never, facts: never) => KnownError): string {
  const said = Object.keys(table).flatMap((rule) => {
    const say = (facts: object) => sayBoth(toError(rule as never, facts as never));
    return lines(rule, variantsOf(rule, say));
  });
  return said.join("\n");
}

test("every rule of an error says the same as before, in English and Chinese", async () => {
  const why = (rule: never, params: never) => ({ rule, params }) as never;
  const said = {
    input: sayRules(english.input, inputError as never),
    auth: sayRules(english.auth, authError as never),
    connection: sayRules(english.connection, (rule, params) => {
      return new ConnectionError(call, { reason: "CODE", why: why(rule, params), sent: true });
    }),
    answer: sayRules(english.answer, (rule, params) => {
      return new ResponseError(call, 200, why(rule, params));
    }),
    spec: sayRules(english.spec, (rule, params) => {
      return new SpecError([{ path: ["name"], ...sayRule({ rule, params }) }], "job.yaml");
    }),
    kinds: toKinds()
      .flatMap((error) => lines(error.name, [sayBoth(error)]))
      .join("\n"),
  };
  const text = Object.entries(said).map(([title, all]) => `# ${title}\n${all}\n`);
  await expect(text.join("\n")).toMatchFileSnapshot("__snapshots__/every-rule.txt");
});

test("every text of the command line says the same as before, in English and Chinese", async () => {
  const { errors: _words, ...texts } = en;
  const { errors: _chinese, ...chinese } = zh;
  const text = [...toTexts(texts, chinese, [])].toSorted().join("\n");
  await expect(`${text}\n`).toMatchFileSnapshot("__snapshots__/every-text.txt");
});

function* toTexts(first: unknown, second: unknown, path: readonly string[]): Generator<string> {
  const title = path.join(".");
  if (typeof first === "string") yield* lines(title, [`${first}\n${String(second)}`]);
  else if (typeof first === "function") {
    const names = /^\(([^)]*)\)/.exec(String(first))?.[1]?.split(/,\s*/).filter(Boolean) ?? [];
    const say = (facts: object) => {
      const values = names.map((name) => Reflect.get(facts, name.replace(/^_/, "")) as unknown);
      return `${first(...values)}\n${(second as typeof first)(...values)}`;
    };
    yield* lines(title, variantsOf(title, say));
  } else {
    for (const [key, value] of Object.entries(first as object)) {
      yield* toTexts(value, (second as Record<string, unknown>)[key], [...path, key]);
    }
  }
}

const reset = (failure: object) => {
  const why = { rule: "cut", params: {} } as const;
  return new ConnectionError(call, { reason: "ECONNRESET", why, sent: true, ...failure });
};
const cut = reset({});
const refused = (operation: string, status: number, platformCode?: number, retryAfterMs?: number) =>
  new ApiError(
    { ...call, operation, retryAfterMs },
    { status, platformCode, platformMessage: platformCode === 7 ? "" : "it said so" },
  );
const page = (operation: string, status: number, rule = "html_page") =>
  new ResponseError({ ...call, operation }, status, { rule, params: {} } as never);
const job = { jobId: "job-1", url: "https://qz.sii.edu.cn/job-1" };
const sent = { jobName: "n", sentAt: "2026-03-04T05:00:00Z", listUrl: "https://qz/list" };
const limits = ["queue", "total"] as const;
const doubled = (cause?: object) =>
  inputError("create_doubled", {
    ...sent,
    name: "n",
    reason: "as the journal has it",
    attempt: "01234567",
    ...(cause && { cause: cause as never }),
  });

const toKinds = (): KnownError[] => [
  ...["token", "create", "detail", "stop", "hpc"].flatMap((operation) => [
    refused(operation, 200, 7),
    ...[-100000, 100002, 100003, 100004].map((code) => refused(operation, 200, code)),
    ...[404, 413, 429, 500, 511].map((status) => refused(operation, status)),
    page(operation, 200),
    page(operation, 413),
  ]),
  refused("detail", 429, undefined, 90_000),
  new ApiError(call, { status: 200, platformCode: 100001, platformMessage: "配额不足" }),
  page("detail", 302, "redirect"),
  page("detail", 502, "empty_body"),
  ...[false, true].flatMap((isSent) => [
    reset({ sent: isSent, via: "the proxy http://p:1" }),
    reset({
      sent: isSent,
      status: 407,
      via: "the proxy http://p:1",
      why: { rule: "proxy_wants_login", params: { source: "HTTPS_PROXY" } },
    }),
  ]),
  new SubmissionUnknownError(sent, cut),
  new SubmissionUnknownError(sent, new Error("aborted")),
  new SubmissionUnknownError({ ...sent, operation: "hpc_jobs/create" }, cut),
  ...limits.flatMap((limit) =>
    [undefined, "job_running"].map((status) => {
      const facts = { jobId: "job-1", limitMs: 90_000 };
      return new WaitTimeoutError({ ...facts, limit, status });
    }),
  ),
  new WaitLostError("job-1", "10m 00s", cut),
  ...[undefined, "job_running"].flatMap((status) => [
    new JobGoneError({ ...job, status, seenAtMs: now }, refused("detail", 200, 7)),
    new JobGoneError({ ...job, status, seenAtMs: now }, refused("detail", 200, 100002)),
    new JobEndedError({ ...job, status, endedAtMs: now }),
  ]),
  new JobGoneError(
    { ...job, status: "job_succeeded", seenAtMs: now, hasEnded: true },
    refused("detail", 200, 100002),
  ),
  doubled(),
  doubled({ code: "process_ended" }),
  doubled({ code: "under_way" }),
  doubled({ code: "interrupted" }),
  doubled({ ...cut, code: "connection" }),
  doubled({ code: "of a later version" }),
  new SpecError([
    { path: ["envs", 0, "name"], message: "is wrong", line: 3, column: 7, override: "--" },
    { path: [], ...finding("empty_spec"), run: "lr=1e-3" },
  ]),
];
