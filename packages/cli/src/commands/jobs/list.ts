import { setTimeout as sleep } from "node:timers/promises";
import type { JournalView } from "@qizhi/core/journal";
import { visibleText } from "@qizhi/core/internal";
import { findPlatform } from "../../access/access.ts";
import type { CommandInput, Run } from "../../context/command.ts";
import { exitCode } from "../../errors/exit-code.ts";
import { openHistory, readHistory } from "../../history/history.ts";
import { type Io, printJson, printNote, printResult } from "../../terminal/io.ts";
import type { Connection } from "../../terminal/connection.ts";
import { untilInterrupted } from "../../terminal/signals.ts";
import { createTheme, wantsLiveView } from "../../terminal/style.ts";
import {
  asSeen,
  asTheyStand,
  connectToLook,
  type CurrentJobs,
  isActive,
  newestFirst,
} from "../../jobs/current-jobs.ts";
import type { ListedJob } from "../../jobs/listed-jobs.ts";
import { drawList, toListedJson, toListLines, toListTsv } from "../../jobs/listed-jobs.ts";
import { toSumLine } from "../../jobs/use-of-jobs.ts";
import type { Options } from "../../context/options.ts";
import { fitsFilters, readFilters, toListPattern } from "../../history/filters.ts";
import { listSweeps } from "../../sweep/show-sweeps.ts";
import { listUnresolved } from "../../history/unresolved.ts";
import { Screen } from "../../view/screen.ts";

/**
 * `qizhi list`: the jobs submitted from here as they stand now, active ones first. A terminal shows them at once as
 * last seen; with `--watch` it goes on until Ctrl-C, or until each look would be a refused login.
 */
export const list: Run = async (input) => {
  const { options, io } = input;
  const filters = readListFilters(options);
  if (options.flag("sweeps")) return listSweeps(input, filters);
  const view = readHistory(io);
  if (options.flag("unresolved")) return listUnresolved(view, filters.name, input);
  const connection = await connectToLook(input);
  if (options.flag("watch")) return watch(connection, input);
  const isDrawn = connection !== undefined && !options.flag("json") && isLive(io);
  const { jobs, code, notes } = isDrawn
    ? await drawnAtOnce(connection, view, filters, input)
    : await asTheyStand(connection, fitting(view, filters), input);
  if (isInterrupted(code)) return code;
  for (const note of notes) printNote(io, note);
  const found = choose(jobs, filters);
  const { shown } = found;
  if (options.flag("json")) printJson(io, shown.map(toListedJson));
  else if (shown.length > 0 && io.stdout.isTTY) {
    printResult(io, toListLines(sortActive(shown), view.jobs, io).join("\n"));
    printNote(io, toSumLine(jobs, io.t));
  } else if (shown.length > 0) printResult(io, toListTsv(sortActive(shown)));
  printRest(found, view, input);
  return code;
};

type ListFilters = ReturnType<typeof readListFilters>;

function readListFilters(options: Options) {
  const filters = readFilters(options);
  const limit = options.flag("all") ? Infinity : (options.integer("limit", 1) ?? 20);
  return { ...filters, name: toListPattern(filters.name), limit };
}

const isInterrupted = (code: number) => code > 128;

const fitting = (view: JournalView, filters: ListFilters) =>
  newestFirst(view, (job) => fitsFilters(job, filters));

function isLive({ stdout, stderr, env }: Io): boolean {
  return wantsLiveView(stdout, env) && stderr.isTTY;
}

/** Shows the jobs as last seen until the polls have been answered. */
async function drawnAtOnce(
  connection: Connection,
  view: JournalView,
  filters: ListFilters,
  input: CommandInput,
): Promise<CurrentJobs> {
  const { io } = input;
  const wanted = fitting(view, filters);
  const { shown } = choose(asSeen(wanted, input, connection).jobs, filters);
  const screen = new Screen(io, io.stdout);
  const refreshing = createTheme(io.stdout, io.env).paint("faint", io.t.history.refreshing);
  if (shown.length > 0) drawList(screen, sortActive(shown), view, refreshing, io);
  let found: CurrentJobs | undefined;
  try {
    const code = await untilInterrupted(
      io,
      async (signal) => {
        found = await asTheyStand(connection, wanted, input, signal);
        return found.code;
      },
      () => "",
    );
    return found ?? { jobs: [], code, notes: [] };
  } finally {
    screen.end(found === undefined);
  }
}

const watchEveryMs = 10_000;

/**
 * Shows the jobs until Ctrl-C, and looks again every ten seconds.
 * @throws {KnownError} each later look would fail, too.
 */
async function watch(connection: Connection | undefined, input: CommandInput): Promise<number> {
  const { io } = input;
  const screen = isLive(io) ? new Screen(io, io.stdout) : undefined;
  const draw = ({ jobs }: CurrentJobs, view: JournalView, filters: ListFilters) => {
    const { shown } = choose(jobs, filters);
    if (screen !== undefined) drawList(screen, sortActive(shown), view, toSumLine(jobs, io.t), io);
    else if (shown.length > 0) printResult(io, toListTsv(sortActive(shown)));
  };
  let isDrawn = false;
  let said: readonly string[] = [];
  try {
    return await untilInterrupted(
      io,
      async (signal) => {
        for (;;) {
          const view = openHistory(io).read();
          // `--since` counts back from each look.
          const filters = readListFilters(input.options);
          const wanted = fitting(view, filters);
          if (screen && !isDrawn) draw(asSeen(wanted, input, connection), view, filters);
          isDrawn = true;
          const found = await asTheyStand(connection, wanted, input, signal);
          for (const note of found.notes) if (!said.includes(note)) printNote(io, note);
          said = found.notes;
          draw(found, view, filters);
          if (found.lasting !== undefined) throw found.lasting;
          if (io.stdout.isGone?.()) return exitCode.ok;
          await sleep(watchEveryMs, undefined, { signal }).catch(() => {});
          signal.throwIfAborted();
        }
      },
      () => "",
    );
  } finally {
    screen?.end(true);
  }
}

/** Every active job, and the newest of the others. */
function choose(jobs: readonly ListedJob[], { phases, limit }: ListFilters) {
  const matching = jobs.filter(({ phase }) => phases?.has(phase) ?? true);
  let others = 0;
  return { matching, shown: matching.filter((job) => isActive(job) || ++others <= limit) };
}

function sortActive(jobs: readonly ListedJob[]): ListedJob[] {
  return [...jobs.filter(isActive), ...jobs.filter((job) => !isActive(job))];
}

/** Says what is not shown. */
function printRest(
  { shown, matching }: ReturnType<typeof choose>,
  view: JournalView,
  { options, io }: CommandInput,
): void {
  const { t } = io;
  const open = view.attempts.filter(({ state }) => state === "unknown").length;
  if (shown.length < matching.length) {
    printNote(io, t.history.more(shown.length, matching.length));
  } else if (shown.length === 0) {
    // A create of unknown outcome was submitted too.
    if (view.jobs.length > 0) printNote(io, t.history.noMatch);
    else if (open === 0) printNote(io, t.history.empty);
    const others = new Set(view.jobs.map((job) => job.platform));
    others.delete(findPlatform(options, io));
    if (others.size > 0) {
      printNote(io, t.history.elsewhere([...others].map(visibleText).join(", ")));
    }
  }
  if (open > 0) printNote(io, t.history.unresolved(open));
}
