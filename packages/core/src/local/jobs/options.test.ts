import { expect, test } from "vitest";
import { logIn } from "../caller.fixture.ts";
import { startLocalPlatform } from "../index.ts";

const of = (options: unknown) => startLocalPlatform(options as object);

const further =
  "paths that begin with /, and none of /auth/token, /openapi/v1/train_job/create, " +
  "/openapi/v1/train_job/detail, /openapi/v1/train_job/stop";

test.each<[unknown, string]>([
  [{ wire: { envelop: false } }, "wire: there is no envelop (write envelope)"],
  [
    { stage: 0, gpus: "8" },
    'gpus: expected a number of at least 0, got "8"; there is no stage (write stages)',
  ],
  [
    { wire: { hostname: "host", hiddenMs: "5" }, quota: { maxPriority: NaN } },
    'wire.hostname: expected node or pod, got "host"; wire.hiddenMs: expected a number of at least 0, got "5"; quota.maxPriority: expected a number of at least 0, got NaN',
  ],
  [
    { stages: { queuingMs: NaN, stopping: 1 } },
    "stages.queuingMs: expected a number of at least 0, got NaN; stages: there is no stopping (write stoppingMs)",
  ],
  [{ stages: "0" }, 'stages: expected a number of at least 0 or a mapping, got "0"'],
  [
    { faults: [{ operation: "creat", calls: { frm: 1, from: 0 }, fault: { kind: "resett" } }] },
    'faults.0.operation: expected token or create or detail or stop or route or any, got "creat"; ' +
      "faults.0.calls.from: expected at least 1, got 0; faults.0.calls: there is no frm (write from); " +
      "faults.0.fault.kind: there is no resett (write reset)",
  ],
  [
    { faults: [{ operation: "any", fault: [{ kind: "latency", ms: Infinity, effect: true }] }] },
    "faults.0.fault.0.ms: expected a number, got Infinity; faults.0.fault.0: there is no effect (there are kind, ms)",
  ],
  [
    { jobs: [{ staus: "x" }] },
    "jobs.0.status: expected text; jobs.0: there is no staus (write status)",
  ],
  [
    { specs: { a: { gpus: 0.5, cpus: Infinity } } },
    "specs.a.gpus: expected a whole number, got 0.5; specs.a.cpus: expected a number, got Infinity",
  ],
  [
    { wire: { unknownJob: { status: 99, code: 1, message: "" } } },
    "wire.unknownJob.status: expected at least 200, got 99",
  ],
  [{ credentials: { username: "u", password: 12_345 } }, "credentials.password: expected text"],
  [{ credentials: "u:secret" }, "credentials: expected a mapping"],
  [
    { routes: { "/x": "y" }, stateDir: "" },
    'stateDir: expected text that is not empty, got ""; routes./x: expected a function, got "y"',
  ],
  [
    { onTrouble: true, oversized: "no" },
    'oversized: expected queue or refuse, got "no"; onTrouble: expected a function, got true',
  ],
  [{ routes: { "v1/hpc": () => ({ data: {} }) } }, `routes: expected ${further}`],
  [{ routes: { "/auth/token": () => ({ data: {} }) } }, `routes: expected ${further}`],
])("%o is refused, with all that is wrong and nothing secret", async (options, issues) => {
  await expect(of(options)).rejects.toMatchObject({
    rule: "options_wrong",
    summary: `startLocalPlatform cannot take this: ${issues}.`,
  });
});

test("an option that is undefined in its depth has its default", async () => {
  const specs = { "44444444-4444-4444-8444-444444444444": { gpus: undefined, cpus: 3 } };
  await using platform = await of({
    wire: { envelope: undefined },
    stages: { queuingMs: undefined, creatingMs: 0 },
    specs,
  });
  const caller = await logIn(platform);
  await caller.create();
  expect(caller.token).toMatch(/\./);
  expect(platform.jobs()).toMatchObject([{ gpus: 8, status: "job_queuing" }]);
});

test("a time, a limit or a range of calls without an end is one", async () => {
  await using platform = await of({
    wire: { hiddenMs: Infinity, unstoppableMs: Infinity, clockAheadMs: 1_500.5 },
    quota: { submittedGpus: Infinity, maxPriority: Infinity },
    faults: [{ operation: "stop", calls: { from: 2, to: Infinity }, fault: { kind: "reset" } }],
  });
  const caller = await logIn(platform);
  await caller.create();
  expect(platform.jobs()).toHaveLength(1);
});
