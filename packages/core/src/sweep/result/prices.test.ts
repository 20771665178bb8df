import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { openJournal } from "../../journal/journal.ts";
import { parseJobSpec } from "../../spec/parse.ts";
import { minimalSpec } from "../../spec/spec.fixture.ts";
import { readNodeFacts, totalPlan } from "./prices.ts";
import { planRuns } from "../sweep.fixture.ts";

const specId = "44444444-4444-4444-8444-444444444444";
const platform = "https://qz.example";

it("learns the size alone from a run of some seconds, and nothing from a job that never ran", async () => {
  const dir = await mkdtemp(join(tmpdir(), "qizhi-prices-"));
  const journal = openJournal({ dir });
  const jobId = "job-11111111-1111-4111-8111-111111111111";
  const attempt = journal.attempt({ platform, spec: parseJobSpec(minimalSpec) });
  journal.outcome(attempt, { result: "created", jobId });
  const seen = { kind: "seen", platform, jobId } as const;
  journal.append({ ...seen, runMs: 0, gpuHours: 0, cost: 0 });
  expect(readNodeFacts(journal.read(), platform).size).toBe(0);
  journal.append({ ...seen, runMs: 3_000, gpuHours: (8 * 3_000) / 3_600_000, cost: 0.01 });
  expect(readNodeFacts(journal.read(), platform).get(specId)).toEqual({
    gpusPerNode: 8,
    pricePerNodeHour: undefined,
  });
  await rm(dir, { recursive: true, force: true });
});

it("learns size and price of a resource spec from the jobs that this machine created", async () => {
  const dir = await mkdtemp(join(tmpdir(), "qizhi-prices-"));
  const journal = openJournal({ dir });
  const plan = await planRuns(10, { max_running_time_ms: "2h" });
  expect(totalPlan(plan, readNodeFacts(journal.read(), platform))).toEqual({
    runs: 10,
    nodes: 10,
    gpus: undefined,
    gpusAtOnce: undefined,
    costPerHour: undefined,
    costAtMost: undefined,
  });
  const jobId = "job-11111111-1111-4111-8111-111111111111";
  const attempt = journal.attempt({ platform, spec: parseJobSpec(minimalSpec) });
  journal.outcome(attempt, { result: "created", jobId });
  journal.append({
    kind: "seen",
    platform,
    jobId,
    runMs: 7_201_000,
    gpuHours: 16.002,
    cost: 25.0035,
  });
  const facts = readNodeFacts(journal.read(), platform);
  expect(facts.get(specId)).toEqual({ gpusPerNode: 8, pricePerNodeHour: 12.5 });
  expect(totalPlan(plan, facts, { maxActive: 3 })).toEqual({
    runs: 10,
    nodes: 10,
    gpus: 80,
    gpusAtOnce: 24,
    costPerHour: 125,
    costAtMost: 250,
  });
  expect(totalPlan(plan, facts, { maxGpus: 20 }).gpusAtOnce).toBe(20);
  expect(readNodeFacts(journal.read(), "https://other").size).toBe(0);
  await rm(dir, { recursive: true, force: true });
});
