import type { SweepState } from "@qizhi/core/sweep";
import { visibleText } from "@qizhi/core";
import { findSweep, resumeSweep, toResultRows } from "@qizhi/core/sweep";
import { type JournalView } from "@qizhi/core/journal";
import { excerpt, readAllSweeps, readNodeFacts, toLocalTime } from "@qizhi/core/internal";
import { inputError } from "../../errors/cli-error.ts";
import { canAsk } from "../../terminal/ask.ts";
import type { CommandInput, Run } from "../../context/command.ts";
import { connect } from "../../access/connect.ts";
import { exitCode } from "../../errors/exit-code.ts";
import { openHistory, reportDamage } from "../../history/history.ts";
import type { Io } from "../../terminal/io.ts";
import { printJson, printNote, printResult } from "../../terminal/io.ts";
import { findLastSweep } from "../../history/sweep-reference.ts";
import { refreshSweeps } from "../../sweep/refresh-sweeps.ts";
import { type OpenSweep, runSweep } from "../../sweep/run-sweep.ts";
import { askUnknown } from "../../sweep/settle-runs.ts";
import { checkFiles, countStates, printSweep, toSweepJson } from "../../sweep/sweep-output.ts";
import { readSweepSettings } from "../../sweep/sweep-settings.ts";
import { drawTable } from "../../text/table.ts";
import { readWaitSettings } from "../../jobs/wait-for-jobs.ts";
import { columnsOf } from "../../terminal/streams.ts";

/** `qizhi sweep`: lists sweeps, shows one, or resumes one. */
export const sweep: Run = async (input) => {
  const [action = "", id] = input.args;
  if (action === "list") return list(input);
  if (action !== "show" && action !== "resume") {
    throw inputError(["sweep.action", visibleText(action)]);
  }
  if (id === undefined) {
    throw inputError(["sweep.needsId", action], "sweep.seeList");
  }
  return action === "show" ? show(id, input) : resume(id, input);
};

/**
 * The sweep of an id or its first characters, or of `@last`; damage that may concern it is reported.
 * @throws {InputError} there is none, or it cannot be read.
 */
export function requireSweep(id: string, io: Io): SweepState {
  const journal = openHistory(io);
  const view = journal.read();
  reportDamage(journal, view, io);
  const found = id === "@last" ? findLastSweep(view, io) : findSweep(view, id);
  if (found === undefined) {
    throw inputError(["sweep.none", visibleText(id)], "sweep.seeList");
  }
  reportDamagedRecords([found], io);
  return found;
}

function reportDamagedRecords(sweeps: readonly SweepState[], io: Io): void {
  for (const { id, damagedRecords } of sweeps) {
    if (damagedRecords > 0)
      printNote(io, io.t.sweep.damagedRecords(visibleText(id), damagedRecords));
  }
}

/** Names the sweeps that cannot be read. */
function reportUnreadable({ unreadable }: ReturnType<typeof readAllSweeps>, io: Io): void {
  for (const { id, reason } of unreadable) {
    printNote(io, io.t.sweep.unreadable(visibleText(id), reason));
  }
}

async function list(input: CommandInput): Promise<number> {
  const { options, io } = input;
  const journal = openHistory(io);
  const view: JournalView = journal.read();
  reportDamage(journal, view, io);
  const all = readAllSweeps(view);
  reportUnreadable(all, io);
  reportDamagedRecords(all.sweeps, io);
  // The newest sweep first, as in `qizhi list`.
  const sweeps = all.sweeps.toReversed();
  await refreshSweeps(sweeps, input);
  if (options.flag("json")) {
    printJson(io, sweeps.map(toListedJson));
  } else if (sweeps.length > 0) printResult(io, drawSweeps(sweeps, io).join("\n"));
  else if (all.unreadable.length === 0) printNote(io, io.t.sweep.noneAtAll);
  return exitCode.ok;
}

function toListedJson({ id, plan, runs, platform, beganAt }: SweepState): object {
  const { variables, name } = plan;
  const described = Object(toSweepJson({ id, name, variables, runs }));
  const { runs: _runs, ...rest } = described;
  return { ...rest, base_url: platform, began_at: beganAt };
}

function drawSweeps(sweeps: readonly SweepState[], io: Io): string[] {
  const { columns } = io.t.sweep;
  return drawTable(
    [
      { title: columns.sweep, cells: sweeps.map(({ id }) => visibleText(id)) },
      { title: columns.name, cells: sweeps.map(({ plan }) => excerpt(plan.name, 60)), least: 10 },
      {
        title: columns.began,
        cells: sweeps.map(({ beganAt }) => toLocalTime(Date.parse(beganAt))),
        drop: 1,
      },
      { title: columns.runs, cells: sweeps.map(({ runs }) => String(runs.length)), align: "end" },
      {
        title: columns.states,
        cells: sweeps.map(({ runs }) => countStates(toResultRows(runs), io.t)),
        least: 12,
      },
    ],
    columnsOf(io.stdout),
  );
}

async function show(id: string, input: CommandInput): Promise<number> {
  const { options, io } = input;
  checkFiles(options);
  const found = requireSweep(id, io);
  await refreshSweeps([found], input);
  const { plan, runs } = found;
  const { name, variables } = plan;
  const isWritten = await printSweep({ id: found.id, name, variables, runs }, options, io);
  return isWritten ? exitCode.ok : exitCode.output;
}

async function resume(id: string, { options, io }: CommandInput): Promise<number> {
  const settings = readSweepSettings(options);
  checkFiles(options);
  const { errorBudgetMs, minIntervalMs } = readWaitSettings(options).limits;
  const before = requireSweep(id, io);
  const connection = await connect(options, io);
  try {
    const journal = openHistory(io);
    const { client, username: account } = connection;
    if (canAsk(io)) await askUnknown(connection, journal, before.runs, io);
    const gpusPerNode = new Map<string, number>();
    for (const [specId, { gpusPerNode: gpus }] of readNodeFacts(journal.read(), client.baseUrl)) {
      if (gpus !== undefined) gpusPerNode.set(specId, gpus);
    }
    await client.authenticate();
    const [anew, again, takeOver] = [
      options.flag("anew"),
      options.flag("again"),
      options.flag("takeOver"),
    ];
    const running = { account, gpusPerNode, errorBudgetMs, minIntervalMs, anew, again, takeOver };
    const open: OpenSweep = (how) => {
      const resumed = resumeSweep({ client, journal }, before.id, settings, { ...running, ...how });
      const { halted, plan, runs } = resumed;
      const left = runs.filter(({ state }) => state !== "ended").length;
      const goesOn = io.t.sweep.resumed(resumed.id, excerpt(plan.name, 100), left);
      printNote(io, halted ? io.t.sweep.halted[halted] : goesOn);
      return resumed;
    };
    return await runSweep(connection, open, options, io);
  } finally {
    await connection.dispose();
  }
}
