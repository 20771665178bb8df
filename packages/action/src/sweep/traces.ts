import type { RunStatus } from "@qizhi/core";

/** What is written down of a run: its last job, or the create that may have made one. */
export interface Trace {
  /** Place of the run in the sweep, from 1. */
  readonly run: number;
  readonly name: string;
  /** Which try of the run, from 1. */
  readonly try: number;
  /** Id of the attempt. */
  readonly attempt: string;
  /** When the create was about to be sent, ISO 8601. */
  readonly time: string;
  /**
   * `unknown`: a create was sent, and there may be a job; `active`: there is a job that has not ended as
   * far as is known; `ended`: it has; `none`: there is no job.
   */
  state: "unknown" | "active" | "ended" | "none";
  jobId?: string;
  /** The record of its end. */
  end?: Readonly<Record<string, unknown>>;
}

const kept = ["succeeded", "lost"] as const;

/**
 * Where the runs stand that an earlier attempt has left: those that succeeded, went on, or are in doubt, as
 * is one whose job was lost from sight. The others are made again.
 */
export function toKnownRuns(
  traces: ReadonlyMap<number, Trace>,
): Map<number, Partial<Omit<RunStatus, "run">>> {
  const known = new Map<number, Partial<Omit<RunStatus, "run">>>();
  for (const [place, { state, try: tries, attempt, jobId, end }] of traces) {
    const outcome = kept.find((each) => each === end?.["outcome"]);
    if (state === "none" || (state === "ended" && outcome === undefined)) continue;
    const reason =
      state === "unknown" ? "an earlier attempt ended before it was answered" : undefined;
    // This action has written it itself.
    const facts = end?.["facts"] as RunStatus["facts"];
    const phase = outcome === "succeeded" ? outcome : undefined;
    const seen = outcome && { outcome, facts, ...(phase && { phase }) };
    known.set(place, { state, tries, attempt, jobId, reason, ...seen });
  }
  return known;
}

/** Reads what is written down, by the run's place. Lines that were cut or are of another form are left out. */
export function readTraces(text: string): Map<number, Trace> {
  const byRun = new Map<number, Trace>();
  const byAttempt = new Map<unknown, Trace>();
  for (const line of text.split("\n")) {
    const entry = parse(line);
    const { kind, run, try: tries, attempt, name, time, result, jobId } = entry;
    if (kind === "attempt" && typeof run === "number" && typeof tries === "number") {
      const id = String(attempt);
      const base = { run, try: tries, attempt: id, name: String(name), time: String(time) };
      const trace: Trace = { ...base, state: "unknown" };
      byRun.set(run, trace);
      byAttempt.set(id, trace);
    } else if (kind === "outcome") {
      const trace = byAttempt.get(attempt);
      if (trace === undefined || result === "unknown") continue;
      trace.state = typeof jobId === "string" ? "active" : "none";
      if (typeof jobId === "string") trace.jobId = jobId;
    } else if (kind === "sweep:ended") {
      const trace = byRun.get(Number(run));
      if (trace !== undefined) Object.assign(trace, { state: "ended", end: entry });
    }
  }
  return byRun;
}

function parse(line: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
