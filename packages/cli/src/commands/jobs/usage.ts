import type { KnownJob } from "@qizhi/core/journal";
import { excerpt, nameOfId, textOf, toLocalTime, visibleText } from "@qizhi/core/internal";
import { listKnownIds } from "../../access/known-ids.ts";
import { inputError } from "../../errors/cli-error.ts";
import type { Run } from "../../context/command.ts";
import { readHistory } from "../../history/history.ts";
import { toRunName } from "../../history/references.ts";
import { asTheyStand, connectToLook, isActive, newestFirst } from "../../jobs/current-jobs.ts";
import type { ListedJob } from "../../jobs/listed-jobs.ts";
import { clipUse, cutByDay, toUse, type Use } from "../../jobs/use-of-jobs.ts";
import type { Io } from "../../terminal/io.ts";
import { printJson, printNote, printResult } from "../../terminal/io.ts";
import { columnsOf } from "../../terminal/streams.ts";
import { drawTable, numbers } from "../../text/table.ts";
import { toIsoTime, toTimeText } from "../../text/time-text.ts";

/** What a use can be summed by, and the key of a job and of a stretch of its use. */
const keys: Readonly<Record<string, (job: KnownJob, use: Use) => string>> = {
  day: (_job, use) => toLocalTime(use.startMs).slice(0, 10),
  name: ({ name, attempt }) => toRunName(attempt?.name ?? name),
  project: ({ attempt }) => textOf(attempt?.spec["project_id"]) ?? "",
  group: ({ attempt }) => textOf(attempt?.spec["logic_compute_group_id"]) ?? "",
};

interface Sum {
  readonly key: string;
  /** The name of an id, where jobs have shown it. */
  readonly name?: string | undefined;
  jobs: number;
  gpuHours: number;
  cost: number;
  /** How many of the jobs have no known size or price: what they used is not in the sums. */
  unknown: number;
}

const defaultSinceMs = 7 * 86_400_000;

/** `qizhi usage`: the GPU-hours and the cost of the jobs submitted from this machine, every try of a run counted. */
export const usage: Run = async (input) => {
  const { options, io } = input;
  const by = options.text("by") ?? "day";
  const toKey = Object.hasOwn(keys, by) ? keys[by] : undefined;
  if (toKey === undefined) {
    throw inputError(["notAChoice", "--by", visibleText(by), Object.keys(keys).join(", ")]);
  }
  const now = Date.now();
  const since = now - (options.duration("since") ?? defaultSinceMs);
  const view = readHistory(io);
  const connection = await connectToLook(input);
  const all = newestFirst(view, () => true);
  const { jobs, code, notes } = await asTheyStand(connection, all, input);
  for (const note of notes) printNote(io, note);
  const used = jobs.flatMap((listed) => {
    const whole = toUse(listed, now);
    const use = whole && clipUse(whole, since);
    return use === undefined ? [] : [{ listed, use }];
  });
  const sums = nameIds(sumBy(used, toKey, by === "day"), by, used, io);
  const [total = toSum(io.t.usage.total)] = sumBy(used, () => io.t.usage.total, false);
  if (options.flag("json")) {
    const rows = sums.map((each) => {
      const { key, name } = each;
      return { [by]: key, ...(name !== undefined && { name }), ...toAmounts(each) };
    });
    printJson(io, { since: toIsoTime(since), by, rows, total: toAmounts(total) });
    return code;
  }
  if (sums.length > 0) printResult(io, toText(by, sums, total, io));
  const open = used.filter(({ listed }) => isActive(listed)).length;
  const from = toTimeText(since);
  printNote(
    io,
    sums.length > 0 ? io.t.usage.scope(from, open, total.unknown) : io.t.usage.nothing(from),
  );
  return code;
};

function isOfUnknownUse({ gpuHours, cost }: ListedJob): boolean {
  return gpuHours === undefined || cost === undefined;
}

function toSum(key: string): Sum {
  return { key, jobs: 0, gpuHours: 0, cost: 0, unknown: 0 };
}

function sumBy(
  used: readonly { readonly listed: ListedJob; readonly use: Use }[],
  toKey: (job: KnownJob, use: Use) => string,
  isByDay: boolean,
): Sum[] {
  const sums = new Map<string, Sum>();
  for (const { listed, use } of used) {
    for (const part of isByDay ? cutByDay(use) : [use]) {
      const key = toKey(listed.job, part);
      const total = sums.get(key) ?? toSum(key);
      total.jobs += 1;
      total.gpuHours += part.gpuHours;
      total.cost += part.cost;
      if (isOfUnknownUse(listed)) total.unknown += 1;
      sums.set(key, total);
    }
  }
  const found = [...sums.values()];
  if (isByDay) return found.toSorted((a, b) => (a.key < b.key ? -1 : 1));
  return found.toSorted((a, b) => b.gpuHours - a.gpuHours);
}

/** Adds the names of projects and groups, as the jobs of their platforms have shown them. */
function nameIds(
  sums: readonly Sum[],
  by: string,
  used: readonly { readonly listed: ListedJob }[],
  io: Io,
): readonly Sum[] {
  if (by !== "project" && by !== "group") return sums;
  const platforms = new Set(used.map(({ listed }) => listed.job.platform));
  const known = [...platforms].flatMap((platform) => listKnownIds(platform, io));
  const names = new Map(known.map((each) => [each.id, nameOfId(each)]));
  return sums.map((each) => ({ ...each, name: names.get(each.key) }));
}

/** What a sum is called: its name, with the id beside it where another has the same name. */
function toTitle({ key, name }: Sum, sums: readonly Sum[]): string {
  if (name === undefined) return excerpt(key, 100) || "–";
  const isOne = sums.filter((each) => each.name === name).length === 1;
  return excerpt(name, 60) + (isOne ? "" : `  ${excerpt(key, 60)}`);
}

function toAmounts({ jobs, gpuHours, cost, unknown }: Sum): object {
  const round = (amount: number) => Number(amount.toFixed(4));
  return { jobs, gpu_hours: round(gpuHours), cost: round(cost), unknown };
}

/** A table in a terminal; in a pipe a line each, its fields set apart by tabs, without the total. */
function toText(by: string, sums: readonly Sum[], total: Sum, { stdout, t }: Io): string {
  const amount = (value: number) => value.toFixed(2);
  if (!stdout.isTTY) {
    return sums
      .map(({ key, name, jobs, gpuHours, cost }) =>
        [
          visibleText(key),
          jobs,
          amount(gpuHours),
          amount(cost),
          ...(name ? [excerpt(name)] : []),
        ].join("\t"),
      )
      .join("\n");
  }
  const { columns } = t.usage;
  const name = t.usage.by[by as keyof typeof t.usage.by];
  return drawTable<Sum>(
    [...sums, total],
    [
      { title: name, cell: (row) => toTitle(row, sums), least: 10 },
      numbers(columns.jobs, 2, ({ jobs }) => String(jobs)),
      numbers(t.labels.gpuHours, 0, ({ gpuHours }) => amount(gpuHours)),
      numbers(columns.cost, 1, ({ cost }) => (cost > 0 ? amount(cost) : "")),
    ],
    columnsOf(stdout),
  ).join("\n");
}
