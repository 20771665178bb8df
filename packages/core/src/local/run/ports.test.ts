import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { type LocalPlatform, startLocalPlatform } from "../index.ts";

const [established, listening] = ["01", "0A"];

// A port that no socket has would go to the next program that asks for a free one, and get its calls.
describe.runIf(process.platform === "linux")("the port of a platform", () => {
  test("is not free in an outage, and is let go of at the end", async () => {
    const platform = await startLocalPlatform();
    expect(await statesOf(platform)).toEqual([listening]);
    await platform.outage();
    expect(await statesOf(platform)).toContain(established);
    expect(await statesOf(platform)).not.toContain(listening);
    await platform.restore();
    expect(await statesOf(platform)).toEqual([listening]);
    await platform.outage();
    await platform.dispose();
    expect(await statesOf(platform)).toEqual([]);
  });

  test("is as the last call wants it, also when calls come at once", async () => {
    const platform = await startLocalPlatform();
    await Promise.all([platform.outage(), platform.restore()]);
    expect(await statesOf(platform)).toEqual([listening]);
    await Promise.all([platform.outage(), platform.outage()]);
    await platform.restore();
    expect(await statesOf(platform)).toEqual([listening]);
    await Promise.all([platform.restore(), platform.outage(), platform.dispose()]);
    expect(await statesOf(platform)).toEqual([]);
  });
});

test("an outage keeps no process alive", async () => {
  const script = `
    import { startLocalPlatform } from ${JSON.stringify(new URL("../index.ts", import.meta.url).href)};
    const platform = await startLocalPlatform();
    await platform.outage();
    console.log("shut");`;
  const args = ["--input-type=module", "-e", script];
  const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 30_000 });
  expect(stdout).toBe("shut\n");
});

/** The states of all sockets at the port of a platform, as the kernel numbers them. */
async function statesOf({ url }: LocalPlatform): Promise<string[]> {
  const port = Number(new URL(url).port).toString(16).toUpperCase().padStart(4, "0");
  const lines = (await readFile("/proc/net/tcp", "utf8")).split("\n");
  const sockets = lines.map((line) => line.trim().split(/\s+/));
  const own = sockets.filter(([, address]) => address === `0100007F:${port}`);
  return own.map(([, , , state = ""]) => state);
}
