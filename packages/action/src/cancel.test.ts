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
