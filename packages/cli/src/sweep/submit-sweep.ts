import { type ReadSpecOptions } from "@qizhi/core";
import type { KnownId } from "@qizhi/core/journal";
import type { ParsedSpec, SweepPlan, SweepRun, SweepSettings, SweepState } from "@qizhi/core/sweep";
import { readSweeps, startSweep } from "@qizhi/core/sweep";
import { excerpt, maskRun, specFingerprint, totalPlan, visibleText } from "@qizhi/core/internal";
import { warnOf } from "../spec/check-spec.ts";
import type { CommandInput } from "../context/command.ts";
import type { Connection } from "../terminal/connection.ts";
import { connect } from "../access/connect.ts";
import { exitCode } from "../errors/exit-code.ts";
import { openHistory } from "../history/history.ts";
import { findOrigin, withOrigin } from "../history/origin.ts";
import { printJson, printNote, printResult } from "../terminal/io.ts";
import { refreshRuns } from "./show-sweeps.ts";
import { runSweep, type OpenSweep } from "./run-sweep.ts";
import { endDryRun, printOrigins, toDryBody, toOrigins, toShown } from "../spec/show-spec.ts";
import { confirmPlan, findNodeFacts } from "../spec/confirm-plan.ts";
import { checkFiles } from "./sweep-output.ts";
import type { Options } from "../context/options.ts";
import { platformOf } from "../access/known-ids.ts";

/** `qizhi submit` of a spec with a matrix. */
export async function submitSweep(
  spec: Extract<ParsedSpec, { kind: "sweep" }>,
  input: CommandInput,
  below: Pick<ReadSpecOptions, "defaults" | "ids">,
): Promise<number> {
  const { options, io } = input;
  const settings = readSweepSettings(options);
  checkFiles(options);
  const read = await warnOf(spec.check(), io);
  const { plan } = read;
  if (options.flag("dryRun")) {
    printOrigins(toOrigins(read), io);
    return printPlan(plan, input, below.ids?.());
  }
  if (!(await confirmPlan({ plan, settings, below }, options, io))) return exitCode.usage;
  const origin = await findOrigin(input.args[0], options.text("note"), io);
  const connection = withOrigin(await connect(options, io), origin);
  try {
    const { client, journal, username: account } = connection;
    const gpusPerNode = readGpusPerNode(connection, plan, below.ids?.());
    await client.authenticate();
    const again = options.flag("allowDuplicate");
    if (!again) await refreshRuns(connection, findEqual(connection, plan.runs), io);
    const running = { account, gpusPerNode, again };
    const open: OpenSweep = (how) => {
      const sweep = startSweep({ client, journal }, plan, settings, { ...running, ...how });
      printNote(io, io.t.sweep.began(sweep.id, excerpt(plan.name, 100), plan.runs.length));
      return sweep;
    };
    return await runSweep(connection, open, options, io);
  } finally {
    await connection.dispose();
  }
}

/** The GPUs of a node of each resource spec, as jobs and ids have shown; of the platform of this machine by jobs alone. */
export function readGpusPerNode(
  { client, journal, keepsJobs }: Connection,
  plan: Parameters<typeof findNodeFacts>[2],
  ids: readonly KnownId[] | undefined,
): Map<string, number> {
  const facts = findNodeFacts(journal.read(), client.baseUrl, plan, keepsJobs ? ids : []);
  return new Map(
    [...facts].flatMap(([specId, { gpusPerNode }]) =>
      gpusPerNode === undefined ? [] : [[specId, gpusPerNode] as const],
    ),
  );
}

/** The sweeps with equal runs whose jobs alone keep them from being over: polled, these must not refuse the runs. */
export function findEqual(
  { client, journal }: Connection,
  runs: readonly Pick<SweepRun, "spec">[],
): SweepState[] {
  const prints = new Set(runs.map(({ spec }) => specFingerprint(spec)));
  return readSweeps(journal.read()).filter(
    (sweep) =>
      sweep.platform === client.baseUrl &&
      // A halted sweep makes no more of its runs.
      sweep.runs.every(
        ({ state }) => state !== "unknown" && (state !== "waiting" || sweep.halted !== undefined),
      ) &&
      sweep.runs.some(({ run }) => prints.has(specFingerprint(run.spec))),
  );
}

function printPlan(
  plan: SweepPlan,
  { options, io }: CommandInput,
  ids: readonly KnownId[] | undefined,
): number {
  const { t } = io;
  const facts = findNodeFacts(openHistory(io).read(), platformOf(options, io), plan, ids);
  const totals = totalPlan(plan, facts, readSweepSettings(options));
  const runs = toShown(plan.runs, maskRun, options, io);
  if (options.flag("json")) {
    printJson(io, {
      name: plan.name,
      runs: runs.map(({ spec, ...run }) => ({ ...run, spec: toDryBody(spec) })),
      totals: {
        runs: totals.runs,
        nodes: totals.nodes,
        gpus: totals.gpus ?? null,
        gpus_at_once: totals.gpusAtOnce ?? null,
        cost_per_hour: totals.costPerHour ?? null,
        cost_at_most: totals.costAtMost ?? null,
      },
    });
  } else {
    printResult(io, runs.map(({ name }) => visibleText(name)).join("\n"));
    const { gpus, gpusAtOnce, costPerHour, costAtMost } = totals;
    printNote(io, t.sweep.plan(totals.runs, totals.nodes));
    const hasGpus = gpus !== undefined && gpusAtOnce !== undefined;
    printNote(io, hasGpus ? t.sweep.planGpus(gpus, gpusAtOnce) : t.sweep.planNoGpus);
    const hourly =
      costPerHour === undefined ? t.sweep.planNoCost : t.sweep.planCost(costPerHour.toFixed(2));
    printNote(io, hourly);
    if (costAtMost !== undefined) printNote(io, t.sweep.planMost(costAtMost.toFixed(2)));
  }
  return endDryRun(
    plan.runs.map(({ spec }) => spec),
    io,
  );
}

/** Reads the settings of a sweep from the command line. */
export function readSweepSettings(options: Options): SweepSettings {
  const maxActive = options.integer("maxActive", 1);
  const maxGpus = options.integer("maxGpus", 1);
  const retries = options.integer("retries", 0);
  return {
    ...(maxActive !== undefined && { maxActive }),
    ...(maxGpus !== undefined && { maxGpus }),
    ...(retries !== undefined && { retries }),
    ...(options.flag("failFast") && { failFast: true }),
  };
}
