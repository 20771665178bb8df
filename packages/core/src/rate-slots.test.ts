import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, it } from "vitest";
import { openRateSlots } from "./rate-slots.ts";

let dir = "";
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "qizhi-slots-"));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const platform = "https://qz.example";
const fixture = fileURLToPath(new URL("./rate-slots.fixture.ts", import.meta.url));

it("shares one rate between processes", async () => {
  const forMs = 1_000;
  const children = Array.from({ length: 4 }, () => fork(fixture, [dir, String(forMs)]));
  await Promise.all(children.map((child) => once(child, "message")));
  const answers = children.map(
    async (child): Promise<unknown> => (await once(child, "message"))[0],
  );
  const closed = children.map((child) => once(child, "close"));
  for (const child of children) child.send("go");
  const shares = (await Promise.all(answers)).map((times) => (Array.isArray(times) ? times : []));
  await Promise.all(closed);
  const all = shares.flat().length;
  // 50 slots in a second; one may be cut at each end, and each process ends with one turn more.
  expect(all).toBeLessThanOrEqual(52 + children.length);
  expect(all).toBeGreaterThan(25);
  for (const times of shares) expect(times.length).toBeGreaterThan(2);
});

it("removes the files of old slots when it opens", async () => {
  const open = () => openRateSlots({ dir, platform, perSecond: 10 });
  expect(open().claim()).toBe(0);
  const [folder] = await readdir(join(dir, "rate"));
  await writeFile(join(dir, "rate", folder!, "1"), "");
  await writeFile(join(dir, "rate", folder!, "99999999999999"), "");
  open().claim();
  expect((await readdir(join(dir, "rate", folder!))).length).toBeLessThanOrEqual(2);
});

it("tells how long the slot is taken, for one platform and rate only", () => {
  const first = openRateSlots({ dir, platform, perSecond: 0.01 });
  expect(first.claim()).toBe(0);
  const waitMs = openRateSlots({ dir, platform: `${platform}/`, perSecond: 0.01 }).claim();
  expect(waitMs).toBeGreaterThan(0);
  expect(waitMs).toBeLessThanOrEqual(130_000);
  expect(openRateSlots({ dir, platform: "https://other", perSecond: 0.01 }).claim()).toBe(0);
  expect(openRateSlots({ dir, platform, perSecond: 0.02 }).claim()).toBe(0);
});

it("lets everything pass where the folder cannot be made", async () => {
  const file = join(dir, "file");
  await writeFile(file, "");
  const slots = openRateSlots({ dir: file, platform, perSecond: 0.01 });
  expect([slots.claim(), slots.claim()]).toEqual([0, 0]);
});
