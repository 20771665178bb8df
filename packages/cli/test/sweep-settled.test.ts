import { describe, expect, it } from "vitest";
import { fast, idIn, names, setUp } from "./sweep-place.ts";
import { openTerminal } from "./terminal.ts";

const submit = ["submit", "sweep.yaml", ...fast];
const asks = "Is there a job";

describe("a rerun of a sweep in a terminal", () => {
  it("asks nothing about a create that another process is sending, and names that process", async () => {
    await using all = await setUp({
      faults: [{ operation: "create", calls: [2], fault: { kind: "never-answer" } }],
    });
    const { place, platform } = all;
    const running = place.start([...submit, "--wait"]);
    while (platform.requests.filter(({ operation }) => operation === "create").length < 2)
      await platform.changed();
    const id = idIn((await place.run(["list", "--sweeps", "--offline", "--json"])).stdout);
    await using terminal = openTerminal(place, ["rerun", id, ...fast], { columns: 200 });
    expect(await terminal.ended).toBe(2);
    expect(terminal.screen()).toContain(`Process ${running.process.pid} runs ${id}`);
    expect(terminal.screen()).not.toContain(asks);
  });

  it("makes no run again whose job was found elsewhere while its question stood", async () => {
    await using all = await setUp({
      faults: [{ operation: "create", calls: [2], fault: { kind: "reset", effect: true } }],
    });
    const { place, platform } = all;
    const { stderr } = await place.run(submit);
    const [, attempt = ""] = /qizhi forget ([0-9a-f]{8})/.exec(stderr) ?? [];
    const made = platform.jobs().find(({ request }) => request.name === "demo-lr-1e-3-seed-2");
    const args = ["rerun", idIn(stderr), "--wait", ...fast];
    await using terminal = openTerminal(place, args, { columns: 200 });
    await terminal.waitFor(asks);
    expect((await place.run(["track", made!.jobId, "--for", attempt])).code).toBe(0);
    terminal.send("no\r");
    expect(await terminal.ended).toBe(0);
    expect(terminal.screen()).toContain("6 succeeded");
    expect(names(platform).toSorted()).toEqual([...new Set(names(platform))].toSorted());
    expect(names(platform)).toHaveLength(6);
  });

  it("takes no job of another run for the one that it asks about, and asks again", async () => {
    await using all = await setUp({
      faults: [{ operation: "create", calls: [2], fault: { kind: "reset", effect: true } }],
    });
    const { place, platform } = all;
    const { stderr } = await place.run(submit);
    const [other, made] = platform.jobs();
    const args = ["rerun", idIn(stderr), "--wait", ...fast];
    await using terminal = openTerminal(place, args, { columns: 200 });
    await terminal.waitFor(asks);
    terminal.send(`${other!.jobId}\r`);
    await terminal.waitFor(`${other!.jobId} is the job of another attempt`);
    await terminal.waitFor(/another attempt[^]*Is there a job/);
    terminal.send(`${made!.jobId}\r`);
    expect(await terminal.ended).toBe(0);
    expect(terminal.screen()).toContain("6 succeeded");
    expect(names(platform)).toHaveLength(6);
  });
});
