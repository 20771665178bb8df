import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { startLocalPlatform } from "./index.ts";

const [established, listening] = ["01", "0A"];

// A port that no socket has would go to the next program that asks for a free one, and get its calls.
test.runIf(process.platform === "linux")(
  "a platform's port is not free in an outage, and is let go of at the end",
  async () => {
    const platform = await startLocalPlatform();
    const port = Number(new URL(platform.url).port);
    expect(await statesOf(port)).toEqual([listening]);
    await platform.outage();
    expect(await statesOf(port)).toContain(established);
    expect(await statesOf(port)).not.toContain(listening);
    await platform.restore();
    expect(await statesOf(port)).toEqual([listening]);
    await platform.outage();
    await platform.dispose();
    expect(await statesOf(port)).toEqual([]);
  },
);

/** The states of all sockets at a port of 127.0.0.1, as the kernel numbers them. */
async function statesOf(port: number): Promise<string[]> {
  const local = `0100007F:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  const lines = (await readFile("/proc/net/tcp", "utf8")).split("\n");
  const sockets = lines.map((line) => line.trim().split(/\s+/));
  return sockets.filter(([, address]) => address === local).map(([, , , state = ""]) => state);
}
