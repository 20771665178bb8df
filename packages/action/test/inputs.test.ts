import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { readJobSpec, SpecError } from "@qizhi/core";
import { startLocalPlatform } from "@qizhi/core/local";
import { describe, expect, test } from "vitest";
import { inputDefaults, oldNames } from "../src/runner/raw-inputs.ts";
import { outputNames } from "../src/report/outputs.ts";
import { actionDir, runBundle, toLogin, toSpec } from "./bundle.ts";
import { readActionFile, runAction } from "@qizhi/runner-emulator";

const examples = join(actionDir, "../cli/examples");

function toYaml(changes: string): string {
  return `${toSpec().slice(0, -1)}, ${changes}}`;
}

describe("action.yml", () => {
  test("has the inputs and defaults of the code", () => {
    const { inputs } = readActionFile(actionDir);
    const old = Object.values(oldNames).map((name) => [name, ""]);
    expect(Object.fromEntries(inputs.map((input) => [input.name, input.default]))).toEqual({
      ...inputDefaults,
      ...Object.fromEntries(old),
    });
  });

  test("has the outputs of the code, node24, and main and post of one bundle", async () => {
    const file = readActionFile(actionDir);
    expect(file.outputs).toEqual(outputNames);
    expect(file).toMatchObject({ using: "node24", main: "dist/index.js", post: "dist/post.js" });
    const post = await readFile(join(actionDir, "dist/post.js"), "utf8");
    expect(post).toBe('import "./index.js?post";\n');
  });
});

describe.concurrent("the job", () => {
  test("of two nodes runs from its YAML file to its result", async () => {
    await using platform = await startLocalPlatform({ stages: 50 });
    const spec = await readFile(join(examples, "two-nodes.yaml"), "utf8");
    const result = await runBundle(platform, {
      files: { "jobs/two-nodes.yaml": spec },
      inputs: { spec: "jobs/two-nodes.yaml", env: "STEP_MS=50" },
    });
    expect(result).toMatchObject({ conclusion: "success", problems: [] });
    expect(result.outputs).toMatchObject({ outcome: "succeeded", phase: "succeeded" });
    const { job_id: jobId, ...report } = JSON.parse(result.outputs["report"] ?? "");
    expect(report).toMatchObject({ nodes: 2, gpus: 16, restarts: 0 });
    const log = await readFile(platform.logFile(jobId), "utf8");
    expect(log).toContain("result: the sum of 1..1000 over 2 nodes is 500500");
  });

  test("takes spec, then set, then env, then single fields", async () => {
    await using platform = await startLocalPlatform({ stages: 20, commands: "skip" });
    const result = await runBundle(platform, {
      env: { PASSED: "through $HOME 'q' \"é\" 训练" },
      files: { "job.json": toSpec({ envs: [{ name: "A", value: "spec" }] }) },
      inputs: {
        spec: "./job.json",
        "base-url": `${platform.url}/`,
        set: "name=from-set\ntask_priority=2\n# a comment\nframework_config[0].shm_gi=3",
        env: "A=from=env\nPASSED",
        "secret-env": "S=secret-value",
        name: "from-input",
        command: "echo \"$A\" && printf 'x=%s' '$'\necho 训练",
        nodes: 2,
        priority: 7,
        image: "host/a/b:c",
        "max-running-time": "90m",
        provenance: "false",
      },
    });
    expect(result).toMatchObject({ conclusion: "success", problems: [] });
    const create = platform.requests.find(({ operation }) => operation === "create");
    expect(JSON.parse(create?.body ?? "")).toMatchObject({
      name: "from-input",
      task_priority: 7,
      command: "echo \"$A\" && printf 'x=%s' '$'\necho 训练",
      max_running_time_ms: "5400000",
      envs: [
        { name: "A", value: "from=env" },
        { name: "PASSED", value: "through $HOME 'q' \"é\" 训练" },
        { name: "S", value: "secret-value" },
      ],
      framework_config: [{ instance_count: 2, shm_gi: 3, image: "host/a/b:c" }],
    });
  });

  test("takes what the spec leaves out from the repository's defaults", async () => {
    await using platform = await startLocalPlatform({ stages: 20, commands: "skip" });
    const {
      name: _name,
      command: _command,
      max_running_time_ms: _most,
      ...rest
    } = JSON.parse(toSpec());
    const defaults = { profiles: { base: rest, low: { extends: "base", task_priority: 99 } } };
    const files = { ".qizhi/defaults.yaml": JSON.stringify(defaults, undefined, 1) };
    const spec = "name: daily\ncommand: sleep 0";
    const given = { "spec-inline": spec, profile: "base", provenance: "false" };
    const result = await runBundle(platform, { files, inputs: given });
    expect(result).toMatchObject({ conclusion: "success", problems: [] });
    const create = platform.requests.find(({ operation }) => operation === "create");
    expect(JSON.parse(create?.body ?? "")).toEqual({ ...rest, name: "daily", command: "sleep 0" });
    const wrong = await runBundle(platform, { files, inputs: { ...given, profile: "low" } });
    expect(wrong.conclusion).toBe("failure");
    expect(wrong.log).toMatch(/\.qizhi\/defaults\.yaml:\d+:\d+ task_priority is outside 1 to 10/);
    const none = await runBundle(platform, { files, inputs: { ...given, profile: "bas" } });
    expect(none.log).toContain(
      'no profile "bas"; did you mean base? (profiles: base, low) (input profile: bas)',
    );
  });

  test("takes the old name of an input for one more version, and the address of a job's page", async () => {
    await using platform = await startLocalPlatform({ jobs: [{ status: "job_succeeded" }] });
    const jobId = platform.jobs()[0]?.jobId ?? "";
    const page = `${platform.url}/jobs/distributedTrainingDetail/${jobId}?spaceId=ws-1`;
    const old = await runBundle(platform, { inputs: { "job-id": page, heartbeat: "5" } });
    expect(old.annotations.at(-1)?.message).toContain('log-interval is "5", not a duration');
    const both = { "job-id": page, heartbeat: "1m", "log-interval": "2m" };
    const refusedBoth = await runBundle(platform, { inputs: both });
    expect(refusedBoth.annotations.at(-1)?.message).toContain(
      "1 mistake:\n- log-interval and heartbeat, its old name, are both given; leave out heartbeat",
    );
    // The default of the new name counts as not given.
    const result = await runBundle(platform, { inputs: { "job-id": page, heartbeat: "1m" } });
    expect(result).toMatchObject({ conclusion: "success", outputs: { "job-id": jobId } });
    const other = page.replace(platform.url, "http://127.0.0.1:1");
    const refused = await runBundle(platform, { inputs: { "job-id": other } });
    expect(refused.annotations.at(-1)?.message).toContain(
      `job-id is the address of no job's page below ${platform.url} (base-url)`,
    );
  });

  test.for([
    ["lines", "lr=1e-3,1e-4\nseed=1"],
    ["YAML", "# what we try\nlr: [1e-3, 1e-4]\nseed:\n  - 1"],
    ["JSON", '{"lr": ["1e-3", "1e-4"], "seed": [1]}'],
  ])("takes a matrix of %s", async ([, matrix = ""]) => {
    await using platform = await startLocalPlatform({ stages: 20, commands: "skip", gpus: 64 });
    const spec = toSpec({ command: "echo {{ matrix.lr }} {{ matrix.seed }}" });
    const inputs = { "spec-inline": spec, matrix, "max-requests-per-second": "50" };
    const result = await runBundle(platform, { inputs });
    expect(result).toMatchObject({ conclusion: "success", problems: [] });
    const bodies = platform.requests.filter(({ operation }) => operation === "create");
    expect(bodies.map(({ body }) => JSON.parse(body).command).toSorted()).toEqual([
      "echo 1e-3 1",
      "echo 1e-4 1",
    ]);
  });

  test("shows nothing of a matrix that cannot be read", async () => {
    await using platform = await startLocalPlatform();
    const spec = toSpec({ command: "echo {{ matrix.key }}" });
    const inputs = { matrix: "key: [abcdefgh12345678\nother: x", "spec-inline": spec };
    const { annotations, log } = await runBundle(platform, { inputs });
    expect(annotations.at(-1)?.message).toMatch(
      /^1 mistake:\n- matrix is not YAML or JSON with a list/,
    );
    expect(log).not.toContain("abcdefgh12345678");
  });

  test("refuses a matrix of YAML that names nothing", async () => {
    await using platform = await startLocalPlatform();
    const { annotations } = await runBundle(platform, { inputs: { matrix: "{}" } });
    expect(annotations.at(-1)?.message).toMatch(
      /^1 mistake:\n- matrix is not YAML or JSON with a list for each name/,
    );
    expect(platform.requests).toEqual([]);
  });

  test("lets unknown keys through with allow-unknown", async () => {
    await using platform = await startLocalPlatform({
      stages: 20,
      wire: { unknownFields: "accept" },
    });
    const inputs = { "spec-inline": toSpec({ newer_key: { a: 1 } }), "allow-unknown": true };
    const result = await runBundle(platform, { inputs });
    expect(result.conclusion).toBe("success");
    const create = platform.requests.find(({ operation }) => operation === "create");
    expect(JSON.parse(create?.body ?? "")).toMatchObject({ newer_key: { a: 1 } });
  });
});

describe.concurrent("mistakes", () => {
  test("are all told at once, before any request", async () => {
    await using platform = await startLocalPlatform();
    const { username = "" } = toLogin(platform);
    const result = await runAction({
      actionDir,
      files: { "job.yaml": "nmae: x\nframework: PyTorch\ntask_priority: 99\n" },
      inputs: {
        "base-url": "htp:/x",
        username,
        spec: "job.yaml",
        "time-out": "1h",
        timeout: "5",
        "max-running-time": "720",
        wait: "maybe",
        "on-cancel": "stpo",
        "poll-interval": "-1s",
        set: "framework_confg[0].nodes=2",
        env: "NO_SUCH_VARIABLE_HERE",
        priority: "high",
      },
    });
    // One at each of two lines of the spec, of which the last tells all; the spec has no time limit, either.
    expect(result.sent).toEqual({ error: 2, warning: 1, notice: 0 });
    const message = result.annotations.at(-1)?.message ?? "";
    for (const part of [
      "base-url is wrong",
      "password is missing",
      "unknown input time-out; did you mean timeout?",
      'timeout is "5", not a duration',
      'wait is "maybe", not true or false',
      'on-cancel is "stpo", not stop or leave; did you mean stop?',
      'max-running-time is "720", not a duration with a unit',
      "poll-interval",
      "env line 1 is neither",
    ]) {
      expect(message).toContain(part);
    }
    expect(result.summary).toMatch(/` job\.yaml:1:1 ` nmae unknown key; did you mean name/);
    expect(result.summary).toMatch(/did you mean ` framework_config/);
    expect(result.summary).toContain("(input priority)");
    expect(result.summary).not.toContain("--set");
    expect(platform.requests).toEqual([]);
    const { started, ended, main, file, ...rest } = result.state;
    expect([started, ended, typeof main, typeof file]).toEqual([
      "true",
      "true",
      "string",
      "string",
    ]);
    expect(rest).toEqual({});
  });

  test.for([
    ["name", { name: "a-{{ matrix.lr }}" }],
    ["set", { set: "envs.LR={{ matrix.lr }}" }],
    ["env", { env: "LR={{ matrix.lr }}" }],
  ] as const)("a place for a value of no matrix is refused in %s", async ([, inputs]) => {
    await using platform = await startLocalPlatform();
    const result = await runBundle(platform, { inputs: { "spec-inline": toSpec({}), ...inputs } });
    expect(result.conclusion).toBe("failure");
    expect(result.annotations.at(-1)?.message).toContain("needs a matrix; there is none");
    expect(platform.requests).toEqual([]);
  });

  test.for([
    ["env", { env: "toString" }, "env line 1 is neither"],
    ["matrix", { matrix: "toString" }, "matrix line 1 is not NAME=value,value"],
  ] as const)("a line that names what every object has is a mistake in %s", async (given) => {
    const [, inputs, said] = given;
    await using platform = await startLocalPlatform();
    const result = await runBundle(platform, { inputs: { "spec-inline": toSpec({}), ...inputs } });
    expect(result.annotations.at(-1)?.message).toContain(said);
    expect(platform.requests).toEqual([]);
  });

  test.for([
    ["a field of its own", { priority: "99" }, "(input priority)"],
    ["set", { set: "task_priority=99" }, "(input set: task_priority)"],
    ["set with a value in brackets", { set: "task_priority=f(x)" }, "(input set: task_priority)"],
  ] as const)("a wrong value is told with the input that gave it: %s", async ([, inputs, said]) => {
    await using platform = await startLocalPlatform();
    const result = await runBundle(platform, { inputs: { "spec-inline": toSpec({}), ...inputs } });
    expect(result.annotations.at(-1)?.message).toContain(said);
    expect(result.annotations.at(-1)?.message).not.toContain("--set");
    expect(platform.requests).toEqual([]);
  });

  test.for([
    ["env", { env: "A=1\nB=2\nA=3" }],
    ["env", { env: "A=1", "secret-env": "A=2345" }],
    ["env", { "secret-env": "A=1234\nA=2345" }],
    ["env", { set: "envs.A=1", env: "A=2" }],
    ["set", { set: "envs.A=1\nenvs.A=2" }],
  ] as const)("a variable that is given twice is refused: %j", async ([label, inputs]) => {
    await using platform = await startLocalPlatform();
    const result = await runBundle(platform, {
      files: { "job.json": toSpec({}) },
      inputs: { spec: "job.json", ...inputs },
    });
    const where = label === "set" ? "envs.A" : "A";
    expect(result.annotations[0]?.message).toContain(
      `"A" is given twice (input ${label}: ${where})`,
    );
    expect(platform.requests).toEqual([]);
  });

  test("a variable of the matrix that two lines give is refused", async () => {
    await using platform = await startLocalPlatform();
    const spec = toSpec({ command: "echo {{ matrix.lr }}" });
    const inputs = { "spec-inline": spec, matrix: "lr=1e-3\nlr=1e-4" };
    const result = await runBundle(platform, { inputs });
    expect(result.annotations[0]?.message).toContain('"lr" is given twice (input matrix: lr)');
    expect(platform.requests).toEqual([]);
  });

  // Every input whose name or default is one of a time.
  test.for([
    "timeout",
    "queue-timeout",
    "max-running-time",
    "poll-interval",
    "outage-timeout",
    "request-timeout",
    "log-interval",
  ])("%s without a unit is refused, whatever it may have meant", async (name) => {
    for (const value of ["720", "0", "12.5", "1 h", "1H", "0s"]) {
      const result = await runAction({
        actionDir,
        inputs: { "spec-inline": toSpec(), token: "some-token", [name]: value },
      });
      const wanted = `${name} is "${value}", not a duration with a unit`;
      expect(result.annotations[0]?.message).toContain(wanted);
    }
  });

  test.for([
    [{}, "spec is missing"],
    [{ spec: "a.yaml", "spec-inline": "name: x" }, "give one of them"],
    [{ spec: "no-such.yaml" }, "there is no such file"],
    [{ "job-id": "job-1234" }, "is cut off"],
    [{ "job-id": "a b", name: "x" }, "leave out name"],
    [{ "spec-inline": toSpec(), "base-url": "http://qz.example.org" }, "in clear"],
    [{ "spec-inline": toSpec({ nodes: 9 }), "max-nodes": "8" }, "the job asks for 9 nodes"],
    [{ "spec-inline": toSpec(), "node-price": "2" }, "node-price is for max-cost; give both"],
  ] as const)("%j: %s", async ([inputs, text]) => {
    const result = await runAction({
      actionDir,
      inputs: { username: "me", password: "password", ...inputs },
    });
    expect(result.annotations).toMatchObject([{ level: "error" }]);
    expect(result.annotations[0]?.message).toContain(text);
    expect(result.problems).toEqual([]);
  });
});

describe.concurrent("a variable with a name much like an input's", () => {
  test.for([
    ["env", "INPUT_TOKENS"],
    ["secret-env", "A=aaaa\nINPUT_TOKENS"],
  ] as const)("is none where %s passes it on by its name", async ([input, lines]) => {
    await using platform = await startLocalPlatform({ stages: 20, commands: "skip" });
    const result = await runBundle(platform, {
      env: { INPUT_TOKENS: "4096" },
      inputs: { "spec-inline": toSpec(), [input]: lines, provenance: false },
    });
    expect(result).toMatchObject({ conclusion: "success", problems: [] });
    const create = platform.requests.find(({ operation }) => operation === "create");
    const { envs } = JSON.parse(create?.body ?? "");
    expect(envs).toContainEqual({ name: "INPUT_TOKENS", value: "4096" });
  });

  test("is told of as what it may be, where nothing names it", async () => {
    await using platform = await startLocalPlatform();
    const env = { INPUT_TOKENS: "4096" };
    const { annotations } = await runBundle(platform, { env, inputs: { env: "B=INPUT_TOKENS" } });
    expect(annotations[0]?.message).toContain(
      "unknown input tokens; did you mean token, or the variable INPUT_TOKENS of this job?",
    );
    expect(platform.requests).toEqual([]);
  });
});

// The bundle holds less of the YAML package than the core; both must read the same.
test.concurrent.for([
  toYaml('"envs": {"A": "x"}, "name": "twice"'),
  "name: !!binary aGk=\nframework: !!set {a, b}\n",
  "%YAML 1.1\n---\nname: yes\nframework: 2001-01-01\nenvs: {A: 0o17, B: 017, C: .inf}\n",
  "? [complex, key]\n: value\nname: x\n",
  "base: &a {name: x}\n<<: *a\nframework: *a\n",
  "name: |+\n  kept\n\nframework: >-\n  folded\n  text\ncommand: 'it''s'\n",
  "name: [a, {b: c}\nframework: x\n",
  "name: a\n\tframework: x\n--- \nname: b\n...\n",
  "- a\n- b\n",
  "name: &x [*x]\n",
  '"\\ud800": "\\x41\\u00e9"\nname: "a\\\n  b"\n',
])("a spec is read as the core reads it: %j", async (text) => {
  const expected = await readJobSpec({
    name: "spec-inline",
    text: `${text.replace(/\n+$/, "")}\n`,
  }).then(
    () => [],
    (error: unknown) =>
      error instanceof SpecError ? error.issues.map(({ message }) => message) : [String(error)],
  );
  const result = await runAction({
    actionDir,
    inputs: { "spec-inline": text, token: "some-token" },
  });
  const report = JSON.parse(result.outputs["report"] ?? "{}");
  const told = String(report.cause).split("\n").slice(1);
  expect(told).toHaveLength(expected.length);
  for (const [index, message] of expected.entries())
    expect(told[index]).toContain(message.slice(0, 60));
});
