import { mkdtemp, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Cancelled, listenForCancel } from "./cancel.ts";

// Windows cannot be emulated here; SIGBREAK is what its second signal, Ctrl-Break, becomes in Node.
test.for(["SIGINT", "SIGTERM", "SIGBREAK"])(
  "%s cancels, and a second signal changes nothing",
  (name) => {
    const cancel = listenForCancel();
    expect(cancel.signal.aborted).toBe(false);
    expect(cancel.leftMs(7_000)).toBe(7_000);
    const listener = process.rawListeners(name).at(-1);
    listener?.();
    const reason: unknown = cancel.signal.reason;
    expect(reason).toBeInstanceOf(Cancelled);
    const left = cancel.leftMs(7_000);
    expect(left).toBeLessThanOrEqual(7_000);
    listener?.();
    expect(cancel.signal.reason).toBe(reason);
    expect(cancel.leftMs(7_000)).toBeLessThanOrEqual(left);
  },
);

test("a stop mark cancels, seen by itself or before a create; one of an earlier job does not", async () => {
  const folder = await mkdtemp(join(tmpdir(), "action-cancel-"));
  const mark = join(folder, "stop");
  const watching = () => {
    const cancel = listenForCancel();
    cancel.watch(mark);
    return cancel;
  };
  try {
    const before = watching();
    before.check();
    await writeFile(mark, "");
    const old = new Date(performance.timeOrigin - 1_000);
    await utimes(mark, old, old);
    watching().check();
    await writeFile(mark, "");
    expect(() => before.check()).toThrow(Cancelled);
    expect(before.signal.aborted).toBe(true);
    expect(watching().signal.aborted).toBe(true);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("a stop mark that cannot be read is none: the step goes on until a signal", async () => {
  const root = await mkdtemp(join(tmpdir(), "action-cancel-"));
  const folder = join(root, "loop");
  try {
    await symlink(folder, folder);
    const cancel = listenForCancel();
    cancel.watch(join(folder, "stop"));
    cancel.check();
    expect(cancel.signal.aborted).toBe(false);
    process.rawListeners("SIGTERM").at(-1)?.();
    expect(() => cancel.check()).toThrow(Cancelled);
  } finally {
    await rm(root, { recursive: true });
  }
});
