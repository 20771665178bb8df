import { readJobSpec } from "@qizhi/core";
import { afterEach, expect, test, vi } from "vitest";
import { toSpec } from "../../test/bundle.ts";
import { RawInputs } from "../runner/raw-inputs.ts";
import { checkLimits } from "./limits.ts";

afterEach(() => void vi.unstubAllEnvs());

/** What is refused of so many equal jobs. */
async function check(
  changes: Record<string, unknown>,
  inputs: Readonly<Record<string, string>>,
  { jobs = 1, retries }: { jobs?: number; retries?: number } = {},
): Promise<string> {
  for (const name of ["max-nodes", "max-cost", "node-price"]) {
    vi.stubEnv(`INPUT_${name.toUpperCase()}`, inputs[name] ?? "");
  }
  const { spec } = await readJobSpec({ name: "-", text: toSpec(changes) });
  const raw = new RawInputs();
  checkLimits(
    raw,
    Array.from({ length: jobs }, () => spec),
    { retries },
  );
  return raw.mistakes.map(({ text }) => text).join("\n");
}

test("max-nodes counts the nodes of all jobs together", async () => {
  expect(await check({ nodes: 3 }, { "max-nodes": "2" })).toBe(
    "max-nodes is 2, and the job asks for 3 nodes",
  );
  expect(await check({}, { "max-nodes": "2" }, { jobs: 3 })).toBe(
    "max-nodes is 2, and the 3 jobs together ask for 3 nodes",
  );
  expect(await check({}, { "max-nodes": "3" }, { jobs: 3 })).toBe("");
});

test("max-cost counts nodes, hours, retries and the time for which nodes are kept", async () => {
  const limit = (cost: string, price = "10") => ({ "max-cost": cost, "node-price": price });
  const two = { nodes: 2, max_running_time_ms: "2h" };
  const specId = "44444444-4444-4444-8444-444444444444";
  expect(await check(two, limit("40"))).toBe("");
  expect(await check(two, limit("39"))).toContain("the job asks for up to 40.00");
  // As floats they come to 26.400000000000002.
  const three = { nodes: 3, max_running_time_ms: "1h" };
  expect(await check(three, limit("26.4", "8.8"))).toBe("");
  expect(await check(three, limit("26.39", "8.8"))).toContain("up to 26.40");
  expect(await check(two, limit("40"), { retries: 1 })).toContain("up to 80.00");
  expect(await check({ ...two, reserve_on_fail_ms: "1h" }, limit("40"))).toContain("up to 60.00");
  expect(await check(two, limit("40", `other=1\n${specId}=20`))).toContain("up to 80.00");
  expect(await check(two, limit("40", `${specId}=20\nother=1\n${specId}=1`))).toBe(
    "node-price line 3 gives its spec_id a second price",
  );
  expect(await check(two, limit("40", "other=1"))).toContain(`the price of a node of ${specId}`);
  expect(await check(two, limit("40", "dear"))).toContain("node-price line 1 is not one price");
  expect(await check({ max_running_time_ms: undefined }, limit("1"))).toContain(
    "a limit of the run",
  );
});
