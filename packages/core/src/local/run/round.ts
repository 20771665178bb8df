import { readdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, delimiter, dirname, join } from "node:path";
import { type JobRecord, toNodeName } from "../jobs/job-record.ts";
import type { PlatformSettings } from "../jobs/options.ts";
import { startPod, type Pod } from "./pod.ts";
import { freePort } from "./ports.ts";
import { markerName, type Strays } from "./strays.ts";
import type { Watchdog } from "./watchdog.ts";

export interface RoundPlace extends PlatformSettings {
  watchdog: Watchdog;
  /** Ends what left its group, once a round has ended. */
  strays: Strays;
  logFile: (jobId: string, node: number) => string;
}

/** Starts a job's command once per node. Rejects when one cannot be started; then none is left. */
export async function startRound(job: JobRecord, place: RoundPlace): Promise<Round> {
  if (place.commands === "skip") return joinPods([]);
  const port = await freePort();
  const mark = place.strays.markOf(job.jobId, job.round);
  const pods: Pod[] = [];
  try {
    for (let node = 0; node < job.request.nodes; node++) {
      const logFile = place.logFile(job.jobId, node);
      noteEnd(logFile, undefined);
      const pod = await startPod(
        {
          command: job.request.command,
          env: { ...toEnvironment(job, node, port, place), [markerName]: mark },
          workDir: place.workDir,
          logFile,
          logBytes: place.logBytes,
          groupFolder: place.strays.openGroup(mark),
        },
        place.watchdog,
      );
      pods.push(pod);
    }
  } catch (error) {
    for (const pod of pods) pod.kill();
    await Promise.all(pods.map((pod) => pod.ended));
    place.strays.endSoon(mark);
    throw error;
  }
  return joinPods(
    pods,
    () => place.strays.endSoon(mark),
    (node, exitCode) => noteEnd(place.logFile(job.jobId, node), exitCode),
  );
}

/** One run of a job's command on all of its nodes. */
export type Round = ReturnType<typeof joinPods>;

function joinPods(
  pods: readonly Pod[],
  onEnd = () => {},
  onNodeEnd: (node: number, exitCode: number) => void = () => {},
) {
  let failure: string | undefined;
  const ends = pods.map(async (pod, node) => {
    const { exitCode, reason } = await pod.ended;
    onNodeEnd(node, exitCode);
    if (exitCode === 0 || failure !== undefined) return;
    const how = reason === undefined ? `ended with exit code ${exitCode}` : `was ended: ${reason}`;
    failure = `worker-${node} ${how}`;
    // One failed node fails the round; the others would wait for it forever.
    for (const other of pods) other.kill();
  });
  return {
    /** Settles once no process of the round is left, with what the first node that failed ended by. */
    ended: Promise.all(ends).then(() => {
      onEnd();
      return failure;
    }),
    stop: (graceMs: number) => pods.forEach((pod) => pod.stop(graceMs)),
    kill: () => pods.forEach((pod) => pod.kill()),
  };
}

/** Leaves a node's exit code beside its log, in a name, as `log_dir` does; takes that of an earlier round away. */
function noteEnd(logFile: string, exitCode: number | undefined): void {
  const [folder, node] = [dirname(logFile), basename(logFile, ".log")];
  try {
    for (const name of readdirSync(folder)) {
      if (name.startsWith(`${node}.exit-`)) rmSync(join(folder, name));
    }
    if (exitCode === undefined) return;
    const at = Math.floor(Date.now() / 1000);
    writeFileSync(join(folder, `${node}.exit-${exitCode}-${at}`), "", { mode: 0o600 });
  } catch {
    // The folder comes with the first round and may go with the platform; the code is in the job's message too.
  }
}

/** What a command finds in its environment (wire 6). Nothing of this process's own secrets. */
function toEnvironment(
  job: JobRecord,
  node: number,
  port: number,
  place: RoundPlace,
): Record<string, string> {
  const { request, shape } = job;
  const podName = `${job.jobId}-worker-${node}`;
  const own: Record<string, string> = {};
  for (const name of ["HOME", "LANG", "TMPDIR", "USER"]) {
    const value = process.env[name];
    if (value !== undefined) own[name] = value;
  }
  return {
    ...own,
    PATH: [dirname(process.execPath), process.env["PATH"] ?? "/usr/bin:/bin"].join(delimiter),
    ...Object.fromEntries(request.envs.map(({ name, value }) => [name, value])),
    ...(place.wire.distributedVariables === "set" && {
      MASTER_ADDR: "127.0.0.1",
      MASTER_PORT: String(port),
      PET_MASTER_ADDR: "127.0.0.1",
      PET_MASTER_PORT: String(port),
      PET_NNODES: String(request.nodes),
      PET_NODE_RANK: String(node),
      PET_NPROC_PER_NODE: String(Math.max(1, shape.gpus)),
      RANK: String(node),
      WORLD_SIZE: String(request.nodes),
    }),
    MY_POD_NAME: podName,
    HOSTNAME: place.wire.hostname === "pod" ? podName : toNodeName(node),
    WORKSPACE_DIR: place.workDir,
  };
}
