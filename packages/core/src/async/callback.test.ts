import { afterEach, expect, test } from "vitest";
import { createTestClock, seedId, spec } from "../client/client.fixture.ts";
import { toListener } from "./callback.ts";
import { createClient } from "../client/create-client.ts";
import { enveloped, replayJobId, startReplay } from "../calls/replay.fixture.ts";

const warnings: string[] = [];
const note = (warning: Error) => void warnings.push(warning.message);
process.on("warning", note);
afterEach(() => void warnings.splice(0));

/** Resolves when so many warnings were given. */
async function warned(count: number): Promise<void> {
  while (warnings.length < count) await new Promise(setImmediate);
}

test("listeners that throw decide no call, and are warned of", async () => {
  const ended = enveloped({ job_id: seedId, status: "job_succeeded" });
  await using platform = await startReplay({ detail: ended });
  const fail = () => {
    throw new RangeError("mine");
  };
  const client = createClient({
    baseUrl: platform.url,
    credentials: { username: "someone", password: "hunter2-listener" },
    clock: createTestClock(),
    onEvent: fail,
    onToken: fail,
  });
  expect(await client.createJob(spec)).toMatchObject({ job_id: replayJobId });
  expect(await client.waitForJob(seedId, { onUpdate: fail })).toMatchObject({ job_id: seedId });
  await client.stopJob(seedId);
  expect(platform.requests.map(({ operation }) => operation)).toEqual([
    "token",
    "create",
    "detail",
    "stop",
  ]);
  await warned(10);
  expect(new Set(warnings)).toEqual(
    new Set(["A listener of a Qizhi client failed: RangeError: mine"]),
  );
});

test("a listener whose promise rejects ends no process", async () => {
  toListener(async () => Promise.reject(new Error("later")))();
  await warned(1);
  expect(warnings).toEqual(["A listener of a Qizhi client failed: Error: later"]);
});

test("a given token whose listener throws makes a client all the same", () => {
  const onToken = () => {
    throw new Error("mine");
  };
  expect(createClient({ accessToken: "given.token", onToken })).toHaveProperty("baseUrl");
});
