import type { FaultAction, LocalPlatformOptions } from "@qizhi/core/local";
import type { Ending, Face, FaultCase, Mode, Operation, Trouble } from "./case.ts";
import { shortRequestMs } from "./case.ts";
import { jobId } from "./scene.ts";

/** How all faces end, or each. */
type FaceEnds = Ending | Readonly<Record<Face, Ending>>;

/** How an operation ends when the fault strikes its first call, and when it strikes every call. */
type Ends = readonly [first?: FaceEnds | undefined, every?: FaceEnds];

/** A fault, and how each operation ends under it; an operation that is left out is not run. */
interface Row extends Readonly<Partial<Record<Operation, Ends>>> {
  readonly what: string;
  readonly trouble: Trouble;
  readonly strikes?: Operation;
  readonly spares?: number;
  readonly isTimed?: boolean;
  readonly isFinal?: boolean;
  readonly platform?: LocalPlatformOptions;
}

const longMs = shortRequestMs + 900;

// Asked again, the platform may do it; asked for long, it is told.
const passing = {
  token: ["works", "refused"],
  detail: ["works", "lost"],
  stop: ["works", "refused"],
} as const;
/** Nobody can know whether a create that met this had an effect. */
const uncertain = { ...passing, create: ["unknown"] } as const;
/** It is certain that a create that met this had no effect. */
const harmless = { ...passing, create: ["works", "refused"] } as const;
// Where every answer to a stop is lost, the job itself tells that it has stopped.
const lookedAt = { library: "works", cli: "works", action: "works" } as const;
/** The call does its work, and only the reply is another. */
const acted = { create: ["unknown"], stop: ["works", lookedAt] } as const;
/** A token is renewed once, then the refusal stands. */
const renewed = {
  create: ["works", "refused"],
  detail: ["works", "refused"],
  stop: ["works", "refused"],
} as const;
/** A no is a no: library and command line never ask again. */
const final = {
  isFinal: true,
  token: [undefined, "refused"],
  create: [undefined, "refused"],
  detail: [undefined, "refused"],
  stop: [undefined, "refused"],
} as const;
const onlyFirst = { token: ["works"], detail: ["works"], stop: ["works"] } as const;
const always = {
  token: [undefined, "works"],
  create: [undefined, "works"],
  detail: [undefined, "works"],
  stop: [undefined, "works"],
} as const;

const toDetail = (id: string, status: string, more: object = {}): string =>
  JSON.stringify({ code: 0, message: "success", data: { job_id: id, status, ...more } });
const reply = (status: number, body: string): FaultAction => ({ kind: "reply", status, body });
const tooLong = `{"code":0,"data":{"job_id":"${"x".repeat(8 * 1024 * 1024)}"}}`;
const nested = `{"code":0,"data":${"[".repeat(50_000)}${"]".repeat(50_000)}}`;
const polluted = '{"code":0,"data":{"__proto__":{"job_id":"job-1","access_token":"x"}}}';

const rows: readonly Row[] = [
  { what: "The answer is late, but in time", trouble: { kind: "latency", ms: 150 }, ...always },
  {
    what: "No answer ever; nothing is done",
    trouble: { kind: "never-answer" },
    isTimed: true,
    ...uncertain,
  },
  {
    what: "No answer ever; the work is done",
    trouble: { kind: "never-answer", effect: true },
    isTimed: true,
    ...acted,
  },
  {
    what: "The work is done, and the answer comes after the deadline",
    trouble: { kind: "latency", ms: longMs },
    isTimed: true,
    create: ["unknown"],
    stop: ["works"],
  },
  {
    what: "The work is done only after the deadline",
    trouble: { kind: "late-effect", ms: longMs },
    isTimed: true,
    create: ["unknown"],
    stop: ["works"],
  },
  {
    what: "The answer drips, a byte at a time",
    trouble: { kind: "drip", intervalMs: 100 },
    isTimed: true,
    ...uncertain,
    stop: ["works", lookedAt],
  },
  { what: "Connection reset; nothing is done", trouble: { kind: "reset" }, ...uncertain },
  {
    what: "Connection reset; the work is done",
    trouble: { kind: "reset", effect: true },
    ...acted,
  },
  {
    what: "Work done, the connection closed in the middle of the answer",
    trouble: { kind: "truncated-body" },
    ...uncertain,
    stop: ["works", lookedAt],
  },
  {
    what: "Work done, half of the JSON comes",
    trouble: { kind: "cut-json" },
    ...uncertain,
    stop: ["works", lookedAt],
  },
  { what: "HTML page with HTTP 200; nothing is done", trouble: { kind: "html-200" }, ...uncertain },
  {
    what: "HTML page with HTTP 200; the work is done",
    trouble: { kind: "html-200", effect: true },
    ...acted,
  },
  { what: "An empty answer with HTTP 200", trouble: reply(200, ""), ...uncertain },
  {
    what: "An answer without the data that was asked for",
    trouble: reply(200, '{"code":0,"message":"success","data":{}}'),
    token: ["works", "refused"],
    create: ["unknown"],
  },
  {
    what: "An answer whose data hides in `__proto__`",
    trouble: reply(200, polluted),
    token: ["works", "refused"],
    create: ["unknown"],
  },
  {
    what: "JSON nested 50,000 deep",
    trouble: reply(200, nested),
    token: ["works"],
    create: ["unknown"],
    detail: ["works"],
  },
  {
    what: "An answer of over 8 MiB",
    trouble: reply(200, tooLong),
    create: ["unknown"],
    detail: ["refused"],
  },
  {
    what: "302 to a login page; nothing is done",
    trouble: { kind: "login-redirect" },
    token: ["refused"],
    ...renewed,
  },
  { what: "429 as HTML, no `Retry-After`", trouble: { kind: "rate-limit" }, ...harmless },
  {
    what: "429 as JSON, `Retry-After` in seconds",
    trouble: { kind: "rate-limit", body: "json", retryAfterSec: 1 },
    ...harmless,
  },
  {
    what: "429 as HTML, `Retry-After` as a date",
    trouble: { kind: "rate-limit", retryAfterSec: 1, retryAfterForm: "date" },
    ...onlyFirst,
    create: ["works"],
  },
  {
    what: "500 with JSON code 100000; nothing is done",
    trouble: { kind: "server-error" },
    ...uncertain,
  },
  {
    what: "500 with JSON code 100000; the work is done",
    trouble: { kind: "server-error", effect: true },
    create: ["unknown"],
    // Refused again and again, it looks at the job, which has stopped.
    stop: ["works", "works"],
  },
  {
    what: "500 with JSON code 500",
    trouble: { kind: "server-error", code: 500 },
    ...onlyFirst,
    create: ["unknown"],
  },
  { what: "502 page; nothing is done", trouble: { kind: "gateway-error" }, ...uncertain },
  {
    what: "502 page; the work is done",
    trouble: { kind: "gateway-error", effect: true },
    ...acted,
  },
  {
    what: "503 page",
    trouble: { kind: "gateway-error", status: 503 },
    ...onlyFirst,
    create: ["unknown"],
  },
  {
    what: "504 page",
    trouble: { kind: "gateway-error", status: 504 },
    ...onlyFirst,
    create: ["unknown"],
  },
  { what: "408 page", trouble: reply(408, "<html>"), ...onlyFirst, create: ["unknown"] },
  {
    what: "404 as text",
    trouble: reply(404, "404 page not found"),
    ...final,
  },
  {
    what: "Token refused: code -1, HTTP 200",
    trouble: { kind: "token-refused" },
    token: ["refused"],
    ...renewed,
  },
  {
    what: "Token refused: code -1, HTTP 401",
    trouble: { kind: "token-refused", status: 401 },
    ...renewed,
  },
  {
    what: "Token refused: code -1, HTTP 403",
    trouble: { kind: "token-refused", status: 403 },
    ...renewed,
  },
  {
    what: "A token dies before its first use",
    trouble: { kind: "token-dies", afterCalls: 0 },
    ...renewed,
  },
  {
    what: "A token lives for one call",
    trouble: { kind: "token-dies", afterCalls: 1 },
    detail: [undefined, "works"],
  },
  {
    what: "The login is refused",
    trouble: undefined,
    platform: { wire: { openApiEnabled: false } },
    isFinal: true,
    token: [undefined, "refused"],
  },
  {
    what: "No permission: code 100003",
    trouble: reply(200, '{"code":100003,"message":"permission denied","data":null}'),
    ...final,
  },
  {
    what: "The project's quota is used up",
    trouble: undefined,
    platform: { quota: { submittedGpus: 1 } },
    isFinal: true,
    create: [undefined, "refused"],
  },
  {
    what: "The job has ended already",
    trouble: reply(200, '{"code":100009,"message":"任务已结束，无法停止","data":null}'),
    isFinal: true,
    stop: [undefined, "refused"],
  },
  {
    what: "A status that nobody knows",
    trouble: { kind: "unknown-status" },
    detail: ["works", "limit"],
  },
  {
    what: "A status that nobody knows, beside an end",
    trouble: reply(200, toDetail(jobId, "job_hibernating", { finished_at: "1764000000000" })),
    detail: ["works", "ended"],
  },
  ...["SUCCEEDED", "Completed", "job-success", "已成功"].map((word): Row => {
    const trouble = reply(200, toDetail(jobId, word));
    return { what: `The status \`${word}\``, trouble, detail: [undefined, "works"] };
  }),
  {
    what: "Refused in mid-wait: code 100002, of a job that was shown",
    trouble: reply(200, '{"code":100002,"message":"job not found","data":null}'),
    spares: 1,
    detail: ["works", "gone"],
  },
  {
    what: "An answer about another job",
    trouble: reply(200, toDetail("job-99999999-9999-4999-8999-999999999999", "job_succeeded")),
    detail: [undefined, "lost"],
    stop: ["works"],
  },
  {
    what: "Every poll before and after the stop fails: login page",
    trouble: { kind: "html-200" },
    strikes: "detail",
    stop: [undefined, "works"],
  },
  {
    what: "Every poll before and after the stop fails: 502 page",
    trouble: { kind: "gateway-error" },
    strikes: "detail",
    stop: [undefined, "works"],
  },
  { what: "Hostile text in every field", trouble: { kind: "hostile-text" }, ...always },
  {
    what: "Numbers as text, nulls, bare answers, extra keys",
    trouble: undefined,
    platform: {
      wire: { numbers: "string", absentKeys: "null", envelope: false, expiresIn: "number" },
    },
    ...always,
  },
  { what: "The port is closed", trouble: "port closed", ...harmless },
];

const operations: readonly Operation[] = ["token", "create", "detail", "stop"];
const modes: readonly Mode[] = ["first call", "every call"];

/** Every case of the matrix, by operation. */
export const cases: readonly FaultCase[] = operations.flatMap((operation) =>
  rows.flatMap(({ what, trouble, strikes = operation, spares = 0, platform = {}, ...row }) =>
    modes.flatMap((mode, index) => {
      const ends = row[operation]?.[index];
      if (ends === undefined) return [];
      const { isTimed = false, isFinal = false } = row;
      const how = { strikes, spares, isTimed, isFinal };
      return [{ what, operation, mode, trouble, platform, ...how, ends: toFaceEnds(ends) }];
    }),
  ),
);

function toFaceEnds(ends: FaceEnds): Readonly<Record<Face, Ending>> {
  return typeof ends === "string" ? { library: ends, cli: ends, action: ends } : ends;
}
