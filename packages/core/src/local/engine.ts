import { addExitHook, startWatchdog } from "./run/watchdog.ts";
import { Changes } from "./jobs/changes.ts";
import { FaultPlan } from "./faults/faults.ts";
import { JobsTable } from "./jobs/jobs-table.ts";
import { Lifecycle } from "./run/lifecycle.ts";
import type { PlatformSettings } from "./jobs/options.ts";
import { seedJobs } from "./api/seeds.ts";
import { openState } from "./state/state.ts";
import { Strays } from "./run/strays.ts";
import { TokenDesk } from "./api/tokens.ts";

/**
 * The platform without its port: the jobs, the parts that run them, and their state.
 * Opens the state folder and gets ready to run jobs; none moves before `lifecycle.adopt()`.
 * @throws InputError when the state folder is taken.
 */
export function startEngine(settings: PlatformSettings) {
  const state = openState(settings.stateDir, settings.onTrouble);
  const { id, secret, password } = state.identity;
  const { logFile } = state;
  const credentials = settings.credentials ?? { username: "local", password };
  const changes = new Changes();
  const table = new JobsTable(settings, (job) => {
    state.save(job);
    changes.notify();
  });
  for (const job of state.jobs) table.restore(job);
  seedJobs(table, settings);

  const strays = new Strays(id);
  // What an earlier start on this folder left behind, if it and its watchdog were killed.
  if (!state.temporaryDir) strays.endEarlier();
  const watchdog = startWatchdog(strays.marker, state.temporaryDir, strays.groupFolder);
  const lifecycle = new Lifecycle(table, { ...settings, watchdog, strays, logFile });
  const removeExitHook = addExitHook(() => {
    lifecycle.killNow();
    strays.endAll();
    state.close();
  });
  return {
    settings,
    credentials,
    tokens: new TokenDesk(secret, credentials.username, settings),
    table,
    lifecycle,
    faults: new FaultPlan(settings.faults),
    requests: [],
    logFile,
    changes,
    /** Ends all that runs, and gives the state up. */
    async close() {
      changes.close(new Error("The local platform has ended."));
      await lifecycle.close();
      await strays.close();
      await watchdog.quit();
      state.close();
      removeExitHook();
    },
  };
}
