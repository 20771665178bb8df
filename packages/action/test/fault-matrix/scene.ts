import { createClient, type JobSpecInput } from "@qizhi/core";
import { type LocalPlatform, startLocalPlatform } from "@qizhi/core/local";
import { toBody } from "../../../core/src/local/body.fixture.ts";
import type { Face, FaultCase } from "./case.ts";

/** A platform with its trouble, ready for one face. */
export interface Scene extends AsyncDisposable {
  readonly platform: LocalPlatform;
  /** The job of cases that ask about one or stop one; it runs, and for a wait it succeeds. */
  readonly jobId: string;
  /** A good token, where the login would meet a trouble that is meant for another call. */
  readonly token: string | undefined;
  /** Begins a trouble that must not strike before the operation it is meant for. */
  readonly beginTrouble: () => Promise<void>;
  /** Ends a trouble that is over once a face has met it; does nothing for others. */
  readonly endTrouble: () => Promise<void>;
}

/** What is submitted. */
export const spec: JobSpecInput = toBody();

const password = 'hunter2 "quoted" \\ päss';
/** The job of a scene. */
export const jobId = "job-aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa";

/** Opens a platform and puts the case's trouble into it. */
export async function openScene(fault: FaultCase, face: Face): Promise<Scene> {
  const { operation, mode, trouble, strikes, spares } = fault;
  const isForGood = mode === "every call" && fault.ends[face] !== "works";
  const next = operation === "detail" && !isForGood ? ["job_running", "job_succeeded"] : [];
  const platform = await startLocalPlatform({
    commands: "skip",
    // A job that was made stays in the queue, to be found there.
    stages: { queuingMs: 3_600_000, creatingMs: 0, stoppingMs: 0 },
    credentials: { username: "someone", password },
    jobs: [{ status: "job_running", jobId, next }],
    ...fault.platform,
  });
  const isShut = trouble === "port closed";
  // The Action stops a job that it has seen before.
  const isLater = operation === "stop" && face === "action" && (isShut || strikes !== operation);
  const token = isShut && operation !== "token" ? await issueToken(platform) : undefined;
  if (isShut && !isLater) await platform.outage();
  const strike = () => {
    if (trouble === "port closed" || trouble === undefined) return;
    const calls = mode === "first call" ? [spares + 1] : { from: spares + 1 };
    platform.setFaults([{ operation: strikes, fault: trouble, calls }]);
  };
  if (!isLater) strike();
  return {
    platform,
    jobId,
    token,
    beginTrouble: async () => {
      if (isLater && isShut) await platform.outage();
      else if (isLater) strike();
    },
    endTrouble: async () => {
      if (isShut && mode === "first call") await platform.restore();
    },
    [Symbol.asyncDispose]: () => platform.dispose(),
  };
}

async function issueToken({ url: baseUrl, credentials }: LocalPlatform): Promise<string> {
  let token = "";
  const onToken = (value: string) => {
    token = value;
  };
  await createClient({ baseUrl, credentials, onToken }).authenticate();
  return token;
}
