import * as fc from "fast-check";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { refuseDamaged, refuseOpen } from "../client/create-guard.ts";
import { isQizhiError } from "../errors/errors.ts";
import { openJournal } from "./journal.ts";
import { parseJobSpec } from "../spec/parse.ts";
import { minimalSpec } from "../spec/spec.fixture.ts";
import { readAllSweeps } from "../sweep/record/fold.ts";
import { planRuns } from "../sweep/sweep.fixture.ts";
import { writeRecord } from "../sweep/record/records.ts";
import { ownMark } from "./process-mark.ts";

const dir = mkdtempSync(join(tmpdir(), "qizhi-mutations-"));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const platform = "https://qz.example.test";
const open = parseJobSpec({ ...minimalSpec, name: "open" });
const jobId = "job-55555555-5555-4555-8555-555555555555";

/** A journal with a created, a refused, and an unknown attempt between other lines. */
function makeJournal(): Buffer {
  const journal = openJournal({ dir });
  const made = journal.attempt({ platform, spec: parseJobSpec(minimalSpec) });
  journal.outcome(made, { result: "created", jobId });
  journal.append({ kind: "seen", platform, jobId, status: "job_running" });
  const unknown = journal.attempt({ platform, spec: open });
  journal.outcome(unknown, { result: "unknown", reason: "ECONNRESET" });
  const refused = parseJobSpec({ ...minimalSpec, name: "refused" });
  journal.outcome(journal.attempt({ platform, spec: refused }), { result: "refused" });
  journal.append({ kind: "track", platform, jobId: jobId.replaceAll("5", "6") });
  return readFileSync(journal.file);
}

type Mutate = (bytes: Buffer) => Buffer;

const share = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });
const mutation: fc.Arbitrary<Mutate> = fc.oneof(
  fc.tuple(share, fc.nat({ max: 7 })).map(([at, bit]): Mutate => (bytes) => {
    const copy = Buffer.from(bytes);
    const index = Math.floor(at * copy.length);
    copy[index] = (copy[index] ?? 0) ^ (1 << bit);
    return copy;
  }),
  // A stretch of some bytes is gone, as after a crash of the disk.
  fc.tuple(share, fc.integer({ min: 1, max: 40 })).map(([at, length]): Mutate => (bytes) => {
    const from = Math.floor(at * bytes.length);
    return Buffer.concat([bytes.subarray(0, from), bytes.subarray(from + length)]);
  }),
  fc
    .tuple(share, fc.uint8Array({ minLength: 1, maxLength: 40 }))
    .map(([at, garbage]): Mutate => (bytes) => {
      const from = Math.floor(at * bytes.length);
      return Buffer.concat([bytes.subarray(0, from), garbage, bytes.subarray(from)]);
    }),
  fc.tuple(share, share, fc.boolean()).map(([from, to, isMoved]): Mutate => (bytes) => {
    const lines = bytes.toString("latin1").split("\n");
    const index = Math.floor(from * lines.length);
    const [line = ""] = isMoved ? lines.splice(index, 1) : lines.slice(index);
    lines.splice(Math.floor(to * lines.length), 0, line);
    return Buffer.from(lines.join("\n"), "latin1");
  }),
);

/** A journal of a sweep whose first run has a job, and whose second nobody knows of. */
async function makeSweepJournal(): Promise<Buffer> {
  const journal = openJournal({ dir: join(dir, "sweep") });
  const { runs, name, variables } = await planRuns(3);
  const sweep = "sweep-0f1e2d3c";
  const all = runs.map(({ index, name: run, parameters, spec }) => ({
    index,
    name: run,
    parameters,
    own: { ...spec },
  }));
  const begin = { sweep, name, platform, settings: {}, variables: [...variables], common: {} };
  writeRecord(journal, { kind: "sweep:begin", ...begin, runs: all, process: ownMark() });
  for (const [at, result] of ["created", "unknown"].entries()) {
    const run = at + 1;
    const place = { sweep, run, try: 1 };
    const attempt = journal.attempt({ platform, spec: runs[at]!.spec, sweepRun: place });
    writeRecord(journal, { kind: "sweep:run", ...place, attempt });
    if (result === "created") journal.outcome(attempt, { result, jobId });
    else journal.outcome(attempt, { result: "unknown", reason: "ECONNRESET" });
  }
  writeRecord(journal, { kind: "sweep:left", sweep, process: ownMark() });
  return readFileSync(journal.file);
}

it("creates no run of a sweep again after any of 2,000 damages", async () => {
  const whole = await makeSweepJournal();
  const { file } = openJournal({ dir: join(dir, "sweep") });
  const check = (mutate: Mutate) => {
    writeFileSync(file, mutate(whole));
    const journal = openJournal({ dir: join(dir, "sweep") });
    try {
      refuseDamaged(journal);
    } catch {
      return;
    }
    const { sweeps, unreadable } = readAllSweeps(journal.read());
    expect(sweeps.length + unreadable.length).toBeGreaterThan(0);
    for (const { runs, damagedRecords } of sweeps) {
      if (damagedRecords > 0) continue;
      expect(runs.map(({ state }) => state)).toEqual(["active", "unknown", "waiting"]);
    }
  };
  fc.assert(fc.property(mutation, check), { numRuns: 2_000 });
}, 120_000);

it("refuses what may have created a job after any of 2,000 damages, and never throws anything else", () => {
  const whole = makeJournal();
  const file = openJournal({ dir }).file;
  const check = (mutate: Mutate) => {
    writeFileSync(file, mutate(whole));
    const journal = openJournal({ dir });
    let refusal: unknown;
    try {
      refuseDamaged(journal);
      refuseOpen(journal, platform, open);
    } catch (error) {
      refusal = error;
    }
    expect(isQizhiError(refusal) && refusal.code).toBe("input");
    readAllSweeps(journal.read());
    const created = journal.read().attempts.filter(({ state }) => state === "created");
    for (const attempt of created) expect(attempt.jobId).toBe(jobId);
  };
  fc.assert(fc.property(mutation, check), { numRuns: 2_000 });
}, 120_000);
