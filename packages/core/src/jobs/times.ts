import type { Job } from "../schemas/job.ts";

const dayMs = 86_400_000;
const minuteMs = 60_000;
/** No job is older; an earlier time is that of a wrong clock. */
const earliestMs = Date.UTC(2000, 0);
/** How far apart the clocks of the platform's parts may be. */
const skewMs = minuteMs;
const longestMs = 3_650 * dayMs;

const isoTime =
  /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})$/i;

/**
 * Reads a time of an answer: ms or seconds since 1970, or ISO 8601 with its zone.
 * @param nowMs a time over a day later than this is none.
 * @returns epoch ms; `undefined` where it is unset or cannot be a time of a job.
 */
export function readTime(text: string | undefined, nowMs: number): number | undefined {
  const ms = parseTime(text?.trim() ?? "");
  return ms >= earliestMs && ms <= nowMs + dayMs ? ms : undefined;
}

function parseTime(text: string): number {
  if (isoTime.test(text)) return Date.parse(text.replace(" ", "T"));
  if (!/^\d{1,16}(?:\.\d{1,9})?$/.test(text)) return Number.NaN;
  const number = Number(text);
  // From 2001 to 2286 seconds have ten digits; ms have had twelve since 1973.
  return /^\d{10}(?:\.|$)/.test(text) ? number * 1_000 : number;
}

/** Reads a duration of an answer in ms; `undefined` where it is unset or cannot be one. */
export function readDuration(text: string | undefined): number | undefined {
  const shown = text?.trim() ?? "";
  if (!/^\d{1,16}(?:\.\d{1,9})?$/.test(shown)) return undefined;
  const ms = Number(shown);
  return ms <= longestMs ? ms : undefined;
}

/** The times of a job, epoch ms. */
export type JobTimes = ReturnType<typeof readJobTimes>;

/** Reads the times of a job, in their order; one that contradicts those before it is left out. */
export function readJobTimes(job: Job, nowMs: number) {
  const { timeline } = job;
  let last = -Infinity;
  const next = (...texts: readonly (string | undefined)[]) => {
    const times = texts.map((text) => readTime(text, nowMs));
    const found = times.find((time) => time !== undefined && time >= last - skewMs);
    last = Math.max(last, found ?? -Infinity);
    return found;
  };
  return {
    created: next(timeline?.created, job.created_at),
    prepared: next(timeline?.resource_prepared),
    run: next(timeline?.run),
    finished: next(timeline?.finished, job.finished_at),
  };
}

const timeWithoutZone = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)$/;
const farthestZoneMs = 14 * 60 * minuteMs;

/** Whether a job has ended at a time that is uncertain, as it has no zone. */
export function hasUncertainEnd({ timeline, ...job }: Job, nowMs: number): boolean {
  const { created = earliestMs } = readJobTimes({ timeline, ...job }, nowMs);
  return [timeline?.finished, job.finished_at].some((text) => {
    const [, day, time] = timeWithoutZone.exec(text?.trim() ?? "") ?? [];
    const ms = Date.parse(`${day}T${time}Z`);
    return ms >= created - farthestZoneMs && ms <= nowMs + farthestZoneMs;
  });
}

/** Reads how long the command of a job has run, in ms; `undefined` where it says nothing that can be. */
export function readRunTime(job: Job, times: JobTimes, nowMs: number): number | undefined {
  const ms = readDuration(job.running_time_ms);
  if (ms === undefined || ms === 0) return undefined;
  const { created, run, finished } = times;
  if (run !== undefined && isSeconds(ms, (finished ?? nowMs) - run, finished === undefined)) {
    return ms * 1_000;
  }
  if (created === undefined) return ms;
  // This machine's clock may be wrong by more than the platform's parts are among each other.
  const mostMs = finished === undefined ? nowMs - created + dayMs : finished - created + skewMs;
  return ms <= mostMs ? ms : undefined;
}

/**
 * Whether a duration that should be in ms is that of a stage in seconds.
 * @param lasts the stage has no end yet, and is measured up to a clock that is not the platform's.
 */
function isSeconds(ms: number, stageMs: number, lasts: boolean): boolean {
  const differenceMs = Math.abs(ms * 1_000 - stageMs);
  return stageMs >= 10_000 && differenceMs <= (lasts ? Math.max(10_000, stageMs * 0.05) : 2_000);
}

/** A stretch of a job's life. */
export interface Stage {
  /** `queue`: waiting for resources; `prepare`: image and pods; `run`: the command. */
  name: "queue" | "prepare" | "run";
  /** Start, epoch ms on the platform's clock. */
  startMs: number;
  /** End, epoch ms; `undefined` while it lasts. */
  endMs: number | undefined;
}

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
