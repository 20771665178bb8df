import type { SweepState } from "@qizhi/core";
import {
  excerpt,
  findSweep,
  readNodeFacts,
  readSweeps,
  resumeSweep,
  toLocalTime,
  toResultRows,
  visibleText,
} from "@qizhi/core";
import { inputError } from "../cli-error.ts";
import { canAsk } from "../ask.ts";
import type { CommandInput, Run } from "../command.ts";
import { connect } from "../connect.ts";
import { exitCode } from "../exit-code.ts";
import { openHistory } from "../history.ts";
import type { Io } from "../io.ts";
import { printJson, printNote, printResult } from "../io.ts";
import { askUnknown, runSweep, tellUnknown } from "../sweep/run-sweep.ts";
import { checkFiles, countStates, printSweep, toSweepJson } from "../sweep/sweep-output.ts";
import { readSweepSettings } from "../sweep/sweep-settings.ts";
import { drawTable } from "../view/table.ts";
import { readWaitSettings } from "../wait-for-jobs.ts";
import { columnsOf } from "../view/layout.ts";

/** `qizhi sweep`: lists sweeps, shows one, or goes on with one. */
export const sweep: Run = async (input) => {
  const [action = "", id] = input.args;
  if (action === "list") return list(input);
  if (action !== "show" && action !== "resume") {
    throw inputError((t) => t.sweep.action(visibleText(action)));
  }
  if (id === undefined) {
    throw inputError(
      (t) => t.sweep.needsId(action),
      (t) => t.sweep.seeList,
    );
  }
  return action === "show" ? show(id, input) : resume(id, input);
};

/** The sweep of an id or its first characters. @throws {InputError} there is none. */
export function requireSweep(id: string, io: Io): SweepState {
  const found = findSweep(openHistory(io).read(), id);
  if (found) return found;
  throw inputError(
    (t) => t.sweep.none(visibleText(id)),
    (t) => t.sweep.seeList,
  );
}

function list({ options, io }: CommandInput): number {
  // The newest first, as in `qizhi list`.
  const sweeps = readSweeps(openHistory(io).read()).toReversed();
  if (options.flag("json")) {
    printJson(
      io,
      sweeps.map(({ id, plan, runs, platform, beganAt }) => {
        const { variables, name } = plan;
        const described = Object(toSweepJson({ id, name, variables, runs }));
        const { runs: _runs, ...rest } = described;
        return { ...rest, base_url: platform, began_at: beganAt };
      }),
    );
    return exitCode.ok;
  }
  if (sweeps.length === 0) {
    printNote(io, io.t.sweep.noneAtAll);
    return exitCode.ok;
  }
  const { columns } = io.t.sweep;
  const width = columnsOf(io.stdout);
  const table = drawTable(
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
    width,
  );
  printResult(io, table.join("\n"));
  return exitCode.ok;
}

async function show(id: string, { options, io }: CommandInput): Promise<number> {
  const { plan, runs, ...found } = requireSweep(id, io);
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
    else tellUnknown(connection, before.runs, io);
    const gpusPerNode = new Map<string, number>();
    for (const [specId, { gpusPerNode: gpus }] of readNodeFacts(journal.read(), client.baseUrl)) {
      if (gpus !== undefined) gpusPerNode.set(specId, gpus);
    }
    await client.authenticate();
    const running = { account, gpusPerNode, errorBudgetMs, minIntervalMs };
    const open = (signal: AbortSignal) => {
      const anew = options.flag("anew");
      const how = { ...running, anew, signal };
      const resumed = resumeSweep({ client, journal }, before.id, settings, how);
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
