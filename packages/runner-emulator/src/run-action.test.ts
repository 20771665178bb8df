import { existsSync } from "node:fs";
import { expect, test } from "vitest";
import type { TempActionParts } from "./files/temp-action.ts";
import type { RunnerResult, RunOptions } from "./index.ts";
import { runAction, writeTempAction } from "./index.ts";

async function run(
  parts: TempActionParts,
  options: Omit<RunOptions, "actionDir"> = {},
): Promise<RunnerResult> {
  await using action = await writeTempAction(parts);
  return await runAction({ actionDir: action.actionDir, ...options });
}

const WAITING = {
  main: `append(STATE, "id=1\\n"); idle(); print("ready");`,
  post: `print("post");`,
};

const GOOD_ACTION: TempActionParts = {
  inputs: { password: {}, "job name": { default: "llm" }, "on-cancel": { default: "stop" } },
  outputs: ["status", "message"],
  main: `
    print("::add-mask::" + process.env.INPUT_PASSWORD);
    print("::group::Job");
    print("name " + process.env.INPUT_JOB_NAME + ", " + process.env["INPUT_ON-CANCEL"]);
    print("::endgroup::");
    append(STATE, "jobId=j-1\\n");
    append(OUTPUT, "status=running\\nmessage<<d41\\nline 1\\nline 2=x\\nd41\\n");
    print("login with " + process.env.INPUT_PASSWORD);
    print("::notice title=Job::https%3A//x%0Asecond line");
    append(OUTPUT, "status=succeeded\\n");
    append(SUMMARY, "# Done\\n");`,
  post: `print("::add-mask::" + process.env.INPUT_PASSWORD); print("j " + process.env.STATE_jobId);
    append(SUMMARY, "Nothing to stop.\\n");`,
};

test("a good action passes clean", async () => {
  const result = await run(GOOD_ACTION, { inputs: { password: "hunter2-long" } });
  expect(result.problems).toEqual([]);
  expect(result).toMatchObject({
    conclusion: "success",
    outputs: { status: "succeeded", message: "line 1\nline 2=x" },
    summary: "# Done\nNothing to stop.\n",
    sent: { error: 0, warning: 0, notice: 1 },
    runnerAnnotations: [],
  });
  expect(result.annotations).toMatchObject([
    { level: "notice", title: "Job", message: "https%3A//x\nsecond line" },
  ]);
  expect(result.main.log).toContain("##[group]Job\nname llm, stop\n##[endgroup]\nlogin with ***");
  expect(result.post?.log).toBe("j j-1");
  expect(result.rawStdout).toContain("login with hunter2-long");
});

test("the environment holds what a runner sets and nothing of this process", async () => {
  const main = `print(JSON.stringify({ ...process.env, cwd: process.cwd() }));`;
  process.env["LEAKED_FROM_THE_TEST"] = "1";
  const result = await run({ main }, { env: { EXTRA: "x", NONE: undefined } });
  const env: unknown = JSON.parse(result.rawStdout);
  expect(env).toMatchObject({ CI: "true", GITHUB_ACTIONS: "true", RUNNER_OS: "Linux", EXTRA: "x" });
  expect(env).not.toHaveProperty("LEAKED_FROM_THE_TEST");
  expect(env).toHaveProperty("cwd", Object(env).GITHUB_WORKSPACE);
  expect(existsSync(Object(env).GITHUB_WORKSPACE)).toBe(false);
});

test("a bare environment has no PATH, HOME or LANG", async () => {
  const main = `print(["PATH", "HOME", "LANG"].filter((name) => name in process.env).join());`;
  const result = await run({ main }, { isBare: true });
  expect(result.rawStdout).toBe("\n");
});

test("files are laid out in the workspace and an unknown input is reported", async () => {
  const main = `print(await import("node:fs").then((fs) => fs.readFileSync("a/b.txt", "utf8")));`;
  const result = await run({ main }, { files: { "a/b.txt": "here" }, inputs: { tpyo: 1 } });
  expect(result.main.log).toBe("here\n".trimEnd());
  expect(result.problems).toEqual([{ stage: "main", kind: "unexpected-input", detail: "tpyo" }]);
});

test("what main writes to GITHUB_ENV and GITHUB_PATH reaches post", async () => {
  const result = await run({
    main: `append(process.env.GITHUB_ENV, "A=1\\n"); append(process.env.GITHUB_PATH, "/p\\n");`,
    post: `print(process.env.A + " " + process.env.PATH.split(":")[0]);`,
  });
  expect(result.post?.log).toBe("1 /p");
});

test("a runner death kills main, runs no post and keeps no outputs", async () => {
  const result = await run(WAITING, {
    async script(stage) {
      await stage.waitForLine(/ready/);
      await stage.kill();
    },
  });
  expect(result.main.signal).toBe("SIGKILL");
  expect(result).toMatchObject({ post: undefined, postSkipped: "runner death", outputs: {} });
});

test("a runner shutdown signals main and runs no post", async () => {
  const result = await run(WAITING, {
    async script(stage) {
      await stage.waitForLine(/ready/);
      await stage.shutdown();
    },
  });
  expect(result.main.signal).toBe("SIGINT");
  expect(result).toMatchObject({ postSkipped: "runner shutdown", conclusion: "failure" });
});

test("main killed alone fails, and post runs with the state", async () => {
  const result = await run(WAITING, {
    async script(stage) {
      await stage.waitForFile("STATE", /id=1/);
      await stage.sigkill();
    },
  });
  expect(result).toMatchObject({ conclusion: "failure", state: { id: "1" } });
  expect(result.post?.log).toBe("post");
});

test("timeout-minutes sends the signals of a cancel but the step counts as failed", async () => {
  const result = await run(WAITING, {
    async script(stage) {
      await stage.waitForLine(/ready/);
      await stage.timeoutMinutes();
    },
  });
  expect(result.conclusion).toBe("failure");
  expect(result.main.signals).toMatchObject([{ signal: "SIGINT" }]);
  expect(result.runnerAnnotations).toMatchObject([{ message: "The action has timed out." }]);
});

test("a cancel while an always() post runs leaves it alone", async () => {
  const result = await run(
    { main: "", post: `print("ready"); setTimeout(() => print("done"), 100);` },
    {
      async postScript(stage) {
        await stage.waitForLine(/ready/);
        await stage.cancel();
      },
    },
  );
  expect(result.post).toMatchObject({ signals: [], exitCode: 0 });
  expect(result.post?.log).toContain("done");
});

test("post-if decides by the result of main", async () => {
  const parts = { main: "process.exitCode = 1;", post: `print("post");` };
  const skipped = await run({ ...parts, postIf: "success()" });
  const ran = await run({ ...parts, postIf: "${{ failure() || cancelled() }}" });
  expect(skipped).toMatchObject({ postSkipped: "post-if", conclusion: "failure" });
  expect(ran.post?.log).toBe("post");
});

test("a failing script kills the action and rejects with its reason", async () => {
  const running = run(WAITING, {
    async script(stage) {
      await stage.waitForLine(/ready/);
      throw new Error("the test gave up");
    },
  });
  await expect(running).rejects.toThrow("the test gave up");
});

test("a wait for a line that never comes tells what was printed", async () => {
  const script: RunOptions["script"] = async (stage) => {
    await stage.waitForLine(/never/);
  };
  const running = run({ main: `print("only this");` }, { script });
  await expect(running).rejects.toThrow(/main ended before[^]*only this/);
});

test("in a container job a cancelled main lives on, unheard, until the container is removed", async () => {
  const main = `append(STATE, "early=1\\n"); print("ready");
    process.on("SIGINT", () => print("heard"));
    const late = setInterval(() => {
      if (!exists("post")) return;
      clearInterval(late);
      append(STATE, "late=1\\n"); append(OUTPUT, "x=1\\n"); print("late");
      write("late", "");
    }, 5);
    idle();`;
  let seen = "";
  const result = await run(
    {
      main,
      post: `print(Object.keys(process.env).filter((name) => /^STATE_/.test(name)).join());
        write("post", "");
        while (!exists("late"));`,
    },
    {
      isInContainer: true,
      async script(stage) {
        await stage.waitForLine(/ready/);
        await stage.cancel();
        seen = stage.readFile("STATE");
      },
    },
  );
  expect(result).toMatchObject({ conclusion: "cancelled", outlivedPost: true, outputs: {} });
  expect(result.main).toMatchObject({ exitCode: 0, signal: null, signals: [], log: "ready" });
  expect(seen).toBe("early=1\n");
  expect(result.post?.log).toBe("STATE_early");
  expect(result.rawStdout).not.toContain("heard");
});
