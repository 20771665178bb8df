import type { SweepState } from "@qizhi/core/sweep";
import { resumeSweep } from "@qizhi/core/sweep";
import { excerpt, readNodeFacts } from "@qizhi/core/internal";
import { canAsk } from "../terminal/ask.ts";
import type { CommandInput } from "../context/command.ts";
import { connect } from "../access/connect.ts";
import { openHistory } from "../history/history.ts";
import { readWaitSettings } from "../jobs/wait-for-jobs.ts";
import { printNote } from "../terminal/io.ts";
import { type OpenSweep, runSweep } from "./run-sweep.ts";
import { askUnknown } from "./settle-runs.ts";
import { checkFiles } from "./sweep-output.ts";
import { readSweepSettings } from "./sweep-settings.ts";

/**
 * Goes on with a sweep whose process has ended: submits what is left.
 * @param anew also what failed, was stopped or refused, and what a halt left.
 */
export async function resume(
  before: SweepState,
  anew: boolean,
  { options, io }: CommandInput,
): Promise<number> {
  const settings = readSweepSettings(options);
  checkFiles(options);
  const { errorBudgetMs, minIntervalMs } = readWaitSettings(options).limits;
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
    const [again, takeOver] = [options.flag("again"), options.flag("takeOver")];
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
