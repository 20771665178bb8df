interface Fan {
  readonly calls: Set<() => void>;
  readonly listener: () => void;
}

const fans = new WeakMap<AbortSignal, Fan>();

/**
 * Calls back when a signal aborts. All callers share one listener of the signal: many waits under
 * one signal would otherwise make Node 20 warn of a leak.
 * @returns removes the callback; to be called in any case.
 */
export function onAbort(signal: AbortSignal | undefined, callback: () => void): () => void {
  if (signal === undefined) return () => {};
  const fan = fans.get(signal) ?? listen(signal);
  // A function for each caller, because the same callback may be given twice.
  const call = () => callback();
  fan.calls.add(call);
  return () => {
    fan.calls.delete(call);
    if (fan.calls.size > 0) return;
    signal.removeEventListener("abort", fan.listener);
    if (fans.get(signal) === fan) fans.delete(signal);
  };
}

function listen(signal: AbortSignal): Fan {
  const calls = new Set<() => void>();
  const listener = () => {
    for (const call of calls) call();
  };
  const fan = { calls, listener };
  signal.addEventListener("abort", listener, { once: true });
  fans.set(signal, fan);
  return fan;
}
