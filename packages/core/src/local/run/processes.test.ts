import { fork } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { logIn } from "../caller.fixture.ts";
import { Strays } from "./strays.ts";
import { startLocalPlatform } from "../index.ts";
import { findProcesses } from "./process-list.fixture.ts";

const isLinux = process.platform === "linux";
let lastSeconds = 876_000_000 + process.pid;

/** A command that no other is like: it sleeps in its group, and in a session of its own. */
function toCommand() {
  lastSeconds += 1;
  const seconds = String(lastSeconds);
  return { command: `setsid sleep ${seconds} & sleep ${seconds}`, mark: `\0${seconds}` };
}

async function startOwner(command: string, ...more: string[]) {
  const child = fork(new URL("owner.fixture.ts", import.meta.url), [command, ...more], {
    stdio: ["ignore", "pipe", "ignore", "ipc"],
    execArgv: [],
  });
  const [line] = await once(child.stdout!, "data");
  const { logFile }: { logFile: string } = JSON.parse(String(line));
  return { child, stateDir: dirname(dirname(dirname(logFile))) };
}

const probe = new Strays(`probe-${process.pid}`);
const hasGroups = probe.groupFolder !== undefined;
await probe.close();

/** What no mark in an environment finds: a session of its own, with an empty environment. */
function toHidden() {
  const { mark } = toCommand();
  const hidden = `env -i setsid sleep ${mark.slice(1)}`;
  return { hidden, mark };
}

test.runIf(hasGroups)("what a job hides in an empty environment ends soon after it", async () => {
  await using platform = await startLocalPlatform({ stages: 0 });
  const caller = await logIn(platform);
  const { hidden, mark } = toHidden();
  const other = toHidden();
  const goesOn = await caller.submit(`${other.hidden} & sleep 600`);
  await platform.waitForStatus(goesOn, "job_running");
  const jobId = await caller.submit(
    `${hidden} & while ! pgrep -f "sleep ${mark.slice(1)}"; do :; done`,
  );
  await platform.waitForStatus(jobId, "job_succeeded");
  await expect.poll(() => findProcesses(mark)).toEqual([]);
  expect(findProcesses(other.mark)).toHaveLength(1);
  await platform.dispose();
  expect(findProcesses(other.mark)).toEqual([]);
});

test.runIf(isLinux)("nothing runs on of a job whose last node cannot start", async () => {
  const stages = { queuingMs: 0, creatingMs: 300 };
  await using platform = await startLocalPlatform({ gpus: 160, stages });
  const caller = await logIn(platform);
  const { command, mark } = toCommand();
  const jobId = await caller.submit(command, { nodes: 20 });
  mkdirSync(platform.logFile(jobId, 19), { recursive: true, mode: 0o700 });
  await platform.waitForStatus(jobId, "job_create_failed");
  await expect.poll(() => findProcesses(mark)).toEqual([]);
});

test.runIf(hasGroups).for(["SIGTERM", "SIGKILL"] as const)(
  "what a job hides in an empty environment dies with an owner that dies by %s",
  async (signal) => {
    const { hidden, mark } = toHidden();
    const { child } = await startOwner(`${hidden} & sleep 600`);
    await expect.poll(() => findProcesses(mark).length).toBe(2);
    child.kill(signal);
    await once(child, "exit");
    await expect.poll(() => findProcesses(mark)).toEqual([]);
  },
);

test.runIf(isLinux)("dispose leaves no process and no file", async () => {
  const { command, mark } = toCommand();
  const platform = await startLocalPlatform({ stages: 0 });
  const caller = await logIn(platform);
  const jobId = await caller.submit(command, { nodes: 2 });
  await platform.waitForStatus(jobId, "job_running");
  await expect.poll(() => findProcesses(mark).length).toBe(4);
  await platform.dispose();
  expect(findProcesses(mark)).toEqual([]);
  expect(existsSync(dirname(dirname(platform.logFile(jobId))))).toBe(false);
  await platform.dispose();
});

test.runIf(isLinux).for(["SIGTERM", "SIGINT", "SIGHUP", "SIGKILL"] as const)(
  "an owner that dies by %s leaves no process and no file, and dies by that signal",
  async (signal) => {
    const { command, mark } = toCommand();
    const { child, stateDir } = await startOwner(command);
    await expect.poll(() => findProcesses(mark).length).toBe(4);
    child.kill(signal);
    expect((await once(child, "exit"))[1]).toBe(signal);
    await expect.poll(() => findProcesses(mark)).toEqual([]);
    await expect.poll(() => existsSync(stateDir)).toBe(false);
    await expect.poll(() => findProcesses(stateDir)).toEqual([]);
  },
);

test.runIf(isLinux)(
  "a platform killed by SIGKILL is taken up by the next on its folder",
  async () => {
    const { command, mark } = toCommand();
    const folder = mkdtempSync(join(tmpdir(), "qizhi-state-"));
    try {
      const { child } = await startOwner(command, folder);
      await expect.poll(() => findProcesses(mark).length).toBe(4);
      child.kill("SIGKILL");
      await once(child, "exit");
      await using platform = await startLocalPlatform({ stateDir: folder });
      expect(platform.jobs().map(({ status }) => status)).toEqual(["job_failed"]);
      await expect.poll(() => findProcesses(mark)).toEqual([]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
);

test.runIf(isLinux).for(["exit", "throw"])(
  "an owner that ends by %s leaves no process",
  async (how) => {
    const { command, mark } = toCommand();
    const { child, stateDir } = await startOwner(command);
    child.send(how);
    await once(child, "exit");
    await expect.poll(() => findProcesses(mark)).toEqual([]);
    await expect.poll(() => existsSync(stateDir)).toBe(false);
  },
);

test.runIf(isLinux)("a signal that the owner handles itself is left to it", async () => {
  const { command, mark } = toCommand();
  const { child } = await startOwner(command);
  child.send("handle SIGTERM");
  await once(child, "message");
  child.kill("SIGTERM");
  expect((await once(child, "exit"))[0]).toBe(7);
  await expect.poll(() => findProcesses(mark)).toEqual([]);
});

test("the last platform takes the signal listeners with it", async () => {
  const before = process.listenerCount("SIGTERM");
  const platform = await startLocalPlatform();
  const other = await startLocalPlatform();
  expect(process.listenerCount("SIGTERM")).toBe(before + 1);
  await platform.dispose();
  expect(process.listenerCount("SIGTERM")).toBe(before + 1);
  await other.dispose();
  expect(process.listenerCount("SIGTERM")).toBe(before);
});
