import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { logIn } from "../local/caller.fixture.ts";
import { startLocalPlatform, type WireOptions } from "../local/index.ts";
import { parseJobSpec } from "../spec/parse.ts";
import { minimalSpec } from "../spec/spec.fixture.ts";
import { probeCommand, reportProbe, toProbeSpec } from "./probe.ts";
import { reportWire, type WireFinding } from "./wire-report.ts";

const unknownJob = "job-00000000-0000-4000-8000-000000000000";
const inState = (findings: readonly WireFinding[], state: WireFinding["state"]) =>
  findings.filter((each) => each.state === state);

async function reportOf(wire: Partial<WireOptions>) {
  await using platform = await startLocalPlatform({ stages: 0, commands: "skip", wire });
  const caller = await logIn(platform);
  const token = await caller.login();
  const refusal = await caller.post("/openapi/v1/train_job/detail", { job_id: unknownJob });
  const jobId = await caller.submit("true", { name: "secret-project", command: "hidden-command" });
  const detail = await caller.post("/openapi/v1/train_job/detail", { job_id: jobId });
  return { report: reportWire({ token, refusal, detail }), jobId };
}

test("the local platform confirms every fact that it shows, without an id, a name or a secret", async () => {
  const { report, jobId } = await reportOf({});
  expect(inState(report, "contradicted")).toEqual([]);
  expect(inState(report, "confirmed").length).toBeGreaterThan(11);
  const text = JSON.stringify(report);
  for (const secret of [jobId, "secret-project", "hidden", "3333-4333", "eyJ"]) {
    expect(text).not.toContain(secret);
  }
});

test("another reading of the wire is contradicted, fact by fact", async () => {
  const wire = {
    expiresIn: "number",
    messageKey: "msg",
    detailEnvs: "stored",
    priorityLevel: "integer",
  } as const;
  const { report } = await reportOf({ ...wire, extraKeys: false });
  expect(inState(report, "contradicted").map(({ fact, seen }) => [fact, seen])).toEqual([
    ["1.5", "number, 604800"],
    ["1.1", "code, data, msg"],
    ["2.2", "none"],
    ["3.4", "name, weight, level, task_priority: 4, 20, 1, 4"],
  ]);
  expect(inState(reportWire({}), "not seen")).toHaveLength(reportWire({}).length);
  const page = reportWire({ detail: { status: 200, text: "<html>" } });
  expect(inState(page, "confirmed")).toEqual([]);
});

test("the probe says what two nodes find, on the local platform, also where there is nothing", async () => {
  for (const distributedVariables of ["set", "absent"] as const) {
    await using platform = await startLocalPlatform({ stages: 0, wire: { distributedVariables } });
    const caller = await logIn(platform);
    const jobId = await caller.submit(probeCommand.replace("sleep 5", "true"), { nodes: 2 });
    await platform.waitForStatus(jobId, "job_succeeded");
    const log = [0, 1].map((node) => readFileSync(platform.logFile(jobId, node), "utf8")).join("");
    const said = reportProbe(log.replaceAll(/^/gm, "node 0 | "));
    const isSet = distributedVariables === "set";
    expect(said.find(({ expected }) => expected.endsWith("MASTER_ADDR"))).toMatchObject({
      state: isSet ? "confirmed" : "contradicted",
      seen: `on ${isSet ? 2 : 0} of 2 nodes`,
    });
    const counts = said.find(({ expected }) => expected.startsWith("PET_NNODES"));
    expect(counts?.state).toBe(isSet ? "confirmed" : "contradicted");
    expect(JSON.stringify(said)).not.toContain(jobId);
  }
  expect(new Set(reportProbe("nothing of it").map(({ state }) => state))).toEqual(
    new Set(["not seen"]),
  );
});

test("the probe is a small job with the ids of a spec and nothing else of it", () => {
  const spec = parseJobSpec({
    ...minimalSpec,
    envs: { TOKEN: "x" },
    reserve_on_fail_ms: "1h",
    framework_config: [{ ...minimalSpec.framework_config[0]!, instance_count: 8 }],
    extra: { description: "d" },
  });
  const sent: unknown = JSON.parse(JSON.stringify(parseJobSpec(toProbeSpec(spec))));
  expect(sent).toEqual({
    ...minimalSpec,
    name: "qizhi-probe",
    command: probeCommand,
    max_running_time_ms: "300000",
    framework_config: [{ ...minimalSpec.framework_config[0], instance_count: 2 }],
  });
});
