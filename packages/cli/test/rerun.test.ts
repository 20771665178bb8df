import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { LocalPlatform } from "@qizhi/core/local";
import { startLocalPlatform } from "@qizhi/core/local";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { openSession } from "./mcp-session.ts";
import { createPlace, type Place } from "./run-cli.ts";
import { toSpec, writeSpec } from "./write-spec.ts";

let platform: LocalPlatform;
let place: Place;
beforeAll(async () => {
  platform = await startLocalPlatform({ commands: "skip", wire: { unknownFields: "accept" } });
});
beforeEach(async () => {
  place = await createPlace(platform);
  return () => place[Symbol.asyncDispose]();
});
afterAll(() => platform.dispose());

const creates = () => platform.requests.filter(({ operation }) => operation === "create").length;
const submit = async (changes: Record<string, unknown>, ...flags: string[]) => {
  const run = await place.run(["submit", await writeSpec(place, changes), ...flags]);
  expect(run.code).toBe(0);
};

describe("a rerun", () => {
  test("warns of what is changed, and of nothing that was sent before", async () => {
    const command = "source env.sh; nohup python t.py &";
    await submit({ max_running_time_ms: 600_000, task_priority: 2 });
    const same = await place.run(["rerun", "@last", "--dry-run"]);
    expect(same.stderr).not.toContain("warning");
    const renamed = await place.run(["rerun", "@last", "--name", "other", "--dry-run"]);
    expect(renamed.stderr).not.toContain("warning");
    for (const [args, said] of [
      [["--set", "max_running_time_ms=7200"], /max_running_time_ms .*7\.2s/],
      [["--set", `command=${command}`], /command uses source/],
      [["--set", `command=${command}`], /command .*background/],
      [["--set", "task_priority=1"], /task_priority /],
      [["--", "python t.py &"], /name of one program/],
    ] as const) {
      const { stderr } = await place.run(["rerun", "@last", "--dry-run", ...args]);
      expect(stderr).toMatch(said);
      expect(stderr).not.toMatch(/:\d+:\d+ /);
    }
  });

  test("takes no place for a value of a matrix, from a command line or an agent", async () => {
    await submit({ name: toSpec()["name"] });
    const before = creates();
    const set = "name=a-{{ matrix.x }}";
    const run = await place.run(["rerun", "demo-1", "--set", set]);
    expect(run).toMatchObject({ code: 2, stderr: expect.stringContaining("needs a matrix") });
    await using session = await openSession(place);
    for (const [tool, args] of [
      ["rerun", { job: "demo-1" }],
      ["submit", { spec: toSpec() }],
    ] as const) {
      const { document } = await session.call(tool, { ...args, set: [set] });
      expect(document).toMatchObject({ error: { code: "spec" } });
    }
    expect(session.transcript()).toContain("needs a matrix; there is none");
    expect(creates()).toBe(before);
  });

  test("of several jobs warns of each", async () => {
    // A name of hexadecimal digits may also begin the id of the other.
    for (const name of ["one", "two"]) await submit({ name });
    const run = await place.run(["rerun", "one", "two", "--set", "task_priority=1", "--dry-run"]);
    expect(JSON.parse(run.stdout)).toMatchObject([{ name: "one" }, { name: "two" }]);
    expect(run.stderr.match(/job-\S+ task_priority /g)).toHaveLength(2);
  });

  test("sends nothing above confirm_over without --yes", async () => {
    await submit({});
    await mkdir(join(place.dir, ".qizhi"));
    await writeFile(join(place.dir, ".qizhi/defaults.yaml"), "confirm_over: 15\n");
    const before = creates();
    const more = ["rerun", "@last", "--set", "framework_config[0].instance_count=2"];
    const refused = await place.run(more);
    expect([refused.code, creates()]).toEqual([2, before]);
    expect(refused.stderr).toContain("there is no terminal to ask in: 2 nodes");
    expect((await place.run([...more, "--yes"])).code).toBe(0);
    expect((await place.run(["rerun", "@2", "--name", "b"])).code).toBe(0);
    expect((await place.run(["rerun", "@2"])).code).toBe(2);
    expect(creates()).toBe(before + 2);
  });

  test("takes names for ids, and keeps keys that are not known", async () => {
    const group = "lcg-77777777-7777-4777-8777-777777777777";
    await submit({ new_key: 1 }, "--allow-unknown");
    await place.run(["ids", "add", group, "H200"]);
    const run = await place.run(["rerun", "@last", "--set", "group=H200", "--dry-run"]);
    expect(JSON.parse(run.stdout)).toMatchObject({ new_key: 1, logic_compute_group_id: group });
    await submit({ name: "plain" });
    const wrong = await place.run(["rerun", "plain", "--set", "new_key=1", "--dry-run"]);
    expect(wrong).toMatchObject({ code: 2, stdout: "" });
  });

  test("by an agent's tool warns in its plan", async () => {
    await submit({ name: toSpec()["name"] });
    await using session = await openSession(place);
    const set = ["max_running_time_ms=7200"];
    const { document } = await session.call("rerun", { job: "demo-1", set });
    const warnings = [{ rule: "short-duration", path: ["max_running_time_ms"] }];
    expect(document).toMatchObject({ submitted: false, plan: { warnings } });
  });
});
