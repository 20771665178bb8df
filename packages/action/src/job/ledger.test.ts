import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type JobSpec, parseJobSpec } from "@qizhi/core";
import { writeEnd } from "@qizhi/core/internal";
import * as fc from "fast-check";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { toSpec } from "../../test/bundle.ts";
import { type Ledger, type LedgerParts, openLedger } from "./ledger.ts";
import type { RerunProblem } from "./rerun.ts";
import { createSecrets } from "../runner/secrets.ts";
import { toKnownRuns } from "./traces.ts";

const baseUrl = "https://qz.example.org";
const sweep = "sweep-0a1b2c3d";
const specOf = (run: number): JobSpec => parseJobSpec(JSON.parse(toSpec({ name: `run-${run}` })));
const runs = [1, 2, 3, 4, 5, 6].map((index) => {
  return { index, name: `run-${index}`, parameters: {}, spec: specOf(index) };
});

let root = "";
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "action-ledger-"));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(root, { recursive: true, force: true });
});

/** What a step of this attempt is opened with, in whose environment this process is from here on. */
function partsOf(attempt: number): LedgerParts {
  vi.stubEnv("QIZHI_STATE_DIR", root);
  vi.stubEnv("GITHUB_RUN_ATTEMPT", String(attempt));
  vi.stubEnv("GITHUB_RUN_ID", "7");
  return {
    inputs: {
      connection: {
        baseUrl,
        credentials: { username: "me", password: "secret" },
        token: undefined,
        allowHttp: false,
        requestTimeoutMs: undefined,
      },
      onRerun: "continue",
    },
    secrets: createSecrets(),
    log: { tryTo: (_what, write) => write(), warning: () => {} },
    cancel: {
      signal: new AbortController().signal,
      leftMs: (ms) => ms,
      watch: () => {},
      check: () => {},
    },
  };
}

/** {@link partsOf} with another connection. */
function partsWith(
  attempt: number,
  connection: Partial<LedgerParts["inputs"]["connection"]>,
): LedgerParts {
  const { inputs, ...parts } = partsOf(attempt);
  return { ...parts, inputs: { ...inputs, connection: { ...inputs.connection, ...connection } } };
}

function open(attempt: number): Ledger {
  const ledger = openLedger(partsOf(attempt), runs);
  if ("problem" in ledger) throw new Error(ledger.problem);
  return ledger;
}

const jobOf = (run: number) => `job-00000000-0000-4000-8000-00000000000${run}`;

/** What a step writes that submits six runs: one each way, and the last one never. */
function writeSweep({ journal }: Ledger): void {
  journal.append({ kind: "sweep:begin", sweep, runs: [], process: { pid: 1, host: "elsewhere" } });
  for (const run of [1, 2, 3, 4, 5]) {
    const of = { sweep, run, try: 1 };
    const id = journal.attempt({ platform: baseUrl, spec: specOf(run), sweepRun: of });
    if (run <= 3) journal.outcome(id, { result: "created", jobId: jobOf(run) });
    if (run === 4) journal.outcome(id, { result: "unknown", reason: "no answer" });
    if (run === 5) journal.outcome(id, { result: "refused", reason: "no" });
    if (run === 1) writeEnd(journal, { ...of, outcome: "succeeded" });
    if (run === 2) writeEnd(journal, { ...of, outcome: "failed" });
  }
}

/** Damages of a file: bytes changed, put in, taken out, cut off, swapped; lines twice or in another order. */
const damage = fc.oneof(
  fc.record({ kind: fc.constant("change" as const), at: fc.nat(), byte: fc.nat(255) }),
  fc.record({
    kind: fc.constant("insert" as const),
    at: fc.nat(),
    text: fc.string({ unit: "binary" }),
  }),
  fc.record({
    kind: fc.constant("remove" as const),
    at: fc.nat(),
    length: fc.integer({ min: 1, max: 900 }),
  }),
  fc.record({ kind: fc.constant("cut" as const), at: fc.nat() }),
  fc.record({
    kind: fc.constant("zero" as const),
    at: fc.nat(),
    length: fc.integer({ min: 1, max: 900 }),
  }),
  fc.record({ kind: fc.constant("twice" as const), at: fc.nat() }),
  fc.record({ kind: fc.constant("swap" as const), at: fc.nat(), with: fc.nat() }),
);
type Damage = typeof damage extends fc.Arbitrary<infer Value> ? Value : never;

function apply(bytes: Buffer, wanted: Damage): Buffer {
  const at = wanted.at % bytes.length;
  if (wanted.kind === "change") {
    const changed = Buffer.from(bytes);
    changed[at] = wanted.byte;
    return changed;
  }
  if (wanted.kind === "insert") {
    return Buffer.concat([bytes.subarray(0, at), Buffer.from(wanted.text), bytes.subarray(at)]);
  }
  if (wanted.kind === "cut") return bytes.subarray(0, at);
  if (wanted.kind === "remove") {
    return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + wanted.length)]);
  }
  if (wanted.kind === "zero")
    return Buffer.from(bytes).fill(0, at, Math.min(bytes.length, at + wanted.length));
  const lines = bytes.toString("latin1").split("\n");
  const line = wanted.at % lines.length;
  if (wanted.kind === "twice") lines.splice(line, 0, lines[line] ?? "");
  else {
    const other = wanted.with % lines.length;
    [lines[line], lines[other]] = [lines[other] ?? "", lines[line] ?? ""];
  }
  return Buffer.from(lines.join("\n"), "latin1");
}

it(
  "gives no wrong verdict and makes nothing twice from a damaged file, whatever happened to it",
  { timeout: 300_000 },
  () => {
    writeSweep(open(1));
    const folder = join(root, "action");
    const [name = ""] = readdirSync(folder);
    const whole = readFileSync(join(folder, name));
    const linesOf = (text: Buffer) =>
      text
        .toString("latin1")
        .split("\n")
        .filter((line) => line !== "");
    const intact = new Set(linesOf(whole));
    let refusals = 0;
    fc.assert(
      fc.property(fc.array(damage, { minLength: 1, maxLength: 3 }), (damages) => {
        const text = damages.reduce<Buffer>(
          (bytes, each) => (bytes.length ? apply(bytes, each) : bytes),
          whole,
        );
        for (const each of readdirSync(folder)) rmSync(join(folder, each));
        writeFileSync(join(folder, name), text, { mode: 0o600 });
        const ledger = openLedger(partsOf(2), runs);
        if ("problem" in ledger) {
          refusals += 1;
          expect(["damaged", "running"]).toContain(ledger.problem);
          return;
        }
        const known = toKnownRuns(ledger.earlier);
        const left = new Set(linesOf(text));
        for (const [run, status] of known) {
          // A verdict is the one that was written, about the job that was written.
          if (status.state === "ended") expect([run, status.outcome]).toEqual([1, "succeeded"]);
          if (status.jobId !== undefined) expect(status.jobId).toBe(jobOf(run));
          expect(run).toBeLessThan(6);
        }
        // What may exist is not made again, unless each line that told of it is gone without a trace.
        for (const run of [1, 3, 4]) {
          const about = [...intact].filter((line) => line.includes(`"run":${run},`));
          if (about.some((line) => left.has(line) && !line.includes("sweep:"))) {
            expect([run, known.has(run)]).toEqual([run, true]);
          }
        }
      }),
      { numRuns: 2_000 },
    );
    expect(refusals).toBeGreaterThan(100);
  },
);

it("takes no end of a run from a line whose checksum and outcome are both damaged", () => {
  writeSweep(open(1));
  const folder = join(root, "action");
  const [name = ""] = readdirSync(folder);
  const text = readFileSync(join(folder, name), "utf8");
  const end = text.split("\n").find((line) => line.includes("sweep:ended")) ?? "";
  const damaged = end.replace('"sum"', '"s um"').replace('"outcome"', '"o utcome"');
  writeFileSync(join(folder, name), text.replace(end, damaged));
  const ledger = openLedger(partsOf(2), runs);
  if ("problem" in ledger) throw new Error(ledger.problem);
  expect(toKnownRuns(ledger.earlier).has(1)).toBe(true);
});

it("is found by a later attempt with the same inputs alone, by one step only", () => {
  writeSweep(open(1));
  const [first = runs[0]!] = runs;
  const spec = { ...first.spec, envs: [{ name: "KEY", value: "another secret" }] };
  const others: Parameters<typeof openLedger>[] = [
    [partsOf(2), [{ ...first, spec }, ...runs.slice(1)]],
    [partsWith(2, { credentials: { username: "you", password: "x" } }), runs],
    [partsWith(2, { baseUrl: "https://other.example.org" }), runs],
  ];
  for (const other of others) {
    expect(openLedger(...other)).toEqual({ problem: "other_inputs" });
  }
  vi.stubEnv("GITHUB_ACTION", "another_step");
  expect(openLedger(partsOf(2), runs)).toEqual({ problem: "unknown" });
  vi.unstubAllEnvs();
  const second = open(2);
  expect(second.earlier).toHaveLength(5);
  expect(openLedger(partsOf(2), runs)).toEqual({ problem: "unknown" });
});

it("belongs to an account also where a new token is made for each attempt", () => {
  const tokenOf = (claims: object) =>
    `e30.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.signature`;
  const openWithToken = (attempt: number, claims: object) =>
    openLedger(partsWith(attempt, { credentials: undefined, token: tokenOf(claims) }), runs);
  openWithToken(1, { sub: "alice", iat: 1 });
  expect(openWithToken(2, { sub: "bob", iat: 2 })).toEqual({ problem: "other_inputs" });
  expect(openWithToken(2, { sub: "alice", iat: 2 })).toMatchObject({ isTakenOver: true });
});

/** Opens the ledger of a step and writes down its job; gives those that were there before. */
function submitNamed(name: string, attempt: number): string[] | RerunProblem {
  const spec = parseJobSpec(JSON.parse(toSpec({ name })));
  const ledger = openLedger(partsOf(attempt), [{ index: 1, name, parameters: {}, spec }]);
  if ("problem" in ledger) return ledger.problem;
  ledger.journal.attempt({ platform: baseUrl, spec, sweepRun: { sweep, run: 1, try: attempt } });
  return ledger.earlier.map((trace) => trace.name);
}

it("is that of a leg of the matrix with the number of an attempt in its name", () => {
  for (const leg of ["run-7-1", "run-7-2"]) expect(submitNamed(leg, 1)).toEqual([]);
  // It has left nothing.
  expect(submitNamed("run-7-10", 2)).toBe("other_inputs");
  expect(submitNamed("run-7-2", 2)).toEqual(["run-7-2"]);
  // The second one succeeded, and the first alone is run again.
  expect(submitNamed("run-7-1", 3)).toEqual(["run-7-1"]);
  expect(submitNamed("run-7-2", 4)).toEqual(["run-7-2", "run-7-2"]);
});

it("is found where a name holds the attempt, unless it may be that of another leg", () => {
  for (let attempt = 1; attempt <= 11; attempt += 1) {
    const before = Array.from({ length: attempt - 1 }, (_, index) => `only-7-${index + 1}`);
    expect(submitNamed(`only-7-${attempt}`, attempt)).toEqual(before);
  }
  for (const leg of ["run-7-1", "run-7-5"]) expect(submitNamed(leg, 1)).toEqual([]);
  expect(submitNamed("run-7-2", 2)).toBe("alike");
  expect(submitNamed("run-7-3", 2)).toBe("other_inputs");
  expect(submitNamed("run-17-2", 2)).toBe("other_inputs");
});

it("takes no more creates of a step that still runs elsewhere once a re-run has taken it over", () => {
  const first = open(1);
  writeSweep(first);
  const second = open(2);
  const of = { sweep, run: 6, try: 1 };
  const create = { platform: baseUrl, spec: specOf(6), sweepRun: of };
  // Twice: what the first call writes begins another file.
  for (let time = 0; time < 2; time++) {
    expect(() => first.journal.attempt(create)).toThrow(/re-run of the workflow run goes on/);
  }
  // What becomes of its jobs is nobody's fault.
  first.journal.outcome(crypto.randomUUID(), { result: "unknown", reason: "late" });
  writeEnd(first.journal, { ...of, outcome: "failed" });
  expect(() => first.journal.attempt(create)).toThrow(/re-run of the workflow run goes on/);
  second.journal.attempt(create);
  expect(open(3).earlier.map(({ sweepRun }) => sweepRun?.run)).toEqual([1, 2, 3, 4, 5, 6]);
});
