import { expect, test } from "vitest";
import type { TempActionParts } from "./files/temp-action.ts";
import type { RunnerResult, RunOptions } from "./index.ts";
import { findPrintedBeforeMask, findSecrets, runAction, writeTempAction } from "./index.ts";

const SHORT_GRACES = { sigintMs: 150, sigtermMs: 100, pipesMs: 200 };
const TOKEN = "tok-0123456789-sentinel";

async function run(
  parts: TempActionParts | string,
  options: Omit<RunOptions, "actionDir"> = {},
): Promise<RunnerResult> {
  await using action = await writeTempAction(typeof parts === "string" ? { main: parts } : parts);
  return await runAction({ actionDir: action.actionDir, ...options });
}

function kinds(result: RunnerResult): string[] {
  return result.problems.map(({ kind }) => kind);
}

function errors(result: RunnerResult): string[] {
  return result.annotations.filter(({ level }) => level === "error").map((a) => a.message);
}

test("a token printed before its mask is found in the log", async () => {
  const result = await run(`print("got ${TOKEN}"); print("::add-mask::${TOKEN}");
    print("again ${TOKEN}");`);
  expect(result.log).toBe(`got ${TOKEN}\nagain ***`);
  expect(findSecrets(result, { TOKEN })).toMatchObject([
    { sentinel: "TOKEN", place: "log", stage: "main", form: "raw", context: `got ${TOKEN}` },
  ]);
  expect(findPrintedBeforeMask(result, TOKEN)).toBe(`got ${TOKEN}`);
});

test("a token printed in base64 before its mask is found too", async () => {
  const result = await run(`print("Basic " + Buffer.from("me:${TOKEN}").toString("base64"));`);
  expect(findSecrets(result, { TOKEN })).toMatchObject([{ place: "log", form: "encoded" }]);
});

test.for([
  ["at a line start on stdout", `print("::error::forged");`, "stdout", "::"],
  ["at a line start on stderr", `printError("::error::forged");`, "stderr", "::"],
  ["after a no-break space", `print("\\u00a0::error::forged");`, "stdout", "::"],
  ["after a bare carriage return", `print("50 %\\r::error::forged");`, "stdout", "::"],
  ["in the old form in mid-line", `print("status ##[error]forged");`, "stdout", "##["],
  ["in capitals with a property", `print("::ERROR title=x::forged");`, "stdout", "::"],
] as const)("remote text forges an error %s", async ([, main, stream, form]) => {
  const result = await run(main);
  expect(errors(result)).toEqual(["forged"]);
  expect(result.commands).toMatchObject([{ name: "error", data: "forged", stream, form }]);
});

test("a command hidden by invisible characters is still a command", async () => {
  const result = await run(`print("::error:\\u200b:forged");`);
  expect(result.commands).toMatchObject([{ name: "error" }]);
  expect(kinds(result)).toEqual(["invisible-characters"]);
});

test("a line break in name=value adds an output that action.yml does not know", async () => {
  const main = `append(OUTPUT, "message=fine\\nadmin=true\\n");`;
  const result = await run({ main, outputs: ["message"] });
  expect(result.outputs).toEqual({ message: "fine", admin: "true" });
  expect(result.problems).toEqual([{ stage: "main", kind: "undeclared-output", detail: "admin" }]);
});

test("a delimiter inside the value ends it early and what follows is taken as pairs", async () => {
  const main = `append(OUTPUT, "message<<EOF\\nfine\\nEOF\\njob-id=forged\\nEOF\\n");`;
  const result = await run({ main, outputs: ["message", "job-id"] });
  expect(result.outputs).toEqual({ message: "fine", "job-id": "forged" });
  expect(kinds(result)).toEqual(["bad-file"]);
  expect(result.main.conclusion).toBe("failure");
});

test("state injected through a line break reaches post", async () => {
  const result = await run({
    main: `append(STATE, "name=x\\njobId=forged\\n");`,
    post: `print("stop " + process.env.STATE_jobId);`,
  });
  expect(result.state).toEqual({ name: "x", jobId: "forged" });
  expect(result.post?.log).toBe("stop forged");
});

test("a summary over 1 MiB is dropped whole", async () => {
  const result = await run(`append(SUMMARY, "x".repeat(1024 * 1024 + 1));`);
  expect(result.summary).toBe("");
  expect(kinds(result)).toEqual(["summary-too-big"]);
  expect(result.conclusion).toBe("success");
});

test("of twelve errors ten are kept and a long one is cut", async () => {
  const result = await run(`for (let i = 0; i < 12; i++) print("::error::" + "e".repeat(5000));`);
  expect(errors(result)).toHaveLength(10);
  expect(errors(result)[0]).toHaveLength(4096);
  expect(result.sent.error).toBe(12);
  expect(kinds(result)).toContain("too-many-annotations");
});

test("an error that the runner's own leave no room for is reported, once", async () => {
  const result = await run(`for (let i = 0; i < 5; i++) print("::set-env name=a::1");
    for (let i = 0; i < 7; i++) print("::error::" + i);`);
  expect(errors(result)).toHaveLength(5);
  expect(kinds(result).filter((kind) => kind === "too-many-annotations")).toHaveLength(1);
});

test("an action that ignores SIGINT is ended by SIGTERM and counts as cancelled", async () => {
  const result = await run(`process.on("SIGINT", () => print("no")); idle(); print("ready");`, {
    gracePeriods: SHORT_GRACES,
    async script(stage) {
      await stage.waitForLine(/ready/);
      await stage.cancel();
    },
  });
  expect(result.main.signals.map(({ signal }) => signal)).toEqual(["SIGINT", "SIGTERM"]);
  expect(result.main).toMatchObject({ signal: "SIGTERM", conclusion: "cancelled" });
});

test("an action that swallows the cancel is killed and its files are read", async () => {
  const main = `process.on("SIGINT", () => {}); process.on("SIGTERM", () => {});
    append(STATE, "jobId=j-1\\n"); append(OUTPUT, "job-id=j-1\\n"); idle(); print("ready");`;
  const post = `print("stop " + process.env.STATE_jobId)`;
  const result = await run(
    { main, post, outputs: ["job-id"] },
    {
      gracePeriods: SHORT_GRACES,
      async script(stage) {
        await stage.waitForLine(/ready/);
        await stage.cancel();
      },
    },
  );
  const [sigint, sigterm, sigkill] = result.main.signals.map(({ atMs }) => atMs);
  expect((sigterm ?? 0) - (sigint ?? 0)).toBeGreaterThanOrEqual(149);
  expect((sigkill ?? 0) - (sigterm ?? 0)).toBeGreaterThanOrEqual(99);
  expect(kinds(result)).toEqual(["signals-ignored"]);
  expect(result).toMatchObject({ conclusion: "cancelled", outputs: { "job-id": "j-1" } });
  expect(result.post).toMatchObject({ log: "stop j-1", conclusion: "success" });
});

test("an action that stops its job once per signal is seen to stop twice", async () => {
  const main = `for (const s of ["SIGINT", "SIGTERM"]) process.on(s, () => print("POST stop"));
    idle(); print("ready");`;
  const result = await run(main, {
    gracePeriods: SHORT_GRACES,
    async script(stage) {
      await stage.waitForLine(/ready/);
      await stage.cancel();
    },
  });
  expect(result.lines.filter(({ raw }) => raw === "POST stop")).toHaveLength(2);
});

test("a clean exit during a cancel does not turn it into a success", async () => {
  const main = `process.on("SIGINT", () => process.exit(0)); idle(); print("ready");`;
  const result = await run(main, {
    async script(stage) {
      await stage.waitForLine(/ready/);
      await stage.cancel();
    },
  });
  expect(result.main).toMatchObject({ exitCode: 0, conclusion: "cancelled" });
  expect(result.main.exitedAtMs - (result.main.signals[0]?.atMs ?? 0)).toBeLessThan(1000);
});

test("a secret in the summary, an output and the state is found though masked", async () => {
  const main = `print("::add-mask::${TOKEN}"); append(SUMMARY, "token ${TOKEN}\\n");
    append(OUTPUT, "token=${TOKEN}\\n"); append(STATE, "token=${TOKEN}\\n");`;
  const result = await run({ main, outputs: ["token"] });
  expect(result.summary).toBe("token ***\n");
  expect(findSecrets(result, { TOKEN }).map(({ place }) => place)).toEqual([
    "summary file",
    "output:token",
    "state:token",
  ]);
  expect(kinds(result)).toEqual(["masked-output"]);
});

test("a line that an eslint matcher of setup-node picks up becomes an error", async () => {
  const result = await run(`print("job.yaml"); print("  3:14  error  no such image  image");`);
  expect(result.annotations).toMatchObject([{ source: "matcher", message: "no such image" }]);
  expect(kinds(result)).toEqual(["problem-matcher"]);
});

test("a post that crashes fails the job and shows its stack", async () => {
  const result = await run({ main: `print("fine");`, post: `throw new Error("post broke");` });
  expect(result.main.conclusion).toBe("success");
  expect(result.post).toMatchObject({ conclusion: "failure", exitCode: 1 });
  expect(result.conclusion).toBe("failure");
  expect(result.log).toContain("post broke");
});

test("set-output and save-state act but are reported, set-env fails the step", async () => {
  const main = `print("::set-output name=a::1"); print("::save-state name=b::2");
    print("::set-env name=c::3");`;
  const result = await run({ main, outputs: ["a"] });
  expect(result).toMatchObject({ outputs: { a: "1" }, state: { b: "2" }, conclusion: "failure" });
  expect(kinds(result)).toEqual(["deprecated-command", "deprecated-command", "disabled-command"]);
});

test("an unknown command, a log marker, an open group and a tiny mask are reported", async () => {
  const result = await run(`print("::eror::x"); print("::group::g"); print("::add-mask::ab");
    print("::stop-commands::resume-here"); print("##[group]folds");`);
  expect(kinds(result)).toEqual([
    "unknown-command",
    "short-mask",
    "log-marker",
    "left-open",
    "left-open",
  ]);
});

test("between stop-commands and its token nothing acts, and the token works once", async () => {
  const result = await run(`print("::stop-commands::a-long-token"); print("::error::inert");
    print("::a-long-token::"); print("::error::real"); print("::a-long-token::");`);
  expect(result.commands.map(({ name }) => name)).toEqual(["stop-commands", "resume", "error"]);
  expect(errors(result)).toEqual(["real"]);
  expect(result.log.split("\n")).toContain("::error::inert");
  expect(result.masks).toEqual(["a-long-token"]);
  expect(kinds(result)).toEqual(["unknown-command"]);
});

test.for(["", "pause-logging", "Error"])("a stop token %j fails the step", async (token) => {
  const result = await run(`print("::stop-commands::${token}"); print("::error::still acts");`);
  expect(kinds(result)).toEqual(["bad-command"]);
  expect(errors(result)).toEqual(["still acts"]);
  expect(result.conclusion).toBe("failure");
});

test("an action that dies of a closed pipe leaves its job running", async () => {
  const main = `process.on("SIGINT", () => {
      print("cancelling");
      setTimeout(() => { append(STATE, "stopped=1\\n"); process.exit(0); }, 50);
    });
    idle(); print("ready");`;
  const result = await run(main, {
    async script(stage) {
      await stage.waitForLine(/ready/);
      stage.closePipe("stdout");
      await stage.cancel();
    },
  });
  expect(result.main.rawStderr).toContain("EPIPE");
  expect(result.state).toEqual({});
});

test("a child that keeps the pipes open holds the step up for the grace period only", async () => {
  const main = `const { spawn } = await import("node:child_process");
    const child = spawn(process.execPath, ["-e", "setTimeout(() => {}, 2000)"], { stdio: "inherit" });
    child.unref();`;
  const result = await run(main, { gracePeriods: SHORT_GRACES });
  expect(kinds(result)).toEqual(["pipes-held-open"]);
  expect(result.main.closedAtMs - result.main.exitedAtMs).toBeLessThan(1500);
});

test("an action that never ends fails the run by its deadline with what it printed", async () => {
  const running = run(`print("stuck here"); idle();`, { deadlineMs: 5_000 });
  await expect(running).rejects.toThrow(/main was still running after 5000 ms[^]*stuck here/);
});
