import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, rm, utimes, writeFile } from "node:fs/promises";
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
  const times = shares.flat();
  const all = times.length;
  const spanMs = Math.max(...times) - Math.min(...times);
  // 50 turns in a second; one may be cut at each end, and a busy machine may tell each process late of one.
  expect(all).toBeLessThanOrEqual(spanMs / 20 + 2 + children.length);
  expect(all).toBeGreaterThan(25);
  for (const share of shares) expect(share.length).toBeGreaterThan(2);
});

it("removes the files of old turns when it opens", async () => {
  const open = () => openRateSlots({ dir, platform, perSecond: 10 });
  expect(open().claim()).toBe(0);
  const [name] = await readdir(join(dir, "rate"));
  const folder = join(dir, "rate", name!);
  for (const old of ["2", "3", "4", "5", "6"]) await writeFile(join(folder, old), "");
  for (const old of ["1", "2", "3"]) await utimes(join(folder, old), 1_000, 1_000);
  await writeFile(join(folder, "pause-1700000000000"), "");
  open().claim();
  expect((await readdir(folder)).toSorted()).toEqual(["4", "5", "6"]);
});

it("lets no more than a burst pass in any window, whoever takes the turns", () => {
  const open = () => openRateSlots({ dir, platform, perSecond: 0.3, burst: 3 });
  const [first, second] = [open(), open()];
  expect([first, second, first].map((slots) => slots.claim())).toEqual([0, 0, 0]);
  for (const slots of [first, second, open()]) {
    expect(slots.claim()).toBeGreaterThan(9_000);
    expect(slots.claim()).toBeLessThan(12_000);
  }
});

it("holds every process back while the platform asked for a pause", async () => {
  const open = () => openRateSlots({ dir, platform, perSecond: 10 });
  const slots = open();
  slots.pause(20_000);
  slots.pause(5_000);
  for (const each of [slots, open()]) {
    expect(each.claim()).toBeGreaterThan(15_000);
    expect(each.claim()).toBeLessThan(21_000);
  }
  const [name] = await readdir(join(dir, "rate"));
  for (const file of await readdir(join(dir, "rate", name!))) {
    await rm(join(dir, "rate", name!, file));
  }
  expect(open().claim()).toBe(0);
});

it("does not wait for files whose time comes from a wrong clock", async () => {
  const open = () => openRateSlots({ dir, platform, perSecond: 0.01 });
  expect(open().claim()).toBe(0);
  const [name] = await readdir(join(dir, "rate"));
  const folder = join(dir, "rate", name!);
  const tomorrow = Date.now() / 1_000 + 86_400;
  await utimes(join(folder, "1"), tomorrow, tomorrow);
  await writeFile(join(folder, `pause-${Date.now() + 86_400_000}`), "");
  expect(open().claim()).toBe(0);
});

it("says how long the slot is taken, for one platform and rate only", () => {
  const first = openRateSlots({ dir, platform, perSecond: 0.01 });
  expect(first.claim()).toBe(0);
  const waitMs = openRateSlots({ dir, platform: `${platform}/`, perSecond: 0.01 }).claim();
  expect(waitMs).toBeGreaterThan(0);
  expect(waitMs).toBeLessThanOrEqual(130_000);
  expect(openRateSlots({ dir, platform: "https://other", perSecond: 0.01 }).claim()).toBe(0);
  expect(openRateSlots({ dir, platform, perSecond: 0.02 }).claim()).toBe(0);
});

it("lets everything pass where the folder cannot be created", async () => {
  const file = join(dir, "file");
  await writeFile(file, "");
  const slots = openRateSlots({ dir: file, platform, perSecond: 0.01 });
  expect([slots.claim(), slots.claim()]).toEqual([0, 0]);
});
