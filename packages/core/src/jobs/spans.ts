import type { Stage } from "./report.ts";
import { earliestMs } from "./times.ts";

/** A stage on a time axis, epoch ms; one that lasts ends now. */
export interface Span {
  readonly name: Stage["name"];
  readonly startMs: number;
  readonly endMs: number;
  readonly isOpen: boolean;
}

// A wrong clock of the platform must not stretch the axis over centuries.
const latestMs = Date.UTC(2100, 0);

/** The stages as they are drawn; without those that a wrong clock made. */
export function toSpans(
  stages: readonly (Pick<Stage, "name" | "startMs"> & Partial<Pick<Stage, "endMs">>)[],
  nowMs: number,
): Span[] {
  const spans = stages.map(({ name, startMs, endMs }) => ({
    name,
    startMs: Math.round(startMs),
    endMs: Math.round(Math.max(endMs ?? nowMs, startMs)),
    isOpen: endMs === undefined,
  }));
  return spans.filter(({ startMs, endMs }) => startMs >= earliestMs && endMs <= latestMs);
}

/** From the first start to the last end of spans. */
export function toExtent(spans: readonly Span[]): Pick<Span, "startMs" | "endMs"> {
  let [startMs, endMs] = [Infinity, -Infinity];
  for (const span of spans) {
    startMs = Math.min(startMs, span.startMs);
    endMs = Math.max(endMs, span.endMs);
  }
  return { startMs, endMs };
}
