import { type RunStatus, type SweepEvent, toResultRows, totalRows } from "@qizhi/core/sweep";
import { formatDuration } from "@qizhi/core";
import { excerpt } from "@qizhi/core/internal";
import type { ProgressParts } from "../job/progress.ts";
import { countWords } from "../report/sweep-report.ts";

// At most 40 lines at once and then one in 150 s: 184 in six hours, whatever happens.
const mostAtOnce = 40;
const perLineMs = 150_000;
const mostNamed = 3;

/** What has happened: the word under which it is counted with its like, and the line where it comes alone. */
interface News {
  readonly key: string;
  /** The run and why, where it went wrong. */
  readonly name?: string;
  readonly text: string;
}

/** Makes the log of one sweep, which turns what happens to hundreds of runs into few lines. */
export function createSweepLog(
  { print, now, heartbeatMs, lastSeen }: ProgressParts,
  runs: readonly RunStatus[],
) {
  const startedAt = now();
  let printedAt = startedAt;
  let left = mostAtOnce;
  let refilledAt = startedAt;
  let news: News[] = [];
  const where = () => countWords(totalRows(toResultRows(runs)).counts);

  const toHeartbeat = () => {
    const isFollowed = runs.some(({ state }) => state === "active");
    const overdueMs = isFollowed ? lastSeen.overdueMs() : undefined;
    if (overdueMs === undefined) return `still ${where()}`;
    return `still no answer: as last seen ${formatDuration(overdueMs)} ago, ${where()}`;
  };

  const mayPrint = () => {
    const gained = (now() - refilledAt) / perLineMs;
    left = Math.min(mostAtOnce, left + gained);
    refilledAt = now();
    return left >= 1;
  };
  const say = (line: string) => {
    left -= 1;
    printedAt = now();
    print(line);
  };
  const flush = () => {
    const [first] = news;
    if (first === undefined) return;
    say(news.length === 1 ? first.text : `${sumUp(news)} (now ${where()})`);
    news = [];
  };
  return {
    /** Takes an event; its line comes with the next tick, with others of that time in it. */
    note(event: SweepEvent): void {
      if (event.type === "submitted") lastSeen.note();
      if (event.type === "trouble" && event.error.code !== "input") lastSeen.noteTrouble(true);
      if (event.type === "recovered") lastSeen.noteTrouble(false);
      // With hundreds of runs, what happens between submit and end is for the counts.
      if (event.type !== "phase") news.push(toNews(event));
    },
    /** To be called often: writes what is new, or a heartbeat when it is due. */
    tick(): void {
      if (!mayPrint()) return;
      if (news.length > 0) flush();
      else if (now() - printedAt >= Math.max(heartbeatMs, (now() - startedAt) / 60))
        say(toHeartbeat());
    },
    /** Writes what was not written yet. */
    end: flush,
  };
}

function toNews(event: SweepEvent): News {
  if (!("run" in event)) return { key: event.type, text: toNotice(event) };
  const { run, outcome, reason, facts } = event.run;
  const name = excerpt(run.name, 100);
  const key = event.type === "ended" ? (outcome ?? "ended") : event.type;
  const ran = facts?.runTimeMs === undefined ? "" : ` after ${formatDuration(facts.runTimeMs)}`;
  const isBad = event.type !== "submitted" && outcome !== "succeeded";
  const why = isBad && reason ? `: ${excerpt(reason, 200)}` : "";
  const job = event.type === "submitted" ? ` as ${excerpt(event.jobId, 80)}` : "";
  const page = isBad && facts?.url !== undefined ? ` ${facts.url}` : "";
  const text = `${name}: ${key}${event.type === "ended" ? ran : job}${why}${page}`;
  return { key, text, ...(isBad && { name: `${name}${why}` }) };
}

function toNotice(event: Exclude<SweepEvent, { run: RunStatus }>): string {
  if (event.type === "quota") return `no room in the quota, waiting for it: ${event.error.summary}`;
  if (event.type === "trouble") {
    const { code, summary } = event.error;
    return code === "input" ? summary : `cannot ask the platform, going on: ${summary}`;
  }
  if (event.type === "paused") {
    return `${event.unknown} creates in a row have an unknown outcome: no more are sent until they are settled`;
  }
  if (event.type === "halted") return `no more jobs are submitted (${event.reason})`;
  return `the platform answers again after ${formatDuration(event.afterMs)}`;
}

/** `12 submitted, 9 succeeded, 1 failed: lr-1: out of memory`. */
function sumUp(news: readonly News[]): string {
  const groups = new Map<string, { count: number; names: string[]; text: string }>();
  for (const { key, name, text } of news) {
    const group = groups.get(key) ?? { count: 0, names: [], text };
    group.count += 1;
    if (name !== undefined && group.names.length < mostNamed) group.names.push(name);
    groups.set(key, group);
  }
  const parts = [...groups].map(([key, { count, names, text }]) => {
    if (count === 1) return text;
    return names.length === 0 ? `${count} ${key}` : `${count} ${key}: ${names.join(", ")}`;
  });
  return parts.join("; ");
}
