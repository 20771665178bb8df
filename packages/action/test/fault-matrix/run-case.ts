import type { LocalPlatform } from "@qizhi/core/local";
import { countOf } from "../bundle.ts";
import { runBundle } from "./action-face.ts";
import type { Face, FaultCase, Observation } from "./case.ts";
import { runCli } from "./cli-face.ts";
import { findLeaks } from "./leaks.ts";
import { runLibrary } from "./library-face.ts";
import { openScene, type Scene } from "./scene.ts";
import type { Told } from "./told.ts";

const runners: Readonly<Record<Face, (fault: FaultCase, scene: Scene) => Promise<Told>>> = {
  library: runLibrary,
  cli: runCli,
  action: runBundle,
};

/** Meets a case with one face, and looks at what is left of it. */
export async function runCase(fault: FaultCase, face: Face): Promise<Observation> {
  await using scene = await openScene(fault, face);
  const { platform } = scene;
  const startedAt = performance.now();
  const told = await runners[face](fault, scene);
  const ms = performance.now() - startedAt;
  await settle(platform);
  const secrets = [platform.credentials.password, ...platform.issuedTokens];
  return {
    ends: told.ends,
    word: told.word,
    left: toLeft(fault, scene),
    creates: countOf(platform, "create"),
    faults: [
      ...told.faults,
      ...findLeaks(told.texts, secrets),
      ...findLies(fault, told, scene),
      ...findRepeats(fault, scene),
    ],
    ms,
  };
}

/** Waits for work that the platform does although nobody waits for it, and for a stop to be over. */
async function settle(platform: LocalPlatform): Promise<void> {
  const isLate = () =>
    platform.requests.some(({ fault, code }) => fault === "late-effect" && code === undefined);
  const isStopping = () => platform.jobs().some(({ status }) => status === "job_stopping");
  while (isLate() || isStopping()) await platform.changed();
}

const madeJobs = ({ platform, jobId }: Scene) =>
  platform.jobs().filter((job) => job.jobId !== jobId);
const statusOf = ({ platform, jobId }: Scene) =>
  platform.jobs().find((job) => job.jobId === jobId)?.status;

function toLeft({ operation }: FaultCase, scene: Scene): string {
  if (operation === "token" || operation === "create") {
    const jobs = madeJobs(scene).length;
    return jobs === 0 ? "nothing" : jobs === 1 ? "the job" : `${jobs} JOBS`;
  }
  return statusOf(scene) === "job_running" ? "the job" : "nothing";
}

/** Compares what was told with what is. */
function* findLies(fault: FaultCase, { ends }: Told, scene: Scene): Generator<string> {
  const { platform } = scene;
  const made = madeJobs(scene).length;
  if (made > 1) yield `${made} jobs were made`;
  const creates = platform.requests.filter(({ operation }) => operation === "create");
  const acted = creates.findIndex(({ effect }) => effect);
  if (acted !== -1 && acted < creates.length - 1)
    yield "a create that had its effect was sent again";
  if (fault.operation === "token" || fault.operation === "create") {
    if (ends === "works" && made !== 1) yield `it works, and ${made} jobs are there`;
    if (ends === "refused" && made !== 0) yield "it is refused, and the job is there";
    if (fault.operation === "token" && ends === "refused" && creates.length > 0) {
      yield "a create was sent without a token";
    }
  } else if (creates.length > 0) yield "a create was sent";
  const status = statusOf(scene);
  if (fault.operation === "stop") {
    if (ends === "works" && status !== "job_stopped")
      yield `it is told as stopped and is ${status}`;
  } else if (countOf(platform, "stop") > 0) yield "a stop was sent";
}

/** A no that stands is not asked for again, and no stop sooner than its pauses allow. */
function* findRepeats(fault: FaultCase, { platform }: Scene): Generator<string> {
  const { isFinal, operation } = fault;
  yield* findHurriedStops(fault, platform);
  if (!isFinal || operation === "stop") return;
  const requests = countOf(platform, operation);
  if (requests > 1) yield `${operation} was sent ${requests} times although the answer is no`;
}

/**
 * A failed stop is tried again after 0.4 s, then after twice as long each time, up to 8 s; a refused one for half
 * a minute. A new token, of the same process or of the post step, begins anew.
 */
function* findHurriedStops(
  { isFinal, trouble }: FaultCase,
  { requests }: LocalPlatform,
): Generator<string> {
  let stops: number[] = [];
  for (const { operation, at } of requests) {
    if (operation === "token") stops = [];
    if (operation !== "stop") continue;
    const [first = at, last = at] = [stops[0], stops.at(-1)];
    const pauseMs = stops.length === 0 ? 0 : Math.min(400 * 2 ** (stops.length - 1), 8_000);
    if (at - last < pauseMs * 0.95) {
      yield `stop ${stops.length + 1} was sent ${Math.round(at - last)} ms after the one before`;
    }
    if (isFinal && at - first > 31_000) yield "a refused stop was tried for over half a minute";
    stops.push(at);
  }
  if (trouble === undefined && stops.length > 1) yield "a stop that was taken was sent again";
}
